"""The goals of this project as ratios, peers' time over ours, round by round, and whether a run holds them."""
import statistics

LLAMA8, LLAMA4 = ["llama.cpp q8_0"], ["llama.cpp q4_0"]
LLAMA = LLAMA8 + LLAMA4 + ["llama.cpp f16"]
TORCH = ["transformers float32", "transformers bfloat16"]
ALL = LLAMA + TORCH + ["onnxruntime int8"]


def fastest(times, names, at):
    known = [times[n][min(at, len(times[n]) - 1)] for n in names if times.get(n)]
    return min(known) if known else None


def ratio(part, stage, ours, peers, of=None):
    """Median over the rounds of the fastest peer's time over the fastest of ours; `of`: the peers' stage, if another."""
    mine, theirs = part.get(stage, {}).get("ms", {}), part.get(of or stage, {}).get("ms", {})
    count = max((len(mine[n]) for n in ours if n in mine), default=0)
    pairs = [(fastest(theirs, peers, i), fastest(mine, ours, i)) for i in range(count)]
    pairs = [t / m for t, m in pairs if t and m]
    return statistics.median(pairs) if pairs else None


def ours(*precisions):
    return ["ours " + p for p in precisions]


def share(part, stage, quiet):
    """Ours beside a busy process, as a share of its quiet speed."""
    busy, alone = part.get(stage, {}).get("ms", {}), part.get(quiet, {}).get("ms", {})
    name = "ours int8"
    return statistics.median(alone[name]) / statistics.median(busy[name]) if busy.get(name) and alone.get(name) else None


def ratios(m):
    """-> (what, goal, ratio); m: member -> stage -> what turns.rounds gave"""
    text, pictures = m.get("135m", {}), m.get("256m", {})
    wide = "bf16" if any("ours bf16" in stage.get("ms", {}) for part in m.values() for stage in part.values()) else "exact"
    label = {"bf16": "bf16", "exact": "float32 (no bf16 here)"}[wide]
    half = [] if wide == "exact" else [
        ("tile, bf16, over PyTorch eager bf16", 1.2, ratio(pictures, "tile", ours("bf16"), TORCH[1:])),
        ("tile, bf16, over llama.cpp's best", 1.1, ratio(pictures, "tile", ours("bf16"), LLAMA))]
    best = ours("exact", "bf16", "int8")
    again = [("ours exact", "float32"), ("ours int8", "8 bit")]
    return [
        ("tile, 8 bit, over PyTorch eager's best", 1.8, ratio(pictures, "tile", ours("int8"), TORCH)),
        ("tile, 8 bit, over llama.cpp's best", 1.6, ratio(pictures, "tile", ours("int8"), LLAMA)),
        ("tile, 8 bit, over onnxruntime int8", 1.0, ratio(pictures, "tile", ours("int8"), ["onnxruntime int8"])),
        *half,
        ("tile, float32, over PyTorch eager float32", 1.2, ratio(pictures, "tile", ours("exact"), TORCH[:1])),
        ("first token 2048x1536, best over best", 1.7, ratio(pictures, "first:2048x1536", best, ALL)),
        ("first token 512x512, best over best", 1.7, ratio(pictures, "first:512x512", best, ALL)),
        ("first token 512x512, not enlarged, over the best peer", 10,
         ratio(pictures, "single:512x512", best, ALL, of="first:512x512")),
        *((f"same picture again, {numbers}, over its first time", 30,
           ratio(pictures, "again:2048x1536", [name], [name], of="first:2048x1536")) for name, numbers in again),
        (f"prefill 512, {label}, over the best peer", 1.9, ratio(text, "prefill:512", ours(wide), ALL)),
        (f"prefill 1216, {label}, over the best peer", 1.9, ratio(text, "prefill:1216", ours(wide), ALL)),
        ("prefill 512, 8 bit, over the best peer", 2.6, ratio(text, "prefill:512", ours("int8"), ALL)),
        ("prefill 1216, 8 bit, over the best peer", 2.6, ratio(text, "prefill:1216", ours("int8"), ALL)),
        *((f"decode 8 bit at {depth}, over llama.cpp q8_0", goal, ratio(text, f"decode:{depth}:1", ours("int8"), LLAMA8))
          for depth, goal in ((0, 1.35), (1200, 1.6), (8000, 2.2))),
        *((f"decode 4 bit at {depth}, over llama.cpp q4_0", goal, ratio(text, f"decode:{depth}:1", ours("int4"), LLAMA4))
          for depth, goal in ((0, 1.25), (1200, 1.6))),
        ("eight sequences together at 0, best over best", 1.5,
         ratio(text, "decode:0:8", best + ours("int4"), LLAMA8 + LLAMA4)),
        ("eight sequences together at 1200, best over best", 1.5,
         ratio(text, "decode:1200:8", best + ours("int4"), LLAMA8 + LLAMA4)),
        ("eight pictures at once, of one tile, 32 tokens each, best over best", 1.5,
         ratio(pictures, "captions:8", best, LLAMA)),
        ("decode 8 bit beside a busy process, share of the quiet speed", 0.4,
         share(text, "beside decode:0:1", "decode:0:1")),
    ]


def bounds(results):
    """-> (what, goal, found, unit), at most"""
    start, memory = results.get("start", {}), results.get("memory", {})
    low = {label: min(ms) / 1000 for label, ms in start.items()}
    return [("start to first token, embedded model", 2.0, low.get("tiny"), "s"),
            *((f"start to first token, 256M {p}, one tile", 3.0, low.get("256m " + p), "s") for p in ("exact", "bf16", "int8")),
            *((f"most memory, 256M {p}, one 2048x1536 picture", 700, memory.get(f"ours {p}", 0) / 1e6 or None, "MB")
              for p in ("exact", "bf16", "int8", "int4"))]
