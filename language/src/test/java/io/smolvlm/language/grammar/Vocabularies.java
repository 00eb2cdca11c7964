package io.smolvlm.language.grammar;

import io.smolvlm.language.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/// Vocabularies for tests of masks.
final class Vocabularies {
  private Vocabularies() {}

  static Path root() {
    return Path.of(System.getProperty("smolvlm.root", "."));
  }

  /// The embedded model's.
  static TokenVocabulary tiny() {
    return read(
        root().resolve("models/src/main/resources/io/smolvlm/models/tiny/tokenizer.json"),
        "<end_of_utterance>");
  }

  /// SmolVLM's, with 49,280 ids.
  static TokenVocabulary full() {
    return read(
        root().resolve("samples/reference/family/tokenizer-49280.json.gz"), "<end_of_utterance>");
  }

  private static TokenVocabulary read(Path file, String end) {
    try (var in = Files.newInputStream(file);
        var content = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
        Tokenizer tokenizer = Tokenizer.of(file.toString(), content.readAllBytes())) {
      int id = tokenizer.addedId(end).orElseThrow();
      return TokenVocabulary.of(tokenizer, tokenizer.vocabularySize(), Set.of(id));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// All bytes, pieces of JSON, random runs of bytes and of characters, and an end token.
  static TokenVocabulary random(Random random) {
    List<byte[]> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    String pieces = "\"{}[],:0123456789-.eE+ \n\\ultrfasn\u00e9\u20ac\ud83d\ude00abcxyz_";
    for (int i = 0; i < 600; i++) {
      var token = new ByteArrayOutputStream();
      int length = 2 + random.nextInt(5);
      for (int k = 0; k < length; k++) {
        if (random.nextInt(12) == 0) {
          token.write(random.nextInt(256));
        } else {
          int at = random.nextInt(pieces.length());
          String piece = Character.toString(pieces.codePointAt(at));
          byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
          // Half characters on purpose.
          token.write(bytes, 0, 1 + random.nextInt(bytes.length));
        }
      }
      tokens.add(token.toByteArray());
    }
    tokens.add(new byte[0]);
    return TokenVocabulary.of(tokens.toArray(byte[][]::new), Set.of(tokens.size() - 1));
  }
}
