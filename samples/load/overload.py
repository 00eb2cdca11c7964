"""Open loop at ten times the measured capacity for a minute: the excess is refused, the rest is served as before.

Capacity and flood take turns in one run, by the same clients: capacity, a minute's flood, capacity, a minute's flood,
capacity. Each flood is held against the mean of the capacities before and after it, since a machine's speed drifts. The
load generator shares the processors with the service; the figures say what it took, and what everybody else took.
"""
import collections
import json
import sys
import time

from clients import Clients, get, post
from service import Service, machine_cpu, percentile, picture, question, report

FACTOR, FLOODS = 10, 2
AT_ONCE = 16                      # twice what is decoded together: the engine never waits for a client
TICK = .01                        # the generator wakes so often; what is due by then is sent, one after the other
CAPACITY = 60                     # seconds of a measurement of it, as long as a flood: slices of 20 s differ by a quarter
HEALTH = .1                       # between two questions for health, each on a new connection

CHAT = post("/v1/chat/completions", question(image=picture(), max_tokens=40, mm_processor_kwargs={"do_image_splitting": False}))
LIVE = get("/health/live")


def capacity(port, seconds):
    """Answers a second in a closed loop; the first two seconds, in which it fills, are left out."""
    clients, done, begun = Clients(port), 0, time.time()
    def then(heard):
        nonlocal done
        now = time.time() - begun
        if not isinstance(heard, Exception) and heard.status == 200:
            done += 2 <= now < seconds
        if now < seconds:
            clients.send(CHAT, then)
    for _ in range(AT_ONCE):
        clients.send(CHAT, then)
    while clients.waiting:
        clients.turn(.1)
    clients.close()
    return done / (seconds - 2)


def settle(port, least=4, most=12):
    """Until C2 has compiled what serving needs: a slice of ten seconds is no better than the best before it."""
    slices = []
    while len(slices) < least or (len(slices) < most and slices[-1] > 1.03 * max(slices[:-1])):
        slices.append(capacity(port, 12))


class Flood:
    def __init__(self, service, rate, seconds):
        self.statuses, self.refused_well = collections.Counter(), 0
        self.answered, self.refused, self.health = [], [], []            # seconds
        clients, used, own = Clients(service.port), service.cpu(), time.process_time()
        (busy, processors), begun, sent, asked = machine_cpu(), time.time(), 0, 0
        while (now := time.time() - begun) < seconds:
            while sent < now * rate:
                clients.send(CHAT, self.one)
                sent += 1
            while asked < now / HEALTH:
                clients.send(LIVE, self.alive, keep=False)
                asked += 1
            clients.turn(0)
            time.sleep(max(0, begun + TICK * int((time.time() - begun) / TICK + 1) - time.time()))
        self.goodput = self.statuses[200] / seconds
        wall = (time.time() - begun) * processors
        self.generator = (time.process_time() - own) / wall
        self.others = (machine_cpu()[0] - busy - (service.cpu() - used)) / wall - self.generator
        while clients.waiting and time.time() - begun < seconds + 120:
            clients.turn(.1)
        if clients.waiting:
            self.statuses["no answer"] = clients.waiting
        clients.close()

    def one(self, heard):
        if isinstance(heard, Exception):                                 # counted, and fails the run
            self.statuses[type(heard).__name__] += 1
            return
        self.statuses[heard.status] += 1
        (self.answered if heard.status == 200 else self.refused).append(heard.seconds)
        if heard.status in (429, 503) and "retry-after" in heard.headers and json.loads(heard.body)["error"]["code"]:
            self.refused_well += 1

    def alive(self, heard):
        self.health.append(10.0 if isinstance(heard, Exception) or heard.status != 200 else heard.seconds)


def main(seconds=60):
    service = Service(SMOLVLM_CACHE_IMAGES="0", SMOLVLM_CACHE_PREFIXES="0")   # every picture costs what a new one costs
    able, floods = [], []
    try:
        settle(service.port)
        able.append(capacity(service.port, CAPACITY))
        before = service.level()["rss_mb"]
        for _ in range(FLOODS):
            floods.append(Flood(service, FACTOR * able[-1], seconds))
            able.append(capacity(service.port, CAPACITY))
        time.sleep(45)                                                  # the heap goes back while the service is quiet
        after = service.level()["rss_mb"]
    finally:
        service.stop()
    statuses = sum((f.statuses for f in floods), collections.Counter())
    refused, refused_well = statuses[429] + statuses[503], sum(f.refused_well for f in floods)
    shares = [f.goodput / ((able[i] + able[i + 1]) / 2) for i, f in enumerate(floods)]
    health = [s for f in floods for s in f.health]
    passed = (set(statuses) <= {200, 429, 503} and refused_well == refused and min(shares) >= .8
              and percentile(health, .99) <= .25 and after <= before * 1.15)
    return report("overload", f"{FACTOR} x capacity, open loop, {seconds} s, {FLOODS} times: only 200, 429, 503, each refusal with Retry-After, "
                  "goodput >= 80 %, health p99 <= 250 ms, memory back to its level", passed,
                  capacity_per_s=rounded(able), offered_per_s=rounded(FACTOR * a for a in able[:FLOODS]), goodput_share=rounded(shares),
                  statuses={str(k): v for k, v in statuses.items()}, refusals_with_retry_after=refused_well,
                  refusal_p50_ms=1000 * percentile([s for f in floods for s in f.refused], .5),
                  answer_p95_s=percentile([s for f in floods for s in f.answered], .95), health_p99_ms=1000 * percentile(health, .99),
                  generator_cpu_share=rounded(f.generator for f in floods), others_cpu_share=rounded(f.others for f in floods),
                  rss_mb_before=before, rss_mb_after=after)


def rounded(values):
    return " ".join(f"{v:.3g}" for v in values)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
