"""Open loop at ten times the measured capacity for a minute: the excess is refused, the rest is served as before."""
import asyncio
import collections
import json
import sys
import time

from service import Answer, Service, chunks, head, percentile, picture, question, report, request

FACTOR = 10


def body():
    return question(image=picture(), max_tokens=40, mm_processor_kwargs={"do_image_splitting": False})


async def capacity(port, seconds, at_once=8):
    """Answers a second in a closed loop."""
    data, done, end = body(), 0, time.time() + seconds
    async def one():
        nonlocal done
        while time.time() < end:
            answer = await request(port, "POST", "/v1/chat/completions", data)
            done += answer.status == 200                                 # not in one line: `+=` reads before it waits
    began = time.time()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return done / (time.time() - began)


class Clients:
    """Connections that are used again, and a request made once: the load must not cost more than what it loads."""

    def __init__(self, port, data):
        self.port, self.idle = port, []
        raw = json.dumps(data).encode()
        self.request = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        f"Content-Length: {len(raw)}\r\n\r\n").encode() + raw

    async def ask(self):
        began = time.perf_counter()
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.request)
        status, headers = await head(reader)
        text = b"".join([c async for c in chunks(reader, headers)])
        self.idle.append((reader, writer))
        return Answer(status, headers, text, time.perf_counter() - began)

    def close(self):
        for _, writer in self.idle:
            writer.close()


async def flood(port, rate, seconds):
    clients, statuses, refused_well, latency = Clients(port, body()), collections.Counter(), 0, []
    async def one():
        nonlocal refused_well
        try:
            a = await asyncio.wait_for(clients.ask(), 180)
            statuses[a.status] += 1
            if a.status == 200:
                latency.append(a.seconds)
            elif "retry-after" in a.headers and a.json()["error"]["code"]:
                refused_well += 1
        except Exception as e:                                          # counted, and fails the run
            statuses[type(e).__name__] += 1
    health = []
    async def watch():
        while True:
            try:
                health.append((await request(port, "GET", "/health/live", timeout=10)).seconds)
            except Exception:
                health.append(10.0)
            await asyncio.sleep(.05)
    watcher = asyncio.create_task(watch())
    began, tasks, n = time.time(), [], 0
    while time.time() - began < seconds:
        due = int((time.time() - began) * rate)
        while n < due:
            tasks.append(asyncio.create_task(one()))
            n += 1
        await asyncio.sleep(.005)
    good = statuses[200]
    watcher.cancel()
    await asyncio.gather(*tasks)
    clients.close()
    return statuses, refused_well, good / seconds, health, latency


def main(seconds=60):
    service = Service(SMOLVLM_CACHE_IMAGES="0", SMOLVLM_CACHE_PREFIXES="0")   # every picture costs what a new one costs
    try:
        asyncio.run(capacity(service.port, 40))                          # until C2 has compiled what serving needs
        able = asyncio.run(capacity(service.port, 20))
        before = service.level()["rss_mb"]
        statuses, refused_well, good, health, latency = asyncio.run(flood(service.port, FACTOR * able, seconds))
        time.sleep(45)                                                  # the heap goes back while the service is quiet
        after = service.level()["rss_mb"]
        again = asyncio.run(capacity(service.port, 10))
    finally:
        service.stop()
    refused = sum(v for k, v in statuses.items() if k in (429, 503))
    passed = (set(statuses) <= {200, 429, 503} and refused_well == refused and good >= .8 * able
              and percentile(health, .99) <= .25 and after <= before * 1.15)
    return report("overload", f"{FACTOR} x capacity, open loop, {seconds} s: only 200, 429, 503, each refusal with Retry-After, goodput >= 80 %, "
                  "health p99 <= 250 ms, memory back to its level", passed,
                  capacity_per_s=able, offered_per_s=FACTOR * able, statuses={str(k): v for k, v in statuses.items()},
                  refusals_with_retry_after=refused_well, goodput_share=good / able, answer_p95_s=percentile(latency, .95),
                  health_p99_ms=1000 * percentile(health, .99), rss_mb_before=before, rss_mb_after=after, capacity_after_per_s=again)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
