"""Runs ours, llama.cpp and transformers in turns, stage by stage, and writes table, plot and figures.

Every engine is a process that stays loaded and measures a stage when it is told to (peers/protocol.py), so that rounds
alternate: A B C A B C. The first round of each is not counted. Load average and what other processes used of the
processors are noted before each round; a round with more than one processor's worth of foreign work is repeated, up to
three times, and marked. Ratios are taken round by round, peers' time over ours.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMOLVLM = os.path.join(ROOT, "smolvlm")
WORK = os.path.join(ROOT, "target", "benchmarks")
MEMBERS = {"135m": "SmolLM2-135M-Instruct", "256m": "SmolVLM-256M-Instruct", "500m": "SmolVLM-500M-Instruct", "2.2b": "SmolVLM-Instruct"}
ALL = (["tile", "prefill:512", "prefill:1216"] + [f"decode:{d}:{b}" for d in (0, 1200, 8000) for b in (1, 4, 8)] +
       ["first:512x512", "first:2048x1536"])
QUICK = ["tile", "prefill:512", "decode:0:1", "decode:1200:1", "decode:0:4"]
FOREIGN = 1.0


class Engine:
    def __init__(self, name, command, env=None):
        self.name, self.command = name, command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={**os.environ, **(env or {})})
        self.memory = 0

    def measure(self, stage):
        self.process.stdin.write(stage + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended: {' '.join(self.command)}")
        answer = json.loads(line)
        self.memory = max(self.memory, answer["peak_memory_bytes"])
        return answer.get("ms")

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def busy():
    """Seconds that all processors have worked since the start."""
    with open("/proc/stat") as f:
        n = [int(x) for x in f.readline().split()[1:]]
    return (sum(n[:8]) - n[3] - n[4]) / os.sysconf("SC_CLK_TCK")


def own(pids):
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def pids(engines):
    """The engines' processes and their children: the launcher of ours is a shell."""
    wanted, found = {e.process.pid for e in engines}, set()
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as f:
                    parents[int(entry)] = int(f.read().rsplit(")", 1)[1].split()[1])
            except FileNotFoundError:
                pass
    for pid in parents:
        at = pid
        while at in parents and at not in wanted:
            at = parents[at]
        if at in wanted:
            found.add(pid)
    return found


def foreign(engines, seconds, before):
    """Processors that others kept busy meanwhile."""
    total, ours = busy() - before[0], own(pids(engines)) - before[1]
    return max(0.0, (total - ours) / seconds)


def rounds(engines, stage, count):
    """-> {name: [ms]}, notes; engines that cannot do the stage are left out"""
    able = [e for e in engines if e.measure(stage) is not None]  # the round that is not counted
    if not able:
        return {}, []
    times, notes = {e.name: [] for e in able}, []
    for number in range(count):
        for attempt in range(3):
            began, before = time.monotonic(), (busy(), own(pids(engines)))
            got = {e.name: e.measure(stage) for e in able}
            others = foreign(engines, time.monotonic() - began, before)
            load = os.getloadavg()[0]
            print(f"  {stage} round {number + 1}: load {load:.1f}, foreign {others:.2f}; " +
                  ", ".join(f"{k} {v:.1f} ms" for k, v in got.items()), flush=True)
            if others <= FOREIGN:
                break
        notes.append({"load": load, "foreign": others, "attempts": attempt + 1})
        for name, ms in got.items():
            times[name].append(ms)
    return times, notes


def make(member):
    """Checkpoint and GGUF files, once: the real weights of the 135M, random ones of the others' shapes."""
    os.makedirs(WORK, exist_ok=True)
    folder = os.path.join(WORK, MEMBERS[member])
    if not os.path.exists(os.path.join(folder, "config.json")):
        if member == "135m":
            subprocess.run([os.path.join(ROOT, "samples", "reference", "fetch-real-weights.sh"), WORK], check=True)
            real = os.path.join(WORK, "SmolLM2-135M-Instruct.Q4_1.gguf")
            subprocess.run([SMOLVLM, "quantize", real, folder, "--type", "bf16", "--no-check"], check=True,
                           stdout=subprocess.DEVNULL)
        else:
            subprocess.run([SMOLVLM, "synth", MEMBERS[member], folder], check=True)
    for kind in ("q8_0", "q4_0"):
        gguf = os.path.join(WORK, f"{member}-{kind}.gguf")
        if not os.path.exists(gguf):
            subprocess.run([SMOLVLM, "quantize", folder, gguf, "--type", kind, "--no-check"], check=True,
                           stdout=subprocess.DEVNULL)
    return folder


def engines(member, folder, precisions, threads):
    peers = os.path.join(HERE, "peers")
    java = {"SMOLVLM_JAVA_OPTS": f"-Dsmolvlm.threads={threads}", "SMOLVLM_BUILD": "never"}
    result = [Engine(f"ours {p}", [SMOLVLM, "bench", "-m", folder, "--precision", p, "--follow"], java) for p in precisions]
    for kind in ("q8_0", "q4_0"):
        gguf = os.path.join(WORK, f"{member}-{kind}.gguf")
        mmproj = os.path.join(WORK, f"mmproj-{member}-{kind}.gguf")
        files = [gguf, mmproj] if os.path.exists(mmproj) else [gguf]
        result.append(Engine(f"llama.cpp {kind}", [sys.executable, os.path.join(peers, "llama.py"), *files, "--threads",
                                                   str(threads)]))
    for dtype in ("bfloat16", "float32"):
        result.append(Engine(f"transformers {dtype}", [sys.executable, os.path.join(peers, "hf.py"), folder, "--dtype", dtype,
                                                       "--threads", str(threads)]))
    return result


