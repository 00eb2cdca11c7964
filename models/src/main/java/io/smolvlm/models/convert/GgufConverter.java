package io.smolvlm.models.convert;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.GgufModel;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.ModelFolder;
import io.smolvlm.models.Weight;
import io.smolvlm.models.WeightNames;
import io.smolvlm.models.Weights;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.GgufMetadata;
import io.smolvlm.tensor.GgufValue;
import io.smolvlm.tensor.GgufWriter;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.QkRows;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes GGUF files: names, keys, row order and types as llama.cpp's conversion has them.
///
/// Norms, biases, the patch convolution and positions stay float32. Rows that are no whole blocks
/// become float16. With q4_0 the embedding table and the head, where four bits cost most, and the
/// encoder get q8_0.
final class GgufConverter implements Converter {
  private final Checkpoint source;
  private final ModelConfig config;
  private final Path out;
  private final DType type;

  private record Stored(Weight weight, int layer, TensorInfo info) {}

  GgufConverter(Checkpoint source, Path out, DType type) {
    this.source = source;
    this.config = source.config();
    this.out = out;
    this.type = type;
  }

  @Override
  public Path path() {
    return out;
  }

  @Override
  public Optional<Path> picturePath() {
    return config.pictures().map(p -> out.resolveSibling("mmproj-" + out.getFileName()));
  }

  private List<Stored> tensors(boolean ofPictures) {
    var tensors = new ArrayList<Stored>();
    ReferenceOrder.visit(
        config,
        (weight, layer) -> {
          if (weight.ofPictures() == ofPictures) {
            Shape shape = Shape.of(weight.shape(config));
            String name = WeightNames.GGUF.of(weight, layer);
            tensors.add(
                new Stored(weight, layer, new TensorInfo(name, type(weight, shape), shape)));
          }
        });
    return tensors;
  }

  private DType type(Weight weight, Shape shape) {
    if (shape.rank() == 1 || weight == Weight.PATCH || weight == Weight.POSITIONS) {
      return DType.F32;
    }
    boolean careful = weight == Weight.EMBEDDINGS || weight == Weight.HEAD || weight.ofPictures();
    DType wanted = type == DType.Q4_0 && careful ? DType.Q8_0 : type;
    return shape.cols() % wanted.blockElements() == 0 ? wanted : DType.F16;
  }

  @Override
  public List<TensorReport> write(Progress progress) throws IOException {
    List<Stored> text = tensors(false);
    List<Stored> pictures = config.pictures().isPresent() ? tensors(true) : List.of();
    long all = bytes(text) + bytes(pictures);
    var reports = new ArrayList<TensorReport>();
    writeFile(out, textKeys(), text, reports, progress, all);
    if (!pictures.isEmpty()) {
      Path file = picturePath().orElseThrow();
      writeFile(file, pictureKeys(), pictures, reports, progress, all);
    }
    return reports;
  }

  private static long bytes(List<Stored> tensors) {
    return tensors.stream().mapToLong(stored -> stored.info.bytes()).sum();
  }

  private void writeFile(
      Path file,
      Map<String, GgufValue> keys,
      List<Stored> tensors,
      List<TensorReport> reports,
      Progress progress,
      long all)
      throws IOException {
    var infos = new ArrayList<TensorInfo>();
    boolean divided =
        keys.containsKey("llama.block_count")
            && !(config.text().ropeScaling() instanceof RopeScaling.None);
    int pairs = config.text().headDim() / 2;
    if (divided) {
      infos.add(new TensorInfo(WeightNames.ROPE_DIVISORS, DType.F32, Shape.of(pairs)));
    }
    tensors.forEach(stored -> infos.add(stored.info));
    long done = reports.stream().mapToLong(TensorReport::bytes).sum();
    try (var writer = GgufWriter.create(file, keys, infos)) {
      if (divided) {
        try (Arena arena = Arena.ofConfined()) {
          Matrix divisors = Matrix.allocate(arena, 1, pairs);
          float[] values = config.text().ropeScaling().divisors(config.text());
          for (int j = 0; j < pairs; j++) {
            divisors.set(0, j, values[j]);
          }
          writer.write(WeightNames.ROPE_DIVISORS, divisors);
        }
      }
      for (Stored stored : tensors) {
        reports.add(write(stored, writer));
        done += stored.info.bytes();
        progress.at(done, all);
      }
      writer.finish();
    }
  }

  private TensorReport write(Stored stored, GgufWriter writer) throws IOException {
    Weights weights = source.weights();
    TensorInfo info = stored.info;
    try (Arena arena = Arena.ofShared()) {
      Tensor tensor = weights.tensor(stored.weight, stored.layer, arena);
      Tensor ordered =
          switch (stored.weight) {
            case QUERY -> QkRows.interleave(tensor, config.text().heads(), arena);
            case KEY -> QkRows.interleave(tensor, config.text().keyValueHeads(), arena);
            default -> tensor;
          };
      Recoding recoding = Recoding.of(ordered, info, arena);
      writer.write(info.name(), recoding.bytes());
      return new TensorReport(
          info.name(), info.shape(), tensor.dtype(), info.dtype(), info.bytes(), recoding.error());
    }
  }

  private Map<String, GgufValue> textKeys() throws IOException {
    return switch (source) {
      case GgufModel model -> copied(model.metadata(false));
      case ModelFolder model -> {
        Map<String, GgufValue> keys = GgufConfig.text(config, name(), type);
        GgufTokenizer.put(model, keys);
        yield keys;
      }
    };
  }

  private Map<String, GgufValue> pictureKeys() {
    DType stored = type == DType.Q4_0 ? DType.Q8_0 : type;
    return switch (source) {
      case GgufModel model -> copied(model.metadata(true));
      case ModelFolder _ -> GgufConfig.pictures(config, name(), stored);
    };
  }

  private String name() {
    return String.valueOf(source.path().toAbsolutePath().normalize().getFileName());
  }

  /// The keys of a GGUF file as they are, but for those about types and places.
  private Map<String, GgufValue> copied(GgufMetadata metadata) {
    var keys = new LinkedHashMap<String, GgufValue>();
    for (String key : metadata.keys()) {
      if (!key.equals("general.alignment")) {
        keys.put(key, metadata.value(key).orElseThrow());
      }
    }
    keys.put("general.file_type", GgufValue.uint32(GgufConfig.fileType(type)));
    return keys;
  }
}
