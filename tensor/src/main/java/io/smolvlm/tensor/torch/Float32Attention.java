package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.AttentionShape;
import org.jspecify.annotations.Nullable;

/// libtorch's own attention, which never stores all scores.
final class Float32Attention implements AttentionForm {
  @Override
  public String all(
      TorchOps ops, String q, String k, String v, AttentionShape shape, @Nullable String keyBias) {
    return attend(
        ops,
        ops.heads(q, shape.heads(), shape.headDim()),
        ops.heads(k, shape.keyValueHeads(), shape.headDim()),
        ops.heads(v, shape.keyValueHeads(), shape.headDim()),
        keyBias == null ? "None" : keyBias,
        shape);
  }

  @Override
  public String causal(TorchOps ops, String q, String k, String v, AttentionShape shape) {
    return attend(
        ops,
        ops.let("torch.transpose(%s, 0, 1)", q),
        repeated(ops, k, shape),
        repeated(ops, v, shape),
        "mask",
        shape);
  }

  @Override
  public String mask() {
    return "    mask = torch.tril(torch.ones([n, torch.add(past, n)], dtype=11), past)\n";
  }

  /// Keys or values with each head as often as there are query heads that read it.
  private static String repeated(TorchOps ops, String x, AttentionShape shape) {
    String own = ops.heads(x, shape.keyValueHeads(), shape.headDim());
    int group = shape.heads() / shape.keyValueHeads();
    if (group == 1) {
      return own;
    }
    return ops.let(
        "torch.reshape(torch.expand(torch.unsqueeze(%s, 1), [-1, %d, -1, -1]), [%d, -1, %d])",
        own, group, shape.heads(), shape.headDim());
  }

  private static String attend(
      TorchOps ops, String q, String k, String v, String mask, AttentionShape shape) {
    String heads =
        ops.let(
            "torch.squeeze(torch.scaled_dot_product_attention(torch.unsqueeze(%s, 0),"
                + " torch.unsqueeze(%s, 0), torch.unsqueeze(%s, 0), %s, 0., False, scale=%s), 0)",
            q, k, v, mask, TorchOps.number(shape.scale()));
    return ops.rows(heads, shape);
  }
}
