package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.GgufModel;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.ModelFolder;
import io.smolvlm.models.Weight;
import io.smolvlm.models.WeightNames;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.SafetensorsWriter;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// Writes a checkpoint folder of safetensors in one plain type. Small files of a folder are copied;
/// those of a GGUF file are written anew from its metadata.
final class FolderConverter implements Converter {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<String> COPIED =
      List.of(
          "generation_config.json",
          "preprocessor_config.json",
          "processor_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "chat_template.json",
          "chat_template.jinja");

  private final Checkpoint source;
  private final ModelConfig config;
  private final Path out;
  private final DType type;

  private record Stored(Weight weight, int layer) {}

  FolderConverter(Checkpoint source, Path out, DType type) {
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
    return Optional.empty();
  }

  private Map<TensorInfo, Stored> tensors() {
    WeightNames names =
        config.pictures().isPresent() ? WeightNames.VISION_LANGUAGE : WeightNames.LLAMA;
    var tensors = new LinkedHashMap<TensorInfo, Stored>();
    ReferenceOrder.visit(
        config,
        (weight, layer) ->
            tensors.put(
                new TensorInfo(names.of(weight, layer), type, Shape.of(weight.shape(config))),
                new Stored(weight, layer)));
    return tensors;
  }

  @Override
  public List<TensorReport> write(Progress progress) throws IOException {
    Map<TensorInfo, Stored> tensors = tensors();
    Shards shards = Shards.of(List.copyOf(tensors.keySet()), Shards.MAX_BYTES);
    Synthesizer.prepare(out, shards.bytes());
    var reports = new ArrayList<TensorReport>();
    long done = 0;
    for (Shards.Shard shard : shards.files()) {
      try (var writer =
          SafetensorsWriter.create(
              out.resolve(shard.name()), shard.tensors(), Map.of("format", "pt"))) {
        for (TensorInfo info : shard.tensors()) {
          Stored stored = Objects.requireNonNull(tensors.get(info));
          try (Arena arena = Arena.ofShared()) {
            Tensor tensor = source.weights().tensor(stored.weight, stored.layer, arena);
            Recoding recoding = Recoding.of(tensor, info, arena);
            writer.write(info.name(), recoding.bytes());
            reports.add(
                new TensorReport(
                    info.name(),
                    info.shape(),
                    tensor.dtype(),
                    type,
                    info.bytes(),
                    recoding.error()));
          }
          done += info.bytes();
          progress.at(done, shards.bytes());
        }
        writer.finish();
      }
    }
    shards.writeIndex(out, JSON);
    writeSmallFiles();
    return reports;
  }

  private void writeSmallFiles() throws IOException {
    switch (source) {
      case ModelFolder folder -> copySmallFiles(folder.path());
      case GgufModel model -> writeSmallFiles(model);
    }
  }

  private void copySmallFiles(Path folder) throws IOException {
    for (String name : COPIED) {
      if (Files.exists(folder.resolve(name))) {
        Files.copy(folder.resolve(name), out.resolve(name));
      }
    }
    JsonNode written = JSON.readTree(folder.resolve("config.json").toFile());
    for (JsonNode part :
        List.of(written, written.path("text_config"), written.path("vision_config"))) {
      for (String key : List.of("torch_dtype", "dtype")) {
        if (part instanceof ObjectNode object && object.hasNonNull(key)) {
          object.put(key, StoredTypes.torch(type));
        }
      }
    }
    write("config.json", written);
  }

  private void writeSmallFiles(GgufModel model) throws IOException {
    ModelConfig typed =
        new ModelConfig(
            config.modelType(),
            StoredTypes.torch(type),
            config.text(),
            config.picturesOrNull(),
            config.generation(),
            config.specialTokens());
    for (var file : new ConfigWriter(typed).files().entrySet()) {
      write(file.getKey(), file.getValue());
    }
    Files.writeString(out.resolve("tokenizer.json"), model.vocabulary().toTokenizerJson());
    Tokenizer tokenizer = model.tokenizer();
    var added = new TreeMap<Integer, String>();
    tokenizer.addedTokens().forEach((content, id) -> added.put(id, content));
    String template = model.chatTemplate().map(Checkpoint.TemplateText::text).orElse("");
    String processor = config.pictures().isPresent() ? "Idefics3Processor" : "";
    write(
        "tokenizer_config.json",
        TokenizerFiles.config(
            added,
            config.specialTokens().named(),
            config.text().maxPositions(),
            template,
            processor));
    if (!template.isEmpty()) {
      Files.writeString(out.resolve("chat_template.jinja"), template);
    }
  }

  private void write(String name, Object content) throws IOException {
    Files.write(
        out.resolve(name), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
  }
}
