"""Clients that leave at a random moment, streaming or not: the answer ends within two tokens and a second."""
import asyncio
import random
import sys
import time

from service import Service, connect, metric, picture, question, report

TOKENS, RUNNING, WAITING = "vllm:generation_tokens_total", "vllm:num_requests_running", "vllm:num_requests_waiting"


async def leave(port, rng, whole):
    """-> stage of the end, tokens after it, seconds until nothing ran"""
    data = question(image=picture(), stream=rng.random() < .5, max_tokens=2000, ignore_eos=True, temperature=1, seed=rng.randrange(1000))
    reader, writer = await connect(port, "POST", "/v1/chat/completions", data)
    await asyncio.sleep(rng.random() * whole)
    writer.transport.abort()
    left = time.perf_counter()
    tokens = await metric(port, TOKENS)
    while await metric(port, RUNNING) + await metric(port, WAITING) > 0:
        if time.perf_counter() - left > 10:
            break
        await asyncio.sleep(.01)
    return await metric(port, TOKENS) - tokens, time.perf_counter() - left


async def run(port, count, seed):
    rng = random.Random(seed)
    for _ in range(3):
        await leave(port, rng, 3)
    return [await leave(port, rng, 2.5) for _ in range(count)]


def main(count=100, seed=1):
    service = Service(SMOLVLM_CACHE_IMAGES="0", SMOLVLM_CACHE_PREFIXES="0")   # so that there are tiles and chunks to leave at
    try:
        found = asyncio.run(run(service.port, count, seed))
    finally:
        service.stop()
    tokens, seconds = [t for t, _ in found], [s for _, s in found]
    return report("disconnects", f"{count} disconnects at random stages, streaming or not: <= 2 tokens and <= 1 s until nothing runs",
                  max(tokens) <= 2 and max(seconds) <= 1, seed=seed, most_tokens_after=max(tokens), longest_s=max(seconds),
                  mean_s=sum(seconds) / len(seconds))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
