"""How the cost of ours grows: with tiles, prompt length and batch, in the shape of the 256M, and memory over many requests.

Writes growth.json and growth.png (samples/benchmarks/run --growth). Each point is the least of some times; the dashed lines
are what the first points would become if cost grew in proportion. The context of the checkpoint's copy is raised to 16,384:
its weights are random, their values do not change the time.
"""
import json
import os
import shutil

import outside
import participants as p
from turns import Engine, warm_up

TILES = [1, 2, 4, 8, 13, 17, 26]
PROMPTS = [128, 256, 512, 1024, 2048, 4096, 8192, 16000]
BATCHES = [1, 2, 4, 8, 16]
REQUESTS, EVERY = 1000, 20


def long_context():
    """The 256M with room for 16,384 positions; the weights are the same file."""
    folder = p.folder("256m") + "-16k"
    if not os.path.exists(os.path.join(folder, "model.safetensors")):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(p.folder("256m"), folder, ignore=shutil.ignore_patterns("*.safetensors", "*.onnx"))
        # A relative link, since the benchmarks' folder may be moved.
        os.symlink(os.path.join("..", os.path.basename(p.folder("256m")), "model.safetensors"),
                   os.path.join(folder, "model.safetensors"))
        path = os.path.join(folder, "config.json")
        with open(path) as f:
            config = json.load(f)
        config["text_config"]["max_position_embeddings"] = 16384
        with open(path, "w") as f:
            json.dump(config, f)
    return folder


def engine(model, *options, java=""):
    return Engine("ours", [p.SMOLVLM, "bench", "-m", model, "--follow", *options], [""],
                  {**p.JAVA, "SMOLVLM_JAVA_OPTS": java})


def times(model, precision, stages, count):
    """-> {stage: milliseconds}, `count` times each or as often as ten seconds allow"""
    running = engine(model, "--precision", precision)
    try:
        warm_up(running, stages[0])
        got = {}
        for stage in stages:
            got[stage] = [running.measure(stage)]
            while len(got[stage]) < count and sum(got[stage]) < 10_000:
                got[stage].append(running.measure(stage))
            print(f"  {precision} {stage}: load {os.getloadavg()[0]:.1f}; " + ", ".join(f"{ms:.1f}" for ms in got[stage]) + " ms",
                  flush=True)
        return got
    finally:
        running.close()


def memory():
    """Bytes held after so many requests of the embedded model, each about another picture. The heap is bounded and nothing is
    kept of earlier requests: what is kept by intent grows up to its budget."""
    running = engine("tiny", "--no-cache", java="-Xmx256m")
    levels = []
    try:
        for request in range(1, REQUESTS + 1):
            held = running.answer("first:256x192")["memory_bytes"]
            if request % EVERY == 0:
                levels.append([request, held])
    finally:
        running.close()
    return levels


def parts(count):
    """What is measured, part by part: (name, figures)"""
    p.make("256m")
    model = long_context()
    yield "batches", {f"{precision} at {depth}": times(model, precision, [f"decode:{depth}:{n}" for n in BATCHES], count)
                      for precision in ("exact", "int8", "int4") for depth in (0, 1200)}
    yield "tiles", times(model, "int8", [f"tile:{n}" for n in TILES], count)
    yield "prompts", times(model, "exact", [f"prefill:{n}" for n in PROMPTS], count)
    yield "memory", memory()


def line(axis, points, label, proportional=True):
    xs = [int(s.split(":")[-1]) for s in points]
    ys = [min(ms) for ms in points.values()]
    drawn = axis.plot(xs, ys, "o-", label=label)
    if proportional:
        axis.plot(xs, [ys[0] * x / xs[0] for x in xs], "--", color=drawn[0].get_color(), alpha=0.5)


def plot(results, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, ((tiles, prompts), (batches, memory)) = plt.subplots(2, 2, figsize=(12, 8))
    tiles.set(xlabel="tiles", ylabel="ms")
    prompts.set(xlabel="prompt tokens", ylabel="ms", xscale="log", yscale="log")
    batches.set(xlabel="sequences decoded together", ylabel="ms a step", xscale="log", yscale="log")
    memory.set(xlabel="requests of the embedded model", ylabel="MB resident")
    line(tiles, results["tiles"], "encoder, 8 bit")
    line(prompts, results["prompts"], "prefill, float32")
    for label, points in results["batches"].items():
        line(batches, points, label, proportional=False)
    memory.plot([r for r, _ in results["memory"]], [b / 1e6 for _, b in results["memory"]])
    memory.set_ylim(bottom=0)
    for axis in (tiles, prompts, batches):
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def write(count, folder, command):
    """Figures are written after each part, the plot after the last."""
    results = {"machine": outside.machine(command)}
    os.makedirs(folder, exist_ok=True)
    for name, figures in parts(count):
        results[name] = figures
        with open(os.path.join(folder, "growth.json"), "w") as f:
            json.dump(results, f, indent=1)
            f.write("\n")
    plot(results, os.path.join(folder, "growth.png"))
