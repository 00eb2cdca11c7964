package io.smolvlm.models;

import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A checkpoint as a folder of files: config.json and its companions, tokenizer.json, a chat
/// template in any of its three places, and safetensors, whole or in shards. A snapshot of the
/// model hub's cache is such a folder, with links instead of files; the folder of the cached
/// repository leads to its snapshot.
public final class ModelFolder implements Checkpoint {
  private static final long MAX_TEMPLATE_BYTES = 1 << 20;

  private final Path folder;
  private final CheckpointFiles files;
  private @Nullable ModelConfig config;
  private @Nullable Weights weights;
  private @Nullable Tokenizer tokenizer;

  private ModelFolder(Path folder) {
    this.folder = folder;
    this.files = CheckpointFiles.of(folder);
  }

  /// A folder, nothing of it read yet.
  ///
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] when it is none
  public static ModelFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new SmolVlmException(
          ErrorCode.MODEL_NOT_FOUND, "model " + folder + ": found no folder of that name");
    }
    return new ModelFolder(snapshot(folder).orElse(folder));
  }

  /// The snapshot that the main branch of a cached repository stands at, as huggingface_hub lays it
  /// out: `refs/main` holds the name of a folder in `snapshots`.
  private static Optional<Path> snapshot(Path repository) {
    Path main = repository.resolve("refs").resolve("main");
    if (Files.exists(repository.resolve("config.json")) || !Files.isRegularFile(main)) {
      return Optional.empty();
    }
    try {
      String commit = Files.readString(main).strip();
      Path snapshot = repository.resolve("snapshots").resolve(commit);
      boolean plain = commit.matches("[0-9a-zA-Z]{1,64}");
      return plain && Files.isDirectory(snapshot) ? Optional.of(snapshot) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public Path path() {
    return folder;
  }

  @Override
  public synchronized ModelConfig config() {
    if (config == null) {
      config = ConfigReader.read(files, this::tokenizer);
    }
    return config;
  }

  @Override
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = Tokenizer.read(folder.resolve(Vocabulary.TOKENIZER));
    }
    return tokenizer;
  }

  /// The template of chat_template.jinja, else of chat_template.json, else of
  /// tokenizer_config.json; of several named ones, the one named `default`.
  @Override
  public Optional<TemplateText> chatTemplate() {
    String plain = "chat_template.jinja";
    return files
        .bytes(plain, MAX_TEMPLATE_BYTES)
        .map(bytes -> new TemplateText(plain, JsonObject.utf8(bytes, plain)))
        .or(() -> files.json("chat_template.json").flatMap(ModelFolder::template))
        .or(() -> files.json("tokenizer_config.json").flatMap(ModelFolder::template));
  }

  private static Optional<TemplateText> template(JsonObject object) {
    String key = "chat_template";
    if (!object.isList(key)) {
      return object.text(key).map(text -> new TemplateText(object.file(), text));
    }
    for (JsonObject named : object.objects(key)) {
      if (named.text("name").orElse("").equals("default")) {
        return named.text("template").map(text -> new TemplateText(object.file(), text));
      }
    }
    throw new FormatException(
        ErrorCode.MISSING, object.file(), key, "none of that name", "one named 'default'");
  }

  @Override
  public synchronized Weights weights() {
    if (weights == null) {
      refusePickle();
      WeightNames names =
          config().modelType().equals("llama") ? WeightNames.LLAMA : WeightNames.VISION_LANGUAGE;
      weights = Weights.of(config(), names, List.of(TensorFile.open(folder)));
    }
    return weights;
  }

  /// Weights as Python objects can run code when read: they never are.
  private void refusePickle() {
    boolean safe =
        Files.exists(folder.resolve("model.safetensors"))
            || Files.exists(folder.resolve("model.safetensors.index.json"));
    for (String name : List.of("pytorch_model.bin", "pytorch_model.bin.index.json")) {
      if (!safe && Files.exists(folder.resolve(name))) {
        throw new FormatException(
            ErrorCode.UNSUPPORTED, name, "the file", "pickled weights", "model.safetensors");
      }
    }
  }

  @Override
  public synchronized void close() {
    if (weights != null) {
      weights.close();
    }
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
