"""SIGTERM while streams run: every stream comes to its own end, new work is refused, the process ends in time."""
import asyncio
import random
import sys
import time

from service import Service, chunks, connect, head, picture, question, report, request


async def stream(port, seed, begun):
    """-> whether the stream came to its end, as a client sees it"""
    data = question(image=picture(), stream=True, max_tokens=150, ignore_eos=True, temperature=1, seed=seed)
    reader, writer = await connect(port, "POST", "/v1/chat/completions", data)
    text = b""
    try:
        status, headers = await head(reader)
        async for piece in chunks(reader, headers):
            text += piece
            begun.set()
        return status == 200 and text.endswith(b"data: [DONE]\n\n") and b'"finish_reason":"length"' in text and b'"error"' not in text
    except (EOFError, asyncio.IncompleteReadError, OSError):
        return False
    finally:
        begun.set()
        writer.close()


async def one(service, rng, streams):
    """-> streams that were whole, statuses of late requests"""
    begun = [asyncio.Event() for _ in range(streams)]
    tasks = [asyncio.create_task(stream(service.port, i, begun[i])) for i in range(streams)]
    await begun[0].wait()
    await asyncio.sleep(rng.random())
    service.terminate()
    await asyncio.sleep(.3)
    late = []
    try:
        late.append((await request(service.port, "POST", "/v1/chat/completions", question("Hello"), timeout=30)).status)
    except (OSError, EOFError):
        late.append("refused")
    return sum(await asyncio.gather(*tasks)), late


def main(count=20, streams=6, seed=1):
    rng, cut, late, slowest = random.Random(seed), 0, [], 0.0
    for _ in range(count):
        service = Service()
        whole, statuses = asyncio.run(one(service, rng, streams))
        slowest = max(slowest, service.stop())
        cut += streams - whole
        late += statuses
    return report("drain", f"{count} SIGTERMs under load: no stream cut, new work refused, exit within the timeout",
                  cut == 0 and set(late) <= {503, "refused"} and slowest < 60, streams=count * streams, cut=cut,
                  late_requests={str(k): late.count(k) for k in set(late)}, slowest_exit_s=slowest)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
