package io.smolvlm.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What the first bytes of a file look like, for messages about files that are not models.
final class Signature {
  /// GGUF itself, its predecessors and its magic in the wrong order or case.
  private static final Set<String> GGML_FAMILY =
      Set.of("GGUF", "gguf", "FUGG", "ggml", "ggmf", "ggjt", "ggla", "lmgg", "tjgg");

  private Signature() {}

  /// True if the content, or the name where the content says nothing, asks for the GGUF reader. A
  /// file that cannot be read is left to the reader that then reports it.
  static boolean isGguf(Path path) {
    byte[] head = new byte[9];
    int length = 0;
    if (Files.isRegularFile(path)) {
      try (InputStream in = Files.newInputStream(path)) {
        length = in.readNBytes(head, 0, head.length);
      } catch (IOException e) {
        return false;
      }
    }
    String start = new String(head, 0, Math.min(length, 4), StandardCharsets.ISO_8859_1);
    boolean safetensors = length == head.length && head[8] == '{';
    boolean named = path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
    return GGML_FAMILY.contains(start) || (named && !safetensors);
  }

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
