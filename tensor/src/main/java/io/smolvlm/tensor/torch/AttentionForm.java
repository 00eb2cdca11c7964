package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.ops.AttentionShape;
import org.jspecify.annotations.Nullable;

/// How attention stands in a program.
interface AttentionForm {
  /// Every row sees every row.
  ///
  /// @param q `[n, heads * d]`, likewise `k` and `v`
  /// @param keyBias added to the scores, `[1, n]`; null for none
  /// @return `[n, heads * d]`
  String all(
      TorchOps ops, String q, String k, String v, AttentionShape shape, @Nullable String keyBias);

  /// Each of the last rows sees those before it and itself.
  ///
  /// @param q `[n, heads, d]`, rotated
  /// @param k `[past + n, key-value width]`, likewise `v`
  /// @return `[n, heads * d]`
  String causal(TorchOps ops, String q, String k, String v, AttentionShape shape);

  /// The lines that [#causal] needs once, where `n` and `past` are known: who sees whom.
  String mask();

  /// The methods that it needs beside `forward`.
  default String methods() {
    return "";
  }
}