def machine():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip()
    packages = subprocess.run([sys.executable, "-m", "pip", "list", "--format", "json"], stdout=subprocess.PIPE, text=True).stdout
    wanted = {"torch", "transformers", "llama_cpp_python", "llama-cpp-python", "numpy"}
    return {"date": datetime.datetime.now().isoformat(timespec="minutes"), "processor": model, "processors": os.cpu_count(),
            "system": platform.platform(), "commit": commit,
            "packages": {p["name"]: p["version"] for p in json.loads(packages or "[]") if p["name"] in wanted},
            "java": subprocess.run([SMOLVLM, "--version"], stdout=subprocess.PIPE, text=True).stdout.strip(),
            "command": " ".join(sys.argv)}


def table(results):
    lines = []
    for member, part in results["members"].items():
        names = sorted({n for s in part["stages"].values() for n in s["ms"]}, key=lambda n: (not n.startswith("ours"), n))
        lines += [f"## {MEMBERS[member]}", "", "Milliseconds, best (median); the last column is the best peer's time over the"
                  " best of ours, median of the rounds.", "", "| stage | " + " | ".join(names) + " | ratio |",
                  "|---" * (len(names) + 2) + "|"]
        for stage, got in part["stages"].items():
            cells = [f"{min(got['ms'][n]):.1f} ({statistics.median(got['ms'][n]):.1f})" if n in got["ms"] else "-" for n in names]
            lines.append(f"| {stage} | " + " | ".join(cells) + f" | {ratio(got['ms'])} |")
        memory = [f"{part['peak_memory_bytes'].get(n, 0) / 1e6:.0f} MB" for n in names]
        lines += ["| most memory | " + " | ".join(memory) + " | |", ""]
    return "\n".join(lines)


def ratio(ms):
    ours = [n for n in ms if n.startswith("ours")]
    peers = [n for n in ms if not n.startswith("ours")]
    if not ours or not peers:
        return "-"
    pairs = zip(*(ms[n] for n in ours)), zip(*(ms[n] for n in peers))
    return f"{statistics.median(min(p) / min(o) for o, p in zip(*pairs)):.2f}"


def plot(results, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    members = results["members"]
    figure, axes = plt.subplots(len(members), 1, figsize=(11, 4.5 * len(members)), squeeze=False)
    for axis, (member, part) in zip(axes[:, 0], members.items()):
        stages = list(part["stages"])
        names = sorted({n for s in part["stages"].values() for n in s["ms"]}, key=lambda n: (not n.startswith("ours"), n))
        width = 0.8 / len(names)
        for i, name in enumerate(names):
            at = [k + i * width for k, s in enumerate(stages) if name in part["stages"][s]["ms"]]
            axis.bar(at, [min(part["stages"][s]["ms"][name]) for s in stages if name in part["stages"][s]["ms"]], width,
                     label=name)
        axis.set_yscale("log")
        axis.set_ylabel("ms, best of the rounds")
        axis.set_title(MEMBERS[member])
        axis.set_xticks([k + 0.4 for k in range(len(stages))], stages, rotation=30, ha="right")
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--members", default="135m,256m,500m,2.2b")
    ap.add_argument("--rounds", type=int)
    ap.add_argument("--stages", help="comma-separated; default: all")
    ap.add_argument("--precisions", default="exact,int8,int4")
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    ap.add_argument("--out", default=os.path.join(ROOT, "docs", "benchmarks"))
    args = ap.parse_args()
    members = ["256m"] if args.quick else args.members.split(",")
    stages = args.stages.split(",") if args.stages else QUICK if args.quick else ALL
    count = args.rounds or (2 if args.quick else 5)
    results = {"machine": machine(), "members": {}}
    for member in members:
        folder = make(member)
        running = engines(member, folder, args.precisions.split(","), args.threads)
        try:
            part = {"stages": {}, "peak_memory_bytes": {}}
            for stage in stages:
                print(f"{member} {stage}", flush=True)
                times, notes = rounds(running, stage, count)
                part["stages"][stage] = {"ms": times, "rounds": notes}
            part["peak_memory_bytes"] = {e.name: e.memory for e in running}
            results["members"][member] = part
        finally:
            for engine in running:
                engine.close()
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "results.json"), "w") as f:
        json.dump(results, f, indent=1)
    head = results["machine"]
    with open(os.path.join(args.out, "README.md"), "w") as f:
        f.write("# Benchmarks\n\nWritten by `samples/benchmarks/run`; figures in results.json. Ratios count, absolute times drift."
                f"\n\n{head['date']}, {head['processor']}, {head['processors']} processors, {head['system']}, commit "
                f"{head['commit']}, {head['java']}, " + ", ".join(f"{k} {v}" for k, v in head["packages"].items()) +
                f". Command: `{head['command']}`.\n\n" + table(results) + "\n![Times](benchmarks.png)\n")
    plot(results, os.path.join(args.out, "benchmarks.png"))
    print(table(results))


if __name__ == "__main__":
    main()
