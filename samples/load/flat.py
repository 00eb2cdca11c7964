"""A thousand mixed requests: memory, threads and open files stay where they were."""
import asyncio
import random
import sys

from service import Service, metric, picture, question, report, request

PICTURES = ("scene.png", "heart.png", "two-stars.png")


def some(rng, i):
    image = picture(rng.choice(PICTURES)) if rng.random() < .7 else None
    more = {"stream": rng.random() < .4, "max_tokens": rng.randrange(1, 40), "n": rng.choice((1, 1, 1, 2)),
            "mm_processor_kwargs": {"do_image_splitting": rng.random() < .3}}
    if rng.random() < .1:
        image = "data:image/png;base64,AAAA"                             # refused
    if rng.random() < .05:
        more["max_tokens"] = -1                                          # refused
    return question(f"Question {i}: what do you see?", image, **more)


async def run(service, count, seed, at_once=4):
    rng, levels, statuses = random.Random(seed), [], {}
    todo = iter(range(count))
    async def worker():
        for i in todo:
            a = await request(service.port, "POST", "/v1/chat/completions", some(rng, i))
            statuses[a.status] = statuses.get(a.status, 0) + 1
            if i % 50 == 49:
                levels.append({"requests": i + 1, **service.level(), "heap_mb": await metric(service.port, "jvm_memory_used_bytes") / 2**20})
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return levels, statuses


def main(count=1000, seed=1):
    service = Service(SMOLVLM_CACHE_IMAGES="4M", SMOLVLM_CACHE_PREFIXES="16M")   # full after the first requests
    try:
        levels, statuses = asyncio.run(run(service, count, seed))
    finally:
        service.stop()
    third = max(1, len(levels) // 3)
    mean = lambda rows, key: sum(r[key] for r in rows) / len(rows)
    early, late = levels[third:2 * third], levels[-third:]
    grown = {key: mean(late, key) / mean(early, key) for key in ("rss_mb", "threads", "files")}
    return report("flat", f"{count} mixed requests: memory, threads, open files flat (last third within 5 % of the middle third)",
                  all(g <= 1.05 for g in grown.values()) and set(statuses) <= {200, 400}, statuses={str(k): v for k, v in statuses.items()},
                  **{key + "_last_to_middle": g for key, g in grown.items()}, rss_mb=mean(late, "rss_mb"), files=mean(late, "files"), levels=levels)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
