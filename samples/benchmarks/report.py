"""Writes what was measured: docs/benchmarks/README.md, results.json and benchmarks.png."""
import json
import os
import statistics

import limits
import targets

NOTE = """Ours, llama.cpp, transformers (PyTorch eager) and onnxruntime in turns on one machine, written by `samples/benchmarks/run`;
all rounds are in results.json. Ratios count: absolute times drift between runs and machines by 10 to 30 %. The 256M has
random weights in its true shape, the 135M is the real SmolLM2-135M-Instruct, whose text shape the 256M shares. Stages:
`tile` through encoder and connector; `prefill:TOKENS`; `decode:DEPTH:SEQUENCES`; the first token about a picture in memory,
`first` as the model's processor cuts it (512x512 is enlarged to 17 tiles, 2048x1536 is 13), `single` not enlarged (1 tile),
`again` for another question about the same picture. Rows say at which commit they were measured; machine, command, load and
limits are those of the first run, so shares of the floor in later rows are rough. `exact` is float32 arithmetic over the weights as stored;
where a processor multiplies bfloat16, `bf16` has prompts and pictures in it, `int8` and `int4` prompts and what of pictures is not in 8 bits."""
NARROW = """**This processor has AVX2 and neither AVX-512, bf16 nor VNNI instructions**: float32, 8 and 4 bits count here, bf16 is emulated
and slow in every engine, and goals set in bf16 are held against float32."""


def names(part):
    found = {n for stage in part.values() for n in stage["ms"]}
    return sorted(found, key=lambda n: (not n.startswith("ours"), not n.startswith("llama"), n))


def cell(stage, name):
    ms = stage["ms"].get(name)
    if not ms:
        return "-"
    if name in stage["slow"]:
        return f"{ms[0]:.0f} once"
    digits = 2 if min(ms) < 100 else 0
    return f"{min(ms):.{digits}f} ({statistics.median(ms):.{digits}f})"


def share(results, stage, got):
    """Ours as a share of the floor: the best that a precision reaches."""
    shares = []
    for name in (n for n in got["ms"] if n.startswith("ours")):
        floor = None if stage.startswith("beside") else limits.floor(results["limits"], stage, name)
        if floor:
            shares.append(f"{name.split()[1]} {100 * floor / min(got['ms'][name]):.0f} %")
    return ", ".join(shares) or "-"


def stages(results):
    lines = []
    for member, part in results["members"].items():
        engines = names(part)
        lines += ["", f"## {results['names'][member]}", "", "Milliseconds, least (median); decode: of one step. Ratio: the best peer's"
                  " time over the best of ours, median of the rounds. Floor: how much of what the machine can do ours reach.", "",
                  "| stage | " + " | ".join(engines) + " | ratio | share of floor | commit |", "|---" * (len(engines) + 4) + "|"]
        for stage, got in part.items():
            ratio = targets.ratio(part, stage, [n for n in engines if n.startswith("ours")], targets.ALL)
            lines.append(f"| {stage} | " + " | ".join(cell(got, n) for n in engines) +
                         f" | {f'{ratio:.2f}' if ratio else '-'} | {share(results, stage, got)}"
                         f" | {got.get('commit', results['machine']['commit'])} |")
    return lines


def goals(results):
    lines = ["", "## Goals", "", "| goal | wanted | found | |", "|---|---|---|---|"]
    for what, goal, found in targets.ratios(results["members"]):
        if found is not None:
            lines.append(f"| {what} | >= {goal} | {found:.2f} | {'held' if found >= goal else 'missed'} |")
    tile = results["members"].get("256m", {}).get("tile", {"ms": {}})
    for precision, goal in (("exact", 85), ("bf16", 85), ("int8", 75)):
        times = tile["ms"].get("ours " + precision)
        if times:
            found = 100 * limits.floor(results["limits"], "tile", "ours " + precision) / min(times)
            lines.append(f"| tile, {precision}, share of the floor | >= {goal} % | {found:.0f} % |"
                         f" {'held' if found >= goal else 'missed'} |")
    for what, goal, found, unit in targets.bounds(results):
        if found is not None:
            lines.append(f"| {what} | <= {goal} {unit} | {found:.4g} {unit} | {'held' if found <= goal else 'missed'} |")
    return lines


def rest(results):
    lines = []
    told = results.get("outside", results["machine"])
    if results.get("start"):
        lines += ["", "## Start", "",
                  f"`smolvlm caption` of one token, from the start of the process to its end; {told['date']}, commit {told['commit']}.", "",
                  "| model | least | median |", "|---|---|---|"]
        lines += [f"| {k} | {min(v) / 1000:.2f} s | {statistics.median(v) / 1000:.2f} s |" for k, v in results["start"].items()]
    if results.get("memory"):
        lines += ["", "## Memory", "", f"The most that a process held for one token about one 2048x1536 picture, 256M; commit {told['commit']}.", "",
                  "| engine | MB |", "|---|---|"]
        lines += [f"| {k} | {v / 1e6:.0f} |" for k, v in results["memory"].items()]
    return lines


