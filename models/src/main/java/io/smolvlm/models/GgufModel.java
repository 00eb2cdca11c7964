package io.smolvlm.models;

import io.smolvlm.language.GgufVocabulary;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.Gguf;
import io.smolvlm.tensor.GgufMetadata;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A checkpoint as llama.cpp writes it: one GGUF file with decoder, configuration, tokenizer and
/// template, and a second one (mmproj) with encoder and connector. Without the second, it reads
/// text only.
public final class GgufModel implements Checkpoint {
  private final Gguf text;
  private final @Nullable Gguf pictures;
  private @Nullable ModelConfig config;
  private @Nullable Weights weights;
  private @Nullable Tokenizer tokenizer;

  private GgufModel(Gguf text, @Nullable Gguf pictures) {
    this.text = text;
    this.pictures = pictures;
  }

  /// Opens the files and checks their headers.
  ///
  /// @param mmproj the encoder's file, null for none
  /// @throws io.smolvlm.tensor.FormatException when one breaks a rule of the format
  static GgufModel open(Path path, @Nullable Path mmproj) {
    Gguf text = Gguf.open(path);
    if (mmproj == null) {
      return new GgufModel(text, null);
    }
    boolean opened = false;
    try {
      var model = new GgufModel(text, Gguf.open(mmproj));
      opened = true;
      return model;
    } finally {
      if (!opened) {
        text.close();
      }
    }
  }

  @Override
  public Path path() {
    return text.path();
  }

  /// The encoder's file; empty when the model reads text only.
  public Optional<Path> picturePath() {
    return Optional.ofNullable(pictures).map(Gguf::path);
  }

  @Override
  public synchronized ModelConfig config() {
    if (config == null) {
      config = GgufConfigReader.read(text, pictures, this::tokenizer);
    }
    return config;
  }

  @Override
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = Tokenizer.of(GgufConfigReader.tokens(text));
    }
    return tokenizer;
  }

  /// The tokenizer as the file's metadata holds it.
  public GgufVocabulary vocabulary() {
    return GgufConfigReader.tokens(text);
  }

  /// All metadata of the text model, and of the encoder if `ofPictures`.
  ///
  /// @throws IllegalArgumentException for the encoder of a model that has none
  public GgufMetadata metadata(boolean ofPictures) {
    Gguf file = ofPictures ? pictures : text;
    if (file == null) {
      throw new IllegalArgumentException("no encoder beside " + text.path());
    }
    return file.metadata();
  }

  @Override
  public Optional<TemplateText> chatTemplate() {
    return text.metadata()
        .string("tokenizer.chat_template")
        .map(template -> new TemplateText(text.path().toString(), template));
  }

  @Override
  public synchronized Weights weights() {
    if (weights == null) {
      List<Gguf> files = pictures == null ? List.of(text) : List.of(text, pictures);
      weights = Weights.of(config(), WeightNames.GGUF, List.copyOf(files));
    }
    return weights;
  }

  @Override
  public synchronized void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
    text.close();
    if (pictures != null) {
      pictures.close();
    }
  }
}
