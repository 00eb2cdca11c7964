package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.Linear;

/// In bfloat16, weights laid out once for oneDNN's kernels: 5 to 10 % faster than as they are, and
/// GELU is computed while a result is still in registers (docs/log.md, "bfloat16 and VNNI").
final class Bfloat16Linear implements LinearForm {
  /// Rows for which weights are laid out; others work as well.
  private static final int ROWS = 1024;

  @Override
  public String write(TorchOps ops, String x, Linear layer, boolean gelu) {
    String half = ops.as(TorchOps.Type.BFLOAT16, x);
    String bias = layer.bias() == null ? "None" : "torch.to(" + ops.row(layer.bias()) + ", 15)";
    return ops.typed(
        TorchOps.Type.BFLOAT16,
        ops.let(
            "ops.mkldnn._linear_pointwise(%s, %s, %s, %s)",
            half, ops.packed(layer.weight()), bias, TorchOps.postOperation(gelu)));
  }

  @Override
  public String packedType() {
    return "Tensor";
  }

  @Override
  public String methods() {
    return """
      def prepack(self: __torch__.%s,
        w: Tensor) -> Tensor:
        if torch.eq(ops.prim.dtype(w), 1):
          b = torch.view_copy(w, dtype=15)
        else:
          b = torch.to(w, 15)
        return ops.mkldnn._reorder_linear_weight(b, %d)
    """
        .formatted(TorchArchive.CLASS, ROWS);
  }
}
