package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.Linear;

/// In 8 bits with a scale for each row and each output, for processors without bfloat16 (fbgemm).
///
/// libtorch takes one scale for all activations, so that one large row would cost all others their
/// precision. Rows are brought to the same size before and back afterwards: a scale for each.
final class Int8Linear implements LinearForm {
  @Override
  public String write(TorchOps ops, String x, Linear layer, boolean gelu) {
    String size =
        ops.let("torch.clamp(torch.amax(torch.abs(%s), [1], True), 9.9999999999999994e-30)", x);
    String y =
        ops.let(
            "ops.quantized.linear_dynamic(torch.div(%s, %s), %s, True)",
            x, size, ops.packed(layer.weight()));
    String scaled =
        layer.bias() == null
            ? ops.let("torch.mul(%s, %s)", y, size)
            : ops.let("torch.addcmul(%s, %s, %s)", ops.row(layer.bias()), y, size);
    return gelu ? ops.geluTanh(scaled) : scaled;
  }

  @Override
  public String packedType() {
    return "__torch__.torch.classes.quantized.LinearPackedParamsBase";
  }

  @Override
  public String methods() {
    return """
      def prepack(self: __torch__.%s,
        w: Tensor) -> %s:
        f = (self).widened(w)
        m = torch.maximum(torch.amax(f, [1]), torch.neg(torch.amin(f, [1])))
        s = torch.clamp(torch.div(m, 127.), 9.9999999999999998e-13)
        z = torch.zeros([torch.size(w, 0)], dtype=4)
        q = torch.quantize_per_channel(f, s, z, 0, 12)
        return ops.quantized.linear_prepack(q, None)
    """
            .formatted(TorchArchive.CLASS, packedType())
        + TorchOps.WIDENED;
  }
}
