package io.smolvlm.app.rest;

import io.smolvlm.language.Tokenizer;
import io.smolvlm.language.grammar.TokenVocabulary;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.vision.ImageOptions;
import java.util.Objects;
import java.util.function.Supplier;

/// The loaded model under the name that clients use, with what checking a request needs to know.
public final class ServedModel {
  private final String id;
  private final SmolVlm model;
  private final long created;
  private final int longestToken;
  private final Supplier<TokenVocabulary> tokens;

  /// @param created seconds since 1970
  ServedModel(String id, SmolVlm model, long created) {
    this.id = id;
    this.model = model;
    this.created = created;
    this.longestToken = longestToken(model.tokenizer());
    this.tokens =
        new Once<>(() ->
            TokenVocabulary.of(
                model.tokenizer(),
                vocabularySize(),
                model.config().generation().endTokens().stream()
                    .collect(java.util.stream.Collectors.toSet())));
  }

  private static int longestToken(Tokenizer tokenizer) {
    int longest = 1;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      longest = Math.max(longest, tokenizer.bytesOf(id).length);
    }
    return longest;
  }

  public String id() {
    return id;
  }

  /// Changes when the same request may be answered otherwise: another model or another build.
  public String fingerprint() {
    return "fp_" + Integer.toHexString(Objects.hash(id, Version.current()));
  }

  public SmolVlm model() {
    return model;
  }

  public long created() {
    return created;
  }

  /// Ids that the model gives scores for: `0 .. vocabularySize - 1`.
  public int vocabularySize() {
    return model.config().text().vocabularySize();
  }

  /// Tokens of prompt and answer together.
  public int contextLength() {
    return model.config().text().maxPositions();
  }

  public boolean seesPictures() {
    return model.pictures().isPresent();
  }

  /// Side of a tile in pixels; 0 when the model reads text only.
  public int tileSide() {
    return model.pictures().map(p -> p.processor().tileSize()).orElse(0);
  }

  /// The long side in pixels that a picture gets before it is cut into tiles: what a page should be
  /// drawn in. 1 when the model reads text only, which refuses pictures of any size.
  public int longestEdge(ImageOptions options) {
    return model.pictures().map(p -> p.longestEdge(options)).orElse(1);
  }

  /// No text of so many characters takes fewer tokens than this.
  public long leastTokens(long characters) {
    return characters / longestToken;
  }

  /// The tokens as grammars need them; made at the first use.
  public TokenVocabulary tokens() {
    return tokens.get();
  }

  /// Computes a value once, whoever asks first.
  private static final class Once<T> implements Supplier<T> {
    private final Supplier<T> source;
    private volatile @org.jspecify.annotations.Nullable T value;

    Once(Supplier<T> source) {
      this.source = source;
    }

    @Override
    public T get() {
      T known = value;
      if (known != null) {
        return known;
      }
      synchronized (this) {
        known = value;
        if (known == null) {
          known = source.get();
          value = known;
        }
        return known;
      }
    }
  }
}
