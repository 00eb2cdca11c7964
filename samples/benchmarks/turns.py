"""Engines that stay loaded and measure a stage when they are told to, and rounds in which they take turns."""
import contextlib
import json
import os
import subprocess
import sys
import time

# Processors' worth of other processes' work beyond which a round is repeated, and how often.
FOREIGN, ATTEMPTS = 1.0, 3
# An engine that takes so many times as long as the fastest, and so many milliseconds, is not asked again.
HOPELESS, LONG = 10, 10_000
# Each warms up for so long at least, then until a time is no less than so much of the least, and for so long at most.
WARM_SECONDS, STEADY, WARM_AT_MOST = 4, .97, 30
# What is done before a stage that takes long, in place of the stage itself.
WARM_UP = {"first:2048x1536": "tile", "again:2048x1536": "tile", "first:512x512": "tile", "captions:8": "tile"}


class Engine:
    """A process that reads stages from standard input (peers/protocol.py)."""

    def __init__(self, name, command, stages, env=None):
        self.name, self.command, self.stages = name, command, stages
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={**os.environ, **(env or {})})

    def answer(self, stage):
        self.process.stdin.write(stage + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended: {' '.join(self.command)}")
        return json.loads(line)

    def measure(self, stage):
        """-> milliseconds, or None where it cannot do the stage"""
        return self.answer(stage).get("ms")

    def takes(self, stage):
        return any(stage.startswith(s) for s in self.stages)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def busy():
    """Seconds that all processors have worked since the start."""
    with open("/proc/stat") as f:
        n = [int(x) for x in f.readline().split()[1:]]
    return (sum(n[:8]) - n[3] - n[4]) / os.sysconf("SC_CLK_TCK")


def stat(pid):
    """The fields behind the name of /proc/PID/stat: parent at 1, user and system ticks at 11 and 12."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def own():
    """Seconds that this process and everything it has started have worked."""
    stats = {int(e): stat(e) for e in os.listdir("/proc") if e.isdigit()}
    ticks = 0
    for pid, fields in stats.items():
        at = pid
        while at != os.getpid() and stats.get(at):
            at = int(stats[at][1])
        if fields and at == os.getpid():
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def neighbour(wanted):
    """A process that keeps one processor busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if wanted else None
    try:
        yield
    finally:
        if process:
            process.kill()
            process.wait()


def warm_up(engine, stage):
    """The stage again and again, at least twice and for some seconds, until it gets no faster: libraries are loaded and
    Java is compiled meanwhile.

    -> milliseconds of the last time, or None where it cannot do the stage"""
    began, least = time.monotonic(), None
    while True:
        last, spent = engine.measure(stage), time.monotonic() - began
        if last is None:
            return None
        settled = least is not None and last > STEADY * least
        if least is not None and spent >= WARM_SECONDS and (settled or spent >= WARM_AT_MOST):
            return last
        least = last if least is None else min(least, last)


def rounds(engines, stage, count, beside=False):
    """One stage, A B C A B C, after each has warmed up.

    beside: whether a busy process stands beside it
    -> {"ms": {name: [milliseconds]}, "rounds": [load and foreign work], "slow": names that were asked once only}"""
    with neighbour(beside):
        once = {e.name: warm_up(e, WARM_UP.get(stage, stage)) for e in engines if e.takes(stage)}
        once = {name: ms for name, ms in once.items() if ms is not None}
        slow = [n for n, ms in once.items() if ms > LONG and ms > HOPELESS * min(once.values())]
        result = {"ms": {n: [once[n]] if n in slow else [] for n in once}, "rounds": [], "slow": slow}
        turns = [e for e in engines if e.name in once and e.name not in slow]
        for number in range(count if turns else 0):
            for attempt in range(ATTEMPTS):
                load, began, before = os.getloadavg()[0], time.monotonic(), busy() - own()
                got = {e.name: e.measure(stage) for e in turns}
                foreign = max(0.0, (busy() - own() - before) / (time.monotonic() - began))
                print(f"  {stage} round {number + 1}: load {load:.1f}, foreign {foreign:.2f}; " +
                      ", ".join(f"{k} {v:.1f}" for k, v in got.items()) + " ms", flush=True)
                if foreign <= FOREIGN:
                    break
            result["rounds"].append({"load": load, "foreign": round(foreign, 2), "attempts": attempt + 1})
            for name, ms in got.items():
                result["ms"][name].append(ms)
    return result
