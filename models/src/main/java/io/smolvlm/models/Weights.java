package io.smolvlm.models;

import io.smolvlm.language.TextConfig;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.QkRows;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorFile;
import io.smolvlm.tensor.block.Bf16;
import io.smolvlm.tensor.ops.Bf16Weight;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.LinearWeight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A checkpoint's weights by our names, every one found present and of the shape that the
/// configuration asks for before any number is read.
///
/// Owns the mapped files: matrices may be views of them, so it is closed after their last use.
/// Reading is safe from many threads.
public final class Weights implements AutoCloseable {
  private final ModelConfig config;
  private final WeightNames names;
  private final List<TensorFile> files;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  private Weights(ModelConfig config, WeightNames names, List<TensorFile> files) {
    this.config = config;
    this.names = names;
    this.files = List.copyOf(files);
    files.forEach(file -> tensors.putAll(file.tensors()));
  }

  /// Checks that the files hold what the configuration describes. Takes over the files, also when
  /// it fails.
  ///
  /// @throws FormatException [ErrorCode#MISSING] for an absent weight, [ErrorCode#MISMATCH] for
  ///   another shape or layers that the configuration does not know, [ErrorCode#UNSUPPORTED] for
  ///   numbers of a type that weights do not have
  static Weights of(ModelConfig config, WeightNames names, List<TensorFile> files) {
    var weights = new Weights(config, names, files);
    boolean checked = false;
    try {
      weights.check();
      checked = true;
      return weights;
    } finally {
      if (!checked) {
        weights.close();
      }
    }
  }

  private void check() {
    for (Weight weight : Weight.values()) {
      if (weight == Weight.HEAD && config.text().tiedEmbeddings()) {
        continue;
      }
      int count = weight.count(config);
      for (int layer = 0; layer < count; layer++) {
        check(weight, layer);
      }
      String next = names.of(weight, count);
      if (weight.inLayers() && count > 0 && tensors.containsKey(next)) {
        throw failure(
            next, "a layer " + count, "only layers below " + count + ", as " + layers(weight));
      }
    }
  }

  private String layers(Weight weight) {
    return (weight.ofPictures() ? "vision_config" : "text")
        + " num_hidden_layers of "
        + source()
        + " says";
  }

  private FormatException failure(String name, String found, String needed) {
    Tensor tensor = tensors.get(name);
    return tensor == null
        ? new FormatException(ErrorCode.MISSING, place(), name, found, needed)
        : tensor.failure(ErrorCode.MISMATCH, found, needed);
  }

  private String place() {
    var paths = new ArrayList<String>();
    files.forEach(file -> paths.add(file.path().toString()));
    return String.join(" and ", paths);
  }

  private void check(Weight weight, int layer) {
    String name = names.of(weight, layer);
    Tensor tensor = tensors.get(name);
    Shape needed = Shape.of(weight.shape(config));
    if (tensor == null) {
      throw failure(name, "no such tensor", needed + sizes(weight));
    }
    if (!tensor.shape().equals(needed)) {
      throw failure(name, tensor.shape().toString(), needed + sizes(weight));
    }
    if (!isFloat(tensor.dtype())) {
      throw tensor.failure(
          ErrorCode.UNSUPPORTED, "type " + tensor.dtype(), "floating-point numbers");
    }
    used.add(name);
  }

  private String source() {
    return names == WeightNames.GGUF ? "the metadata" : "config.json";
  }

  /// The configuration's keys behind a shape, so that a reader sees both sides of a contradiction.
  private String sizes(Weight weight) {
    if (weight.ofPictures()) {
      return " as vision_config and scale_factor of " + source() + " say";
    }
    TextConfig text = config.text();
    return " as "
        + source()
        + " says: vocab_size "
        + text.vocabularySize()
        + ", hidden_size "
        + text.hiddenSize()
        + ", intermediate_size "
        + text.intermediateSize()
        + ", heads "
        + text.heads()
        + " and "
        + text.keyValueHeads()
        + " of "
        + text.headDim();
  }

  private static boolean isFloat(DType type) {
    return switch (type) {
      case F64, F32, F16, BF16 -> true;
      default -> type.isBlocked();
    };
  }

  public ModelConfig config() {
    return config;
  }

  /// A weight as it is stored.
  ///
  /// @param layer from 0; of no meaning for weights that stand once
  public Tensor stored(Weight weight, int layer) {
    Weight stored =
        weight == Weight.HEAD && config.text().tiedEmbeddings() ? Weight.EMBEDDINGS : weight;
    Tensor tensor = tensors.get(names.of(stored, layer));
    if (tensor == null || layer < 0 || layer >= weight.count(config)) {
      throw new IllegalArgumentException(weight + " of layer " + layer);
    }
    return tensor;
  }

