package io.smolvlm.tensor.torch;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.AttentionShape;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.LinearWeight;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes a network down as TorchScript while its description runs: a value is the name of a
/// variable.
///
/// The program does not depend on the number of rows. Weights become indices into a list of tensors
/// that every call is given; [#weights] says in which order.
final class TorchOps implements Ops<String> {
  /// The type of a value.
  enum Type {
    FLOAT32(6),
    BFLOAT16(15);

    /// As libtorch numbers it.
    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  /// A method that linear forms share: a weight as it comes, in float32.
  static final String WIDENED =
      """
        def widened(self: __torch__.%s,
          w: Tensor) -> Tensor:
          if torch.eq(ops.prim.dtype(w), 1):
            f = torch.to(torch.view_copy(w, dtype=15), 6)
          else:
            f = w
          return f
      """
          .formatted(TorchArchive.CLASS);

  private final StringBuilder body = new StringBuilder();
  private final List<LinearWeight> weights = new ArrayList<>();
  private final Map<LinearWeight, Integer> numbers = new HashMap<>();
  private final List<String> taps = new ArrayList<>();
  private final List<String> tapped = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<LinearWeight> packed = new ArrayList<>();
  private final Set<String> halves = new HashSet<>();
  private final Map<String, String> converted = new HashMap<>();
  private final boolean watched;
  private final LinearForm linear;
  private final AttentionForm attention;
  private final @Nullable MemoryForm memory;
  private int variables;

  /// @param watched whether tapped values are given back beside the result
  /// @param memory of a network over a sequence
  private TorchOps(
      boolean watched, LinearForm linear, AttentionForm attention, @Nullable MemoryForm memory) {
    this.watched = watched;
    this.linear = linear;
    this.attention = attention;
    this.memory = memory;
    if (memory != null) {
      body.append("    n = torch.size(x, 0)\n").append(attention.mask());
    }
  }

  /// @param memory of a network over a sequence; null for one without
  static TorchOps of(boolean watched, Arithmetic arithmetic, @Nullable MemoryForm memory) {
    return switch (arithmetic) {
      case FLOAT32 -> new TorchOps(watched, new Float32Linear(), new Float32Attention(), memory);
      case BFLOAT16 -> new TorchOps(watched, new Bfloat16Linear(), new Bfloat16Attention(), memory);
      case INT8 -> new TorchOps(watched, new Int8Linear(), new Float32Attention(), memory);
      case INT8_BFLOAT16 ->
          new TorchOps(watched, new Int8Bfloat16Linear(), new Bfloat16Attention(), memory);
    };
  }

  /// The weights that are laid out anew, in the order of their list.
  List<LinearWeight> packed() {
    return packed;
  }

  /// The place of a weight in that list, as an expression.
  String packed(LinearWeight weight) {
    packed.add(weight);
    return "p[" + (packed.size() - 1) + "]";
  }

