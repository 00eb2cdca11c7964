package io.smolvlm.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// What the first bytes of a file look like, for messages about files that are not models.
final class Signature {
  private Signature() {}

  /// A name for well-known contents that are given as weights by mistake.
  static Optional<String> describe(MemorySegment bytes) {
    String head = head(bytes, 64);
    String lower = head.toLowerCase(Locale.ROOT).stripLeading();
    if (head.startsWith("version https://git-lfs")) {
      return Optional.of("a Git LFS pointer instead of the file itself");
    }
    if (lower.startsWith("<!doctype") || lower.startsWith("<html")) {
      return Optional.of("an HTML page");
    }
    if (head.startsWith("PK\u0003\u0004")) {
      return Optional.of("a ZIP archive (a PyTorch checkpoint is not read)");
    }
    if (head.length() > 1 && head.charAt(0) == 0x80 && head.charAt(1) <= 5) {
      return Optional.of("a Python pickle, which is not read");
    }
    if (head.startsWith("{")) {
      return Optional.of("a JSON text");
    }
    return Optional.empty();
  }

  /// The first bytes, one character each.
  static String head(MemorySegment bytes, int most) {
    int length = (int) Math.min(most, bytes.byteSize());
    return new String(
        bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }
}
