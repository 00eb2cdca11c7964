package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.AttentionShape;
import org.jspecify.annotations.Nullable;

/// Attention as two matrix products and a softmax, two heads at a time, so that their scores stay
/// in the caches: 1.6 times as fast as libtorch's own in bfloat16, which is no faster than in
/// float32 (docs/log.md, "bfloat16 and VNNI").
final class Bfloat16Attention implements AttentionForm {
  @Override
  public String all(
      TorchOps ops, String q, String k, String v, AttentionShape shape, @Nullable String keyBias) {
    if (keyBias != null) {
      throw new IllegalArgumentException("keys that are not seen are for float32");
    }
    // Queries are scaled, not scores: a sixteenth of the numbers, for 1,024 patches.
    String heads =
        ops.let(
            "(self).attend(torch.mul(%s, %s), %s, %s)",
            half(ops, q, shape.heads(), shape),
            TorchOps.number(shape.scale()),
            half(ops, k, shape.keyValueHeads(), shape),
            half(ops, v, shape.keyValueHeads(), shape));
    return ops.typed(TorchOps.Type.BFLOAT16, ops.rows(heads, shape));
  }

  /// Rows of heads that read the same keys are put below each other, as if they were one head's.
  @Override
  public String causal(TorchOps ops, String q, String k, String v, AttentionShape shape) {
    int group = shape.heads() / shape.keyValueHeads();
    String queries =
        ops.let(
            "torch.reshape(torch.transpose(%s, 0, 1), [%d, -1, %d])",
            ops.as(TorchOps.Type.BFLOAT16, q), shape.keyValueHeads(), shape.headDim());
    String together =
        ops.let(
            "(self).attendBefore(%s, %s, %s, torch.unsqueeze(torch.repeat(mask, [%d, 1]), 0), %s)",
            queries,
            half(ops, k, shape.keyValueHeads(), shape),
            half(ops, v, shape.keyValueHeads(), shape),
            group,
            TorchOps.number(shape.scale()));
    String heads =
        ops.let("torch.view(%s, [%d, -1, %d])", together, shape.heads(), shape.headDim());
    return ops.typed(TorchOps.Type.BFLOAT16, ops.rows(heads, shape));
  }

  @Override
  public String mask() {
    return "    mask = torch.log(torch.tril(torch.ones([n, torch.add(past, n)], dtype=15), past))\n";
  }

  private static String half(TorchOps ops, String x, int heads, AttentionShape shape) {
    return ops.heads(ops.as(TorchOps.Type.BFLOAT16, x), heads, shape.headDim());
  }

  @Override
  public String methods() {
    return method("attend", "", "torch.bmm(queries, keys)")
        + method(
            "attendBefore",
            ",\n    bias: Tensor,\n    scale: float",
            "torch.baddbmm(torch.expand(bias, [torch.size(queries, 0), -1, -1]), queries, keys,"
                + " beta=1, alpha=scale)");
  }

  private static String method(String name, String more, String scores) {
    return """
      def %s(self: __torch__.%s,
        q: Tensor,
        k: Tensor,
        v: Tensor%s) -> Tensor:
        heads = torch.size(q, 0)
        pieces = annotate(List[Tensor], [])
        for i in range(torch.floordiv(torch.add(heads, 1), 2)):
          first = torch.mul(i, 2)
          last = ops.prim.min(heads, torch.add(first, 2))
          queries = torch.slice(q, 0, first, last)
          keys = torch.transpose(torch.slice(k, 0, first, last), 1, 2)
          shares = torch.softmax(%s, -1)
          _0 = torch.append(pieces, torch.bmm(shares, torch.slice(v, 0, first, last)))
        return torch.cat(pieces)
    """
        .formatted(name, TorchArchive.CLASS, more, scores);
  }
}
