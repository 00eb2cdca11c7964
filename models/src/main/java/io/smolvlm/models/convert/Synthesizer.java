package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.Weight;
import io.smolvlm.models.WeightNames;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SafetensorsWriter;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Writes a checkpoint folder of a member's true shapes with random weights ([RandomWeights]): what
/// loads, runs and measures as the member does, and says nothing sensible. Memory stays at a few
/// megabytes whatever the size.
public final class Synthesizer {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /// Free space beyond the weights that is asked for.
  private static final long SMALL_FILES = 16L << 20;

  private final Member member;
  private final long seed;
  private final DType type;
  private final ModelConfig config;
  private final long shardBytes;
  private final Map<TensorInfo, Source> sources = new LinkedHashMap<>();

  private record Source(Weight weight, int layer) {}

  /// @param type F32, BF16 or F16
  public Synthesizer(Member member, long seed, DType type) {
    this(member, member.config(StoredTypes.torch(type)), seed, type, Shards.MAX_BYTES);
  }

  /// @param config in place of the member's own, of any sizes
  /// @param shardBytes most bytes of tensors in a file
  Synthesizer(Member member, ModelConfig config, long seed, DType type, long shardBytes) {
    this.member = member;
    this.seed = seed;
    this.type = type;
    this.config = config;
    this.shardBytes = shardBytes;
    ReferenceOrder.visit(
        config,
        (weight, layer) ->
            sources.put(
                new TensorInfo(names().of(weight, layer), type, Shape.of(weight.shape(config))),
                new Source(weight, layer)));
  }

  private WeightNames names() {
    return config.pictures().isPresent() ? WeightNames.VISION_LANGUAGE : WeightNames.LLAMA;
  }

  /// What the checkpoint will say of itself.
  public ModelConfig config() {
    return config;
  }

  /// The tensors, in the order of the files.
  public List<TensorInfo> tensors() {
    return List.copyOf(sources.keySet());
  }

  /// Writes all files.
  ///
  /// @param folder made where it is missing; must be empty
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] when it is not, [ErrorCode#LIMIT] when
  ///   the disk has no room
  public void write(Path folder, Progress progress) throws IOException {
    Shards shards = Shards.of(tensors(), shardBytes);
    prepare(folder, shards.bytes());
    var random = new RandomWeights(config, seed);
    long done = 0;
    for (Shards.Shard shard : shards.files()) {
      try (var writer =
          SafetensorsWriter.create(
              folder.resolve(shard.name()), shard.tensors(), Map.of("format", "pt"))) {
        for (TensorInfo tensor : shard.tensors()) {
          Source source = Objects.requireNonNull(sources.get(tensor));
          writer.write(tensor.name(), random.of(source.weight(), source.layer()));
          done += tensor.bytes();
          progress.at(done, shards.bytes());
        }
        writer.finish();
      }
    }
    shards.writeIndex(folder, JSON);
    writeSmallFiles(folder);
  }

  /// Makes the folder and refuses one that holds something, or a disk too small.
  static void prepare(Path folder, long bytes) throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, folder + ": found a file, needed a new or an empty folder");
    }
    Files.createDirectories(folder);
    try (var entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE,
            folder + ": found files in it, needed a new or an empty folder");
      }
    }
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < bytes + SMALL_FILES) {
      throw new SmolVlmException(
          ErrorCode.LIMIT,
          "%s: found %d MB free, needed %d"
              .formatted(folder, free / 1_000_000, (bytes + SMALL_FILES) / 1_000_000));
    }
  }

  private void writeSmallFiles(Path folder) throws IOException {
    for (var file : new ConfigWriter(config).files().entrySet()) {
      writeJson(folder.resolve(file.getKey()), file.getValue());
    }
    Files.write(
        folder.resolve("tokenizer.json"),
        JSON.writeValueAsBytes(TokenizerFiles.tokenizer(member.vocabulary())));
    String processor =
        member.vision() == null
            ? ""
            : member.modelType().equals("smolvlm") ? "SmolVLMProcessor" : "Idefics3Processor";
    writeJson(
        folder.resolve("tokenizer_config.json"),
        TokenizerFiles.config(
            member.vocabulary().added(),
            config.specialTokens().named(),
            config.text().maxPositions(),
            member.template().text(),
            processor));
    if (!member.template().text().isEmpty()) {
      Files.writeString(folder.resolve("chat_template.jinja"), member.template().text());
    }
    Files.writeString(
        folder.resolve("README.md"),
        "Random weights in the shapes of %s (%s, seed %d): for tests and benchmarks, no model.\n"
            .formatted(member.id(), type, seed));
  }

  private static void writeJson(Path file, Object content) throws IOException {
    Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
  }
}