  /// A weight in its stored type, its rows in the order that the reference's rotary halves need: as
  /// stored, but for queries and keys of GGUF files, which are moved into memory of the arena.
  public Tensor tensor(Weight weight, int layer, Arena arena) {
    Tensor tensor = stored(weight, layer);
    if (!names.interleaved()) {
      return tensor;
    }
    return switch (weight) {
      case QUERY -> QkRows.restore(tensor, config.text().heads(), arena);
      case KEY -> QkRows.restore(tensor, config.text().keyValueHeads(), arena);
      default -> tensor;
    };
  }

  /// A weight as float32; `[1, n]` for norms and biases. A view of the file where that is possible,
  /// else in memory of the arena.
  public Matrix matrix(Weight weight, int layer, Arena arena) {
    Tensor tensor = tensor(weight, layer, arena);
    Matrix matrix = tensor.toMatrix(arena);
    if (!tensor.isFloatView()) {
      forget(weight, layer);
    }
    if (weight != Weight.PATCH) {
      return matrix;
    }
    int rows = Math.toIntExact(tensor.shape().dim(0));
    return matrix.reshape(rows, Math.toIntExact(tensor.shape().elements() / rows));
  }

  /// The weight of a linear layer, `[out, in]`.
  ///
  /// @param halves whether one that is stored in bfloat16 stays so, as a view of the file
  LinearWeight linear(Weight weight, int layer, boolean halves, Arena arena) {
    Tensor tensor = tensor(weight, layer, arena);
    if (!halves || tensor.dtype() != DType.BF16) {
      return new FloatWeight(matrix(weight, layer, arena));
    }
    int out = Math.toIntExact(tensor.shape().dim(0));
    return new Bf16Weight(tensor.data(), out, Math.toIntExact(tensor.shape().elements() / out));
  }

  /// The weight of a linear layer in bfloat16: a view of the file where it is stored so, else
  /// rounded to it, in memory of the arena.
  Bf16Weight halves(Weight weight, int layer, Arena arena) {
    if (stored(weight, layer).dtype() == DType.BF16
        && linear(weight, layer, true, arena) instanceof Bf16Weight stored) {
      return stored;
    }
    try (Arena call = Arena.ofShared()) {
      Matrix wide = matrix(weight, layer, call);
      long numbers = (long) wide.rows() * wide.cols();
      MemorySegment data = arena.allocate(2 * numbers, Matrix.ALIGNMENT);
      new Bf16().encode(wide.segment(), 0, data, 0, Math.toIntExact(numbers));
      return new Bf16Weight(data, wide.rows(), wide.cols());
    }
  }

  /// Says that a weight was copied: what of its file is in memory is given back.
  void forget(Weight weight, int layer) {
    stored(weight, layer).forget();
  }

  /// A weight that stands once.
  public Matrix matrix(Weight weight, Arena arena) {
    return matrix(weight, 0, arena);
  }

  /// The files that hold them.
  List<Path> paths() {
    return files.stream().map(TensorFile::path).toList();
  }

  /// Stored tensors that no part of the model reads, in the order of the files. Buffers that are
  /// computed here are not among them: see [#ignored].
  public List<String> unused() {
    return tensors.keySet().stream()
        .filter(name -> !used.contains(name) && reason(name) == null)
        .toList();
  }

  /// Stored tensors that are left aside on purpose, with the reason.
  public Map<String, String> ignored() {
    var all = new LinkedHashMap<String, String>();
    for (String name : tensors.keySet()) {
      String reason = reason(name);
      if (reason != null && !used.contains(name)) {
        all.put(name, reason);
      }
    }
    return all;
  }

  private @Nullable String reason(String name) {
    if (name.endsWith("rotary_emb.inv_freq")) {
      return "computed from rope_theta";
    }
    if (name.endsWith("position_ids")) {
      return "computed from the picture's size";
    }
    if (name.equals(WeightNames.ROPE_DIVISORS)) {
      return "part of the configuration";
    }
    if (name.equals(names.of(Weight.HEAD, 0)) && config.text().tiedEmbeddings()) {
      return "tied to the embedding table";
    }
    return null;
  }

  /// All stored tensors, in the order of the files.
  public List<Tensor> stored() {
    return List.copyOf(tensors.values());
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