def others(folder):
    """Links to what was measured on other kinds of processors, a folder each."""
    kinds = sorted(d for d in os.listdir(folder) if os.path.exists(os.path.join(folder, d, "results.json")))
    return ["", "Another processor: " + ", ".join(f"[{d}]({d}/README.md)" for d in kinds) + "."] if kinds else []


def head(results, folder):
    m, l = results["machine"], results["limits"]
    loads = [r for part in results["members"].values() for s in part.values() for r in s["rounds"]]
    worst = max((r["foreign"] for r in loads), default=0)
    most = max((r["load"] for r in loads), default=0)
    narrow = ["", NARROW] if m["instructions"] == ["avx2"] else []
    return ["# Benchmarks", "", NOTE, *narrow, *others(folder), "",
            f"- {m['date']}; {m['processor']}, {m['processors']} processors, {', '.join(m['instructions'])}; {m['system']}; "
            f"{results['threads']} threads",
            f"- {m['java']}; commit {m['commit']}{' with changes' if m['changed'] else ''}; " +
            ", ".join(f"{k} {v}" for k, v in m["packages"].items()),
            f"- command: `{m['command']}`; highest load average before a round {most:.1f}, most foreign work beside one"
            f" {worst:.2f} processors",
            f"- limits, the best that PyTorch reached on this machine: float32 {l['f32_flops'] / 1e9:.0f} GFLOP/s, bf16 {l.get('bf16_flops', 0) / 1e9:.0f}, 8 bits"
            f" {l['int8_ops'] / 1e9:.0f} GOP/s, reading {l['read_bytes_per_s'] / 1e9:.1f} GB/s", "", "![Times](benchmarks.png)"]


def plot(results, path):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    members = results["members"]
    figure, axes = plt.subplots(len(members), 1, figsize=(11, 4 * len(members)), squeeze=False)
    colours = plt.get_cmap("tab20").colors
    every = sorted({n for part in members.values() for n in names(part)}, key=lambda n: (not n.startswith("ours"), n))
    for axis, (member, part) in zip(axes[:, 0], members.items()):
        width = 0.85 / len(every)
        for i, name in enumerate(every):
            at = [(k + i * width, min(s["ms"][name])) for k, s in enumerate(part.values()) if s["ms"].get(name)]
            if not at:
                continue
            axis.bar([x for x, _ in at], [ms for _, ms in at], width, label=name, color=colours[i])
        axis.set_yscale("log")
        axis.set_ylabel("ms, least of the rounds")
        axis.set_title(results["names"][member])
        axis.set_xticks([k + 0.4 for k in range(len(part))], list(part), rotation=20, ha="right")
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def growth(folder):
    """What `run --growth` left beside the results; nothing where it has not run."""
    path = os.path.join(folder, "growth.json")
    if not os.path.exists(path):
        return []
    with open(path) as f:
        g = json.load(f)
    def each(points, digits):
        return ", ".join(f"{min(ms) / int(stage.split(':')[1]):.{digits}f} at {int(stage.split(':')[1]):,}" for stage, ms in points.items())
    def batch(points):
        return " | ".join(f"{min(ms):.1f}" for ms in points.values())
    counts = [stage.split(":")[2] for stage in next(iter(g["batches"].values()))]
    held = g["memory"]
    return ["", "## Growth", "", f"Ours alone, the 256M's shape, least of some times; {g['machine']['date']}, commit {g['machine']['commit']}, "
            f"`{g['machine']['command']}`. Dashed: in proportion to the first point. Attention is the part of prefill that grows with each token's place.", "",
            "![Growth](growth.png)", "",
            f"- Encoder, 8 bit, ms a tile: {each(g['tiles'], 0)}.",
            f"- Prefill, float32, ms a token: {each(g['prompts'], 2)}.",
            f"- Memory of {held[-1][0]:,} requests, each about a new picture, nothing cached, heap of 256 MB: {held[0][1] / 1e6:.0f} MB after {held[0][0]}, "
            f"{held[len(held) // 2][1] / 1e6:.0f} after {held[len(held) // 2][0]}, {held[-1][1] / 1e6:.0f} at the end.",
            "- A step of so many sequences together, ms:", "",
            "| | " + " | ".join(counts) + " |", "|---" * (1 + len(counts)) + "|",
            *[f"| {label} | {batch(points)} |" for label, points in g["batches"].items()]]


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w") as f:
        json.dump(results, f, indent=1)
        f.write("\n")
    text = "\n".join(head(results, folder) + goals(results) + stages(results) + rest(results) + growth(folder)) + "\n"
    with open(os.path.join(folder, "README.md"), "w") as f:
        f.write(text)
    plot(results, os.path.join(folder, "benchmarks.png"))
    return text
