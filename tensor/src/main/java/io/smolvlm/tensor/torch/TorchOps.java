package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.LinearWeight;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.Ops;
import io.smolvlm.tensor.ops.PackedWeight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes a network down as TorchScript while its description runs: a value is the name of a
/// variable.
///
/// The program does not depend on the number of rows. Weights become indices into a list of tensors
/// that every call is given; [#weights] says in which order.
final class TorchOps implements Ops<String> {
  /// The type of a weight that libtorch has laid out for its 8-bit kernels.
  private static final String PACKED = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

  /// Rounds a weight to 8 bits with a scale for each output and lays it out.
  private static final String PACK =
      "  def prepack(self: __torch__."
          + TorchArchive.CLASS
          + ",\n    w: Tensor) -> "
          + PACKED
          + ":\n"
          + "    if torch.eq(ops.prim.dtype(w), 1):\n"
          + "      f = torch.to(torch.view_copy(w, dtype=15), 6)\n"
          + "    else:\n"
          + "      f = w\n"
          + "    m = torch.maximum(torch.amax(f, [1]), torch.neg(torch.amin(f, [1])))\n"
          + "    s = torch.clamp(torch.div(m, 127.), 9.9999999999999998e-13)\n"
          + "    z = torch.zeros([torch.size(w, 0)], dtype=4)\n"
          + "    q = torch.quantize_per_channel(f, s, z, 0, 12)\n"
          + "    return ops.quantized.linear_prepack(q, None)\n";

  private final StringBuilder body = new StringBuilder();
  private final List<LinearWeight> weights = new ArrayList<>();
  private final Map<LinearWeight, Integer> numbers = new HashMap<>();
  private final List<String> taps = new ArrayList<>();
  private final List<String> tapped = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<LinearWeight> packed = new ArrayList<>();
  private final boolean watched;
  private final boolean int8;
  private int variables;

  /// @param watched whether tapped values are given back beside the result
  /// @param int8 whether linear layers multiply in 8 bits
  TorchOps(boolean watched, boolean int8) {
    this.watched = watched;
    this.int8 = int8;
  }

  /// The weights of the linear layers that multiply in 8 bits, in the order of their list.
  List<LinearWeight> packed() {
    return packed;
  }

  /// The weights in the order of the list, as the description used them.
  List<LinearWeight> weights() {
    return weights;
  }

  /// Names of the tapped values, in the order in which they follow the result.
  List<String> taps() {
    return taps;
  }

  /// How many layers give back the keys and values of the new rows: after the result, of each layer
  /// the keys, then the values, both `[n, key-value width]`.
  int keptLayers() {
    return kept.size() / 2;
  }

