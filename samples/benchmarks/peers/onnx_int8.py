"""onnxruntime, tiles only: onnx_int8.py CHECKPOINT --threads N

The encoder and connector are written down as ONNX in the operations that onnxruntime has fast kernels for (layer norm,
gelu, multi-head attention), then onnxruntime's own tool rounds every matrix product to 8 bits: weights with a scale for
each output, activations with a scale for each product."""
import argparse
import json
import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors import safe_open

from protocol import serve, timed

PREFIX = "model.vision_model."


class Graph:
    """Nodes and weights as they are put down; a value is its name."""

    def __init__(self, folder):
        self.file = safe_open(os.path.join(folder, "model.safetensors"), "pt")
        self.nodes, self.weights = [], []

    def weight(self, name, change=lambda w: w):
        array = change(self.file.get_tensor(name).float().numpy())
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def constant(self, values):
        name = f"c{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def node(self, kind, *inputs, domain="", **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, domain=domain, **attributes))
        return name

    def linear(self, x, name):
        y = self.node("MatMul", x, self.weight(name + ".weight", lambda w: w.reshape(w.shape[0], -1).T))
        return self.node("Add", y, self.weight(name + ".bias"))

    def norm(self, x, name, eps):
        return self.node("LayerNormalization", x, self.weight(name + ".weight"), self.weight(name + ".bias"), axis=-1,
                         epsilon=eps)


def write(folder, path):
    """Patches [1, n, 3 * p * p] in, image tokens [1, n / s^2, width] out."""
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    v, s = config["vision_config"], config["scale_factor"]
    eps, side = v.get("layer_norm_eps", 1e-6), v["image_size"] // v["patch_size"]
    hidden = v["hidden_size"]
    g = Graph(folder)
    x = g.linear("patches", PREFIX + "embeddings.patch_embedding")
    x = g.node("Add", x, g.weight(PREFIX + "embeddings.position_embedding.weight", lambda w: w[None]))
    for i in range(v["num_hidden_layers"]):
        layer = f"{PREFIX}encoder.layers.{i}."
        h = g.norm(x, layer + "layer_norm1", eps)
        q, k, w = (g.linear(h, f"{layer}self_attn.{n}_proj") for n in "qkv")
        h = g.node("MultiHeadAttention", q, k, w, domain="com.microsoft", num_heads=v["num_attention_heads"])
        x = g.node("Add", x, g.linear(h, layer + "self_attn.out_proj"))
        h = g.linear(g.norm(x, layer + "layer_norm2", eps), layer + "mlp.fc1")
        x = g.node("Add", x, g.linear(g.node("Gelu", h, approximate="tanh"), layer + "mlp.fc2"))
    x = g.norm(x, PREFIX + "post_layernorm", eps)
    x = g.node("Reshape", x, g.constant([side // s, s, side // s, s, hidden]))
    x = g.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    x = g.node("Reshape", x, g.constant([1, side * side // s ** 2, hidden * s ** 2]))
    x = g.node("MatMul", x, g.weight("model.connector.modality_projection.proj.weight", lambda w: w.T))
    shape = [1, side * side, 3 * v["patch_size"] ** 2]
    graph = helper.make_graph(g.nodes, "tile", [helper.make_tensor_value_info("patches", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)], g.weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
                                ir_version=9), path)
    return shape


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class Tiles:
    def __init__(self, folder, threads):
        exact, rounded = os.path.join(folder, "tile.onnx"), os.path.join(folder, "tile-int8.onnx")
        self.shape = write(folder, exact)
        # Signed weights of 7 bits: AVX2 adds two products in 16 bits, which 8 bits would overflow.
        quantize_dynamic(exact, rounded, op_types_to_quantize=["MatMul"], per_channel=True, reduce_range=True,
                         weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": TensorProto.FLOAT})
        os.remove(exact)
        self.session = session(rounded, threads)
        self.rng = np.random.default_rng(1)

    def measure(self, kind, n):
        if kind != "tile" or n:
            return None
        patches = self.rng.random(self.shape, dtype=np.float32) * 2 - 1
        return timed(lambda: self.session.run(None, {"patches": patches}))


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("model")
    ap.add_argument("--threads", type=int, required=True)
    args = ap.parse_args()
    serve(Tiles(args.model, args.threads).measure)
