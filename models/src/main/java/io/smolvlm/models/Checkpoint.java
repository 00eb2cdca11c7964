package io.smolvlm.models;

import io.smolvlm.language.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;

/// A model as it lies on disk. Its parts are read when they are first asked for, each once, and
/// belong to the checkpoint: closing it releases mapped weights and tokenizer, which nobody may use
/// afterwards. It may be closed twice.
///
/// Every part is read and checked with [SmolVlmException] naming file and rule, never with another
/// exception.
public sealed interface Checkpoint extends AutoCloseable permits ModelFolder, GgufModel {
  /// A chat template as it stands in a file.
  ///
  /// @param file its name, for messages
  /// @param text Jinja
  record TemplateText(String file, String text) {}

  /// The folder or file.
  Path path();

  /// What the model is; checked against the tokenizer.
  ModelConfig config();

  /// Text to ids and back.
  Tokenizer tokenizer();

  /// The chat template; empty when the checkpoint holds none.
  Optional<TemplateText> chatTemplate();

  /// The weights; checked against the configuration.
  Weights weights();

  @Override
  void close();
}