  /// The method: its parameters, the description's lines, and the list of results.
  String methods(String parameters, String result) {
    var results = new ArrayList<String>();
    results.add(result);
    results.addAll(kept);
    results.addAll(tapped);
    return "  def forward(self: __torch__."
        + TorchArchive.CLASS
        + ",\n    "
        + parameters
        + (int8 ? ", p: List[" + PACKED + "]" : "")
        + ") -> List[Tensor]:\n"
        + body
        + "    return ["
        + String.join(", ", results)
        + "]\n"
        + (int8 ? PACK : "");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would cost a dependency
  private String let(String expression, Object... arguments) {
    String name = "v" + variables++;
    body.append("    ")
        .append(name)
        .append(" = ")
        .append(String.format(Locale.ROOT, expression, arguments))
        .append('\n');
    return name;
  }

  private String weight(LinearWeight w) {
    Integer number = numbers.get(w);
    if (number == null) {
      number = weights.size();
      weights.add(w);
      numbers.put(w, number);
    }
    return "w[" + number + "]";
  }

  /// Biases and norms are rows; torch wants them flat.
  private String row(@Nullable Matrix m) {
    return m == null ? "None" : "torch.view(" + weight(new FloatWeight(m)) + ", [-1])";
  }

  @Override
  public String linear(String x, Linear weight) {
    LinearWeight w = weight.weight();
    if (int8) {
      return int8(x, w, weight.bias());
    }
    return switch (w) {
      case FloatWeight f -> let("torch.linear(%s, %s, %s)", x, weight(f), row(weight.bias()));
      // Widened anew for every call: little beside what many rows cost, and no second copy.
      case Bf16Weight b ->
          let(
              "torch.linear(%s, torch.to(torch.view_copy(%s, dtype=15), 6), %s)",
              x, weight(b), row(weight.bias()));
      case PackedWeight p ->
          throw new IllegalArgumentException(weight.name() + " is packed for the kernels: " + p);
    };
  }

  /// libtorch takes one scale for all activations, so that one large row would cost all others
  /// their precision. Rows are brought to the same size before and back afterwards: a scale for
  /// each.
  private String int8(String x, LinearWeight weight, @Nullable Matrix bias) {
    String size =
        let("torch.clamp(torch.amax(torch.abs(%s), [1], True), 9.9999999999999994e-30)", x);
    String y =
        let("ops.quantized.linear_dynamic(torch.div(%s, %s), p[%d], True)", x, size, packed.size());
    packed.add(weight);
    return bias == null
        ? let("torch.mul(%s, %s)", y, size)
        : let("torch.addcmul(%s, %s, %s)", row(bias), y, size);
  }

  @Override
  public String layerNorm(String x, Norm norm) {
    Matrix bias = Objects.requireNonNull(norm.bias(), norm.name());
    return let(
        "torch.layer_norm(%s, [%d], %s, %s, %s)",
        x, norm.weight().cols(), row(norm.weight()), row(bias), number(norm.eps()));
  }

  @Override
  public String rmsNorm(String x, Norm norm) {
    String square = let("torch.mean(torch.mul(%1$s, %1$s), [-1], True)", x);
    return let(
        "torch.mul(%s, torch.mul(%s, torch.rsqrt(torch.add(%s, %s))))",
        row(norm.weight()), x, square, number(norm.eps()));
  }

  @Override
  public String geluTanh(String x) {
    return let("torch.gelu(%s, approximate=\"tanh\")", x);
  }

  @Override
  public String swiGlu(String gate, String up) {
    return let("torch.mul(torch.silu(%s), %s)", gate, up);
  }

  @Override
  public String add(String x, String y) {
    return let("torch.add(%s, %s)", x, y);
  }

  @Override
  public String attention(
      String q, String k, String v, AttentionShape shape, @Nullable String keyBias) {
    String heads =
        attend(
            heads(q, shape.heads(), shape.headDim()),
            heads(k, shape.keyValueHeads(), shape.headDim()),
            heads(v, shape.keyValueHeads(), shape.headDim()),
            keyBias == null ? "None" : keyBias,
            shape);
    return rows(heads, shape);
  }

  @Override
  public String causalAttention(int layer, String q, String k, String v, AttentionShape shape) {
    String queries = rotate(q, shape.heads(), shape.headDim());
    String newKeys =
        let(
            "torch.reshape(%s, [-1, %d])",
            rotate(k, shape.keyValueHeads(), shape.headDim()), shape.keyValueWidth());
    kept.add(newKeys);
    kept.add(v);
    int group = shape.heads() / shape.keyValueHeads();
    return rows(
        attend(
            let("torch.transpose(%s, 0, 1)", queries),
            repeated(remembered(2 * layer, newKeys), shape, group),
            repeated(remembered(2 * layer + 1, v), shape, group),
            "mask",
            shape),
        shape);
  }

  /// What stands in the memory and the new rows behind it, `[past + n, key-value width]`.
  ///
  /// @param part which of a block's matrices
  private String remembered(int part, String fresh) {
    return let("(self).remembered(blocks, past, per, %d, %s)", part, fresh);
  }

  /// The line that [#causalAttention] needs once: who sees whom.
  void prepareCausal() {
    body.append("    n = torch.size(x, 0)\n");
    body.append("    mask = torch.tril(torch.ones([n, torch.add(past, n)], dtype=11), past)\n");
  }

  /// The method that puts the pieces of a memory together: `past` rows lie in blocks, `per` rows of
  /// each of their parts.
  static String remembering() {
    return """
      def remembered(self: __torch__.%s,
        blocks: List[Tensor],
        past: int,
        per: int,
        part: int,
        fresh: Tensor) -> Tensor:
        pieces = annotate(List[Tensor], [])
        first = torch.mul(part, per)
        for i in range(torch.len(blocks)):
          rows = ops.prim.min(per, torch.sub(past, torch.mul(i, per)))
          _0 = torch.append(pieces, torch.slice(blocks[i], 0, first, torch.add(first, rows)))
        _1 = torch.append(pieces, fresh)
        return torch.cat(pieces)
    """
        .formatted(TorchArchive.CLASS);
  }

  /// `[n, heads * d] -> [heads, n, d]`
  private String heads(String x, int heads, int headDim) {
    return let("torch.transpose(torch.view(%s, [-1, %d, %d]), 0, 1)", x, heads, headDim);
  }

  /// Keys or values with each head as often as there are query heads that read it.
  private String repeated(String x, AttentionShape shape, int group) {
    String own = heads(x, shape.keyValueHeads(), shape.headDim());
    if (group == 1) {
      return own;
    }
    return let(
        "torch.reshape(torch.expand(torch.unsqueeze(%s, 1), [-1, %d, -1, -1]), [%d, -1, %d])",
        own, group, shape.heads(), shape.headDim());
  }

  private String attend(String q, String k, String v, String mask, AttentionShape shape) {
    return let(
        "torch.squeeze(torch.scaled_dot_product_attention(torch.unsqueeze(%s, 0),"
            + " torch.unsqueeze(%s, 0), torch.unsqueeze(%s, 0), %s, 0., False, scale=%s), 0)",
        q, k, v, mask, number(shape.scale()));
  }

  /// `[heads, n, d] -> [n, heads * d]`
  private String rows(String x, AttentionShape shape) {
    return let("torch.reshape(torch.transpose(%s, 0, 1), [-1, %d])", x, shape.queryWidth());
  }

  private String rotate(String x, int heads, int headDim) {
    String cut = let("torch.view(%s, [-1, %d, %d])", x, heads, headDim);
    String a = let("torch.slice(%s, 2, 0, %d)", cut, headDim / 2);
    String b = let("torch.slice(%s, 2, %d, %d)", cut, headDim / 2, headDim);
    String c = let("torch.unsqueeze(cos, 1)");
    String s = let("torch.unsqueeze(sin, 1)");
    return let(
        "torch.cat([torch.sub(torch.mul(%1$s, %3$s), torch.mul(%2$s, %4$s)),"
            + " torch.add(torch.mul(%2$s, %3$s), torch.mul(%1$s, %4$s))], 2)",
        a, b, c, s);
  }

  @Override
  public String pixelShuffle(String x, int side, int factor) {
    int folded = side / factor;
    String cut = let("torch.view(%s, [%d, %d, %d, %d, -1])", x, folded, factor, folded, factor);
    return let("torch.reshape(torch.permute(%s, [0, 2, 1, 3, 4]), [%d, -1])", cut, folded * folded);
  }

  @Override
  public String residual(String x, String branch) {
    return add(x, branch);
  }

  @Override
  public String tap(String name, String x) {
    if (watched) {
      taps.add(name);
      tapped.add(x);
    }
    return x;
  }

  @Override
  public String tap(String name, int layer, String x) {
    return tap(name + layer, x);
  }

  /// Doubles print so that they read back equal.
  private static String number(double value) {
    return Double.toString(value);
  }
}