  /// What oneDNN does with a result before it stores it: name, numbers and algorithm.
  static String postOperation(boolean gelu) {
    return (gelu ? "\"gelu\"" : "\"none\"")
        + ", annotate(List[Optional[number]], []), "
        + (gelu ? "\"tanh\"" : "\"\"");
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
    results.add(as(Type.FLOAT32, result));
    results.addAll(kept);
    results.addAll(tapped);
    return "  def forward(self: __torch__."
        + TorchArchive.CLASS
        + ",\n    "
        + parameters
        + (linear.packedType().isEmpty() ? "" : ", p: List[" + linear.packedType() + "]")
        + ") -> List[Tensor]:\n"
        + body
        + "    return ["
        + String.join(", ", results)
        + "]\n"
        + linear.methods()
        + attention.methods()
        + (memory == null ? "" : memory.methods());
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would cost a dependency
  String let(String expression, Object... arguments) {
    String name = "v" + variables++;
    body.append("    ")
        .append(name)
        .append(" = ")
        .append(String.format(Locale.ROOT, expression, arguments))
        .append('\n');
    return name;
  }

  /// Says that a value is of this type; they are float32 where nothing is said.
  String typed(Type type, String x) {
    if (type == Type.BFLOAT16) {
      halves.add(x);
    }
    return x;
  }

  private Type type(String x) {
    return halves.contains(x) ? Type.BFLOAT16 : Type.FLOAT32;
  }

  /// A value in another type, converted once.
  String as(Type type, String x) {
    if (type(x) == type) {
      return x;
    }
    String known = converted.get(x);
    if (known == null) {
      known = typed(type, let("torch.to(%s, %d)", x, type.number));
      converted.put(x, known);
    }
    return known;
  }

  /// A weight's place in the list that each call is given, as an expression.
  String weight(LinearWeight w) {
    Integer number = numbers.get(w);
    if (number == null) {
      number = weights.size();
      weights.add(w);
      numbers.put(w, number);
    }
    return "w[" + number + "]";
  }

  /// Biases and norms are rows; torch wants them flat.
  String row(@Nullable Matrix m) {
    return m == null ? "None" : "torch.view(" + weight(new FloatWeight(m)) + ", [-1])";
  }

  @Override
  public String linear(String x, Linear weight) {
    return linear.write(this, x, weight, false);
  }

  @Override
  public String linearGelu(String x, Linear weight) {
    return linear.write(this, x, weight, true);
  }

  @Override
  public String layerNorm(String x, Norm norm) {
    Matrix bias = Objects.requireNonNull(norm.bias(), norm.name());
    return let(
        "torch.layer_norm(%s, [%d], %s, %s, %s)",
        as(Type.FLOAT32, x),
        norm.weight().cols(),
        row(norm.weight()),
        row(bias),
        number(norm.eps()));
  }

  @Override
  public String rmsNorm(String value, Norm norm) {
    String x = as(Type.FLOAT32, value);
    String square = let("torch.mean(torch.mul(%1$s, %1$s), [-1], True)", x);
    return let(
        "torch.mul(%s, torch.mul(%s, torch.rsqrt(torch.add(%s, %s))))",
        row(norm.weight()), x, square, number(norm.eps()));
  }

  @Override
  public String geluTanh(String x) {
    return typed(type(x), let("torch.gelu(%s, approximate=\"tanh\")", x));
  }

  @Override
  public String swiGlu(String gate, String up) {
    return typed(type(gate), let("torch.mul(torch.silu(%s), %s)", gate, as(type(gate), up)));
  }

  @Override
  public String add(String x, String y) {
    return let("torch.add(%s, %s)", x, y);
  }

  @Override
  public String attention(
      String q, String k, String v, AttentionShape shape, @Nullable String keyBias) {
    return attention.all(this, q, k, v, shape, keyBias);
  }

  @Override
  public String causalAttention(int layer, String q, String k, String v, AttentionShape shape) {
    String queries = rotate(q, shape.heads(), shape.headDim());
    String newKeys =
        let(
            "torch.reshape(%s, [-1, %d])",
            rotate(k, shape.keyValueHeads(), shape.headDim()), shape.keyValueWidth());
    String newValues = as(Type.FLOAT32, v);
    kept.add(newKeys);
    kept.add(newValues);
    MemoryForm memory = Objects.requireNonNull(this.memory, "no sequence");
    return attention.causal(
        this,
        queries,
        memory.keys(this, layer, newKeys),
        memory.values(this, layer, newValues),
        shape);
  }

  /// `[n, heads * d] -> [heads, n, d]`
  String heads(String x, int heads, int headDim) {
    return let("torch.transpose(torch.view(%s, [-1, %d, %d]), 0, 1)", x, heads, headDim);
  }

  /// `[heads, n, d] -> [n, heads * d]`
  String rows(String x, AttentionShape shape) {
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
    return typed(
        type(x),
        let("torch.reshape(torch.permute(%s, [0, 2, 1, 3, 4]), [%d, -1])", cut, folded * folded));
  }

  @Override
  public String residual(String x, String branch) {
    return add(x, branch);
  }

  @Override
  public String tap(String name, String x) {
    if (watched) {
      taps.add(name);
      tapped.add(as(Type.FLOAT32, x));
    }
    return x;
  }

  @Override
  public String tap(String name, int layer, String x) {
    return tap(name + layer, x);
  }

  /// Doubles print so that they read back equal.
  static String number(double value) {
    return Double.toString(value);
  }
}
