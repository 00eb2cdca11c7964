"""What the machine can do at most, as far as libtorch shows it, and the shortest times that follow for the 256M's shape."""
import time

import torch

# Operations of one tile in linear layers and in attention; of one prompt token in linear layers, and in attention for
# each token before it. Bytes of the weights that a decode step reads (exact and bf16: bfloat16, as stored), and numbers of
# keys and values of one position.
TILE_LINEAR, TILE_ATTENTION = 174e9, 39e9
TOKEN, TOKEN_ATTENTION = 0.212e9, 30 * 4 * 576
STEP = {"exact": 269e6, "bf16": 269e6, "int8": 143e6, "int4": 92e6}
POSITION = 30 * 2 * 192


def best(work, count=5):
    times = []
    for _ in range(count + 1):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times[1:])


def measure(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    n, width, wide = 1024, 768, 3072
    x, w = torch.randn(n, width), torch.randn(wide, width)
    xh, wh = x.bfloat16(), w.bfloat16()
    scale = w.abs().amax(1) / 127
    q = torch.quantize_per_channel(w, scale, torch.zeros(wide, dtype=torch.long), 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(q, None)
    eights = [lambda: torch.ops.quantized.linear_dynamic(x, packed, True)]
    if vnni():
        laid = torch.ops.onednn.qlinear_prepack(q.int_repr(), [n, width])
        bytes_ = torch.randint(0, 255, (n, width), dtype=torch.uint8)
        zeros = torch.zeros(wide, dtype=torch.int32)
        eights.append(lambda: torch.ops.onednn.qlinear_pointwise(bytes_, 0.01, 128, laid, scale, zeros, None, 1.0, 0, torch.float32,
                                                                 "none", [], ""))
    operations = 2 * n * width * wide
    many = torch.ones(128 << 20)
    return {"f32_flops": operations / best(lambda: torch.nn.functional.linear(x, w)),
            "bf16_flops": operations / best(lambda: torch.nn.functional.linear(xh, wh)),
            "int8_ops": operations / min(best(eight) for eight in eights),
            "read_bytes_per_s": many.numel() * 4 / best(many.sum)}


def instructions():
    with open("/proc/cpuinfo") as f:
        return set(next((line for line in f if line.startswith("flags")), "").split())


def vnni():
    return "avx512_vnni" in instructions()


def bf16():
    """Whether the processor multiplies bfloat16."""
    return bool({"avx512_bf16", "amx_bf16"} & instructions())


def floor(limits, stage, engine):
    """Milliseconds that the operations or bytes of a stage take at these limits in the precision of one of ours; None where
    that is not simply said."""
    kind, *numbers = stage.replace("x", ":").split(":")
    precision = engine.split()[1]
    wide = limits["f32_flops"] if precision == "exact" else max(limits["f32_flops"], limits.get("bf16_flops", 0))
    rate = wide if precision in ("exact", "bf16") else limits["int8_ops"]
    if kind == "tile":
        return 1000 * (TILE_LINEAR / rate + TILE_ATTENTION / wide)
    if kind == "prefill":
        n = int(numbers[0])
        return 1000 * (n * TOKEN / rate + n * n / 2 * TOKEN_ATTENTION / wide)
    if kind == "decode":
        depth, batch = int(numbers[0]), int(numbers[1])
        kept = POSITION * (4 if precision == "exact" else 2)
        return 1000 * (STEP[precision] + kept * depth * batch) / limits["read_bytes_per_s"]
    return None
