"""A peer reads stages from standard input, one a line, measures each once and prints one JSON line, as
`smolvlm bench --follow` does: {"stage": .., "ms": .., "peak_memory_bytes": ..}; without ms what it cannot do."""
import json
import os
import sys
import time

# Libraries print to standard output, which is for answers.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def memory(field):
    """Bytes that the kernel counts for this process: VmHWM the most so far, VmRSS now."""
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith(field + ":"))


def timed(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def serve(measure):
    """measure(kind, numbers) -> milliseconds, or None"""
    for line in sys.stdin:
        name = line.strip()
        kind, _, rest = name.partition(":")
        answer = {"stage": name}
        ms = measure(kind, [int(n) for n in rest.replace("x", ":").split(":") if n])
        if ms is not None:
            answer["ms"] = ms
        answer["memory_bytes"], answer["peak_memory_bytes"] = memory("VmRSS"), memory("VmHWM")
        print(json.dumps(answer), file=ANSWERS, flush=True)
