package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.Linear;
import java.util.HashMap;
import java.util.Map;

/// In 8 bits through oneDNN: weights with a scale for each output, activations with one scale and
/// zero, between the least and the largest of them; results in bfloat16.
final class Int8Bfloat16Linear implements LinearForm {
  private static final int ROWS = 1024;

  /// Values that have been rounded already, for the next layer that reads them.
  private final Map<String, String> rounded = new HashMap<>();

  @Override
  public String write(TorchOps ops, String x, Linear layer, boolean gelu) {
    String r = rounded.get(x);
    if (r == null) {
      r = ops.let("(self).rounded(%s)", ops.as(TorchOps.Type.FLOAT32, x));
      rounded.put(x, r);
    }
    String w = ops.packed(layer.weight());
    // What follows GELU is rounded next, which wants float32.
    String y =
        ops.let(
            "ops.onednn.qlinear_pointwise(%1$s[0], %1$s[1], %1$s[2], %2$s[0], %2$s[1], %2$s[2], %3$s,"
                + " 1., 0, %4$d, %5$s)",
            r, w, ops.row(layer.bias()), gelu ? 6 : 15, TorchOps.postOperation(gelu));
    return ops.typed(gelu ? TorchOps.Type.FLOAT32 : TorchOps.Type.BFLOAT16, y);
  }

  @Override
  public String packedType() {
    return "List[Tensor]";
  }

  @Override
  public String methods() {
    return """
      def prepack(self: __torch__.%1$s,
        w: Tensor) -> List[Tensor]:
        f = (self).widened(w)
        m = torch.maximum(torch.amax(f, [1]), torch.neg(torch.amin(f, [1])))
        s = torch.clamp(torch.div(m, 127.), 9.9999999999999998e-13)
        q = torch.to(torch.round(torch.div(f, torch.unsqueeze(s, 1))), 1)
        z = torch.zeros([torch.size(f, 0)], dtype=3)
        return [ops.onednn.qlinear_prepack(q, [%2$d, torch.size(f, 1)]), s, z]
      def rounded(self: __torch__.%1$s,
        x: Tensor) -> List[Tensor]:
        least, most = torch.aminmax(x)
        low = torch.clamp_max(least, 0.)
        high = torch.clamp_min(most, 0.)
        s = torch.clamp(torch.div(torch.sub(high, low), 255.), 9.9999999999999998e-13)
        z = torch.to(torch.round(torch.div(torch.neg(low), s)), 3)
        q = torch.int_repr(torch.quantize_per_tensor(x, s, z, 13))
        return [q, s, z]
    """
            .formatted(TorchArchive.CLASS, ROWS)
        + TorchOps.WIDENED;
  }
}
