package io.smolvlm.language;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Token ids to text, one at a time, never half a character: a token may hold part of a character's
/// UTF-8, which is kept back until the rest has come. Bytes that turn out to be no UTF-8 come as
/// U+FFFD with the next whole character, as in the reference (`tokenizers`, `DecodeStream`).
///
/// One per sequence; not safe for use by several threads.
public final class Detokenizer {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

  /// Shows control tokens as their strings.
  public Detokenizer(Tokenizer tokenizer) {
    this(tokenizer, false);
  }

  /// @param skipSpecial leaves control tokens out
  public Detokenizer(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
  }

  /// Takes the next id.
  ///
  /// @return what may be shown now, possibly nothing
  public String push(int id) {
    if (skipSpecial && tokenizer.isSpecial(id)) {
      return "";
    }
    pending.writeBytes(tokenizer.bytesOf(id));
    String text = pending.toString(StandardCharsets.UTF_8);
    if (text.isEmpty() || text.charAt(text.length() - 1) == REPLACEMENT) {
      return "";
    }
    pending.reset();
    return text;
  }

  /// Ends the text.
  ///
  /// @return what was kept back, an incomplete character as U+FFFD
  public String finish() {
    String rest = pending.toString(StandardCharsets.UTF_8);
    pending.reset();
    return rest;
  }
}
