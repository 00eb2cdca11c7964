"""What the machine can do at most, as far as libtorch shows it, and the shortest times that follow for the 256M's shape."""
import time

import torch

# Operations of one tile in linear layers and in attention; of one prompt token in linear layers, and in attention for
# each token before it. Bytes of the weights that a decode step reads (exact: bfloat16, as stored), and of float32 keys and
# values of one position.
TILE_LINEAR, TILE_ATTENTION = 174e9, 39e9
TOKEN, TOKEN_ATTENTION = 0.212e9, 30 * 4 * 576
STEP = {"exact": 269e6, "int8": 143e6, "int4": 92e6}
POSITION = 30 * 2 * 192 * 4


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
    scale = w.abs().amax(1) / 127
    q = torch.quantize_per_channel(w, scale, torch.zeros(wide, dtype=torch.long), 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(q, None)
    operations = 2 * n * width * wide
    many = torch.ones(128 << 20)
    return {"f32_flops": operations / best(lambda: torch.nn.functional.linear(x, w)),
            "int8_ops": operations / best(lambda: torch.ops.quantized.linear_dynamic(x, packed, True)),
            "read_bytes_per_s": many.numel() * 4 / best(many.sum)}


def floor(limits, stage, engine):
    """Milliseconds that the operations or bytes of a stage take at these limits in the precision of one of ours; None where
    that is not simply said."""
    kind, *numbers = stage.replace("x", ":").split(":")
    precision = engine.split()[1]
    rate = limits["f32_flops"] if precision == "exact" else limits["int8_ops"]
    if kind == "tile":
        return 1000 * (TILE_LINEAR / rate + TILE_ATTENTION / limits["f32_flops"])
    if kind == "prefill":
        n = int(numbers[0])
        return 1000 * (n * TOKEN / rate + n * n / 2 * TOKEN_ATTENTION / limits["f32_flops"])
    if kind == "decode":
        depth, batch = int(numbers[0]), int(numbers[1])
        return 1000 * (STEP[precision] + POSITION * depth * batch) / limits["read_bytes_per_s"]
    return None
