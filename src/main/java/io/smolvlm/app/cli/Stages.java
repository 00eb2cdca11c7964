package io.smolvlm.app.cli;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.SafetensorsWriter;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/// The stages of a pass as it goes by, kept and written to a safetensors file. What comes once a
/// tile becomes one tensor with the tiles as its first dimension.
final class Stages implements BiConsumer<String, Matrix>, AutoCloseable {
  private static final String PIXELS = "pixel_values";
  private static final Set<String> OF_TILES =
      Set.of(
          "patch_embeddings",
          "vision_embeddings",
          "vision_last_hidden_state",
          "pixel_shuffle",
          "connector");
  private static final Set<String> ASKED =
      Set.of(
          PIXELS,
          "patch_embeddings",
          "vision_last_hidden_state",
          "connector",
          "inputs_embeds",
          "logits");

  private final boolean all;
  private final Arena arena = Arena.ofShared();
  private final Map<String, List<Matrix>> parts = new LinkedHashMap<>();
  private int[] ids = {};

  Stages(boolean all) {
    this.all = all;
  }

  void ids(int[] value) {
    ids = value.clone();
  }

  @Override
  public void accept(String stage, Matrix value) {
    String name = stage.equals("patch_embeds") ? "patch_embeddings" : stage;
    if (all || ASKED.contains(name)) {
      Matrix copy = Matrix.allocate(arena, value.rows(), value.cols());
      copy.copyFrom(value);
      parts.computeIfAbsent(name, _ -> new ArrayList<>()).add(copy);
    }
  }

  void write(Path file) throws IOException {
    var infos = new ArrayList<TensorInfo>();
    infos.add(new TensorInfo("input_ids", DType.I64, Shape.of(ids.length)));
    parts.forEach((name, matrices) -> infos.add(info(name, matrices)));
    try (var writer = SafetensorsWriter.create(file, infos, Map.of("format", "pt"))) {
      writer.write("input_ids", idBytes());
      for (var entry : parts.entrySet()) {
        Shape shape = info(entry.getKey(), entry.getValue()).shape();
        writer.write(
            entry.getKey(),
            joined(entry.getValue())
                .reshape(Math.toIntExact(shape.rows()), Math.toIntExact(shape.cols())));
      }
      writer.finish();
    }
  }

  private static TensorInfo info(String name, List<Matrix> matrices) {
    int rows = matrices.stream().mapToInt(Matrix::rows).sum();
    int cols = matrices.getFirst().cols();
    return new TensorInfo(name, DType.F32, shape(name, matrices.size(), rows, cols));
  }

  private static Shape shape(String name, int count, int rows, int cols) {
    if (name.equals(PIXELS)) {
      long side = Math.round(Math.sqrt(cols / 3.0));
      return Shape.of(rows, 3, side, side);
    }
    boolean ofTiles = OF_TILES.contains(name) || name.startsWith("vision_layer_");
    return ofTiles ? Shape.of(count, rows / count, cols) : Shape.of(rows, cols);
  }

  private MemorySegment idBytes() {
    MemorySegment bytes = arena.allocate(ValueLayout.JAVA_LONG, ids.length);
    for (int i = 0; i < ids.length; i++) {
      bytes.setAtIndex(ValueLayout.JAVA_LONG, i, ids[i]);
    }
    return bytes;
  }

  private Matrix joined(List<Matrix> matrices) {
    int rows = matrices.stream().mapToInt(Matrix::rows).sum();
    Matrix whole = Matrix.allocate(arena, rows, matrices.getFirst().cols());
    int at = 0;
    for (Matrix matrix : matrices) {
      whole.slice(at, at + matrix.rows()).copyFrom(matrix);
      at += matrix.rows();
    }
    return whole;
  }

  /// Names and shapes, for a person.
  String summary() {
    var words = new ArrayList<String>();
    parts.forEach((name, matrices) -> words.add(name + " " + info(name, matrices).shape()));
    return String.join(", ", words);
  }

  @Override
  public void close() {
    arena.close();
  }
}
