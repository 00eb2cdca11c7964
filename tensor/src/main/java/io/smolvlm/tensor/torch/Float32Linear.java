package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.PackedWeight;

/// In float32, weights where they are.
final class Float32Linear implements LinearForm {
  @Override
  public String write(TorchOps ops, String x, Linear layer, boolean gelu) {
    String weight =
        switch (layer.weight()) {
          case FloatWeight w -> ops.weight(w);
          // Widened anew for every call: little beside what many rows cost, and no second copy.
          case Bf16Weight w -> "torch.to(torch.view_copy(" + ops.weight(w) + ", dtype=15), 6)";
          case PackedWeight w ->
              throw new IllegalArgumentException(layer.name() + " is packed for the kernels: " + w);
        };
    String y = ops.let("torch.linear(%s, %s, %s)", x, weight, ops.row(layer.bias()));
    return gelu ? ops.geluTanh(y) : y;
  }
}
