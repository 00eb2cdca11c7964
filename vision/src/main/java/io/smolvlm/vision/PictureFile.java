package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The bytes of one picture file with its name for messages and the caps that it must keep to.
/// Reading past the end means that the file ends early, and says so.
final class PictureFile {
  private final byte[] bytes;
  private final String name;
  private final ImageLimits limits;

  PictureFile(byte[] bytes, String name, ImageLimits limits) {
    this.bytes = bytes;
    this.name = name;
    this.limits = limits;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return bytes.length;
  }

  ImageLimits limits() {
    return limits;
  }

  int u8(int at) {
    need(at, 1);
    return bytes[at] & 0xff;
  }

  int u16(int at) {
    return u8(at) << 8 | u8(at + 1);
  }

  int u16Little(int at) {
    return u8(at) | u8(at + 1) << 8;
  }

  int u24Little(int at) {
    return u16Little(at) | u8(at + 2) << 16;
  }

  long u32(int at) {
    return (long) u16(at) << 16 | u16(at + 2);
  }

  long u32Little(int at) {
    return (long) u16Little(at + 2) << 16 | u16Little(at);
  }

  /// Whether ASCII text stands somewhere; false where the file ends before.
  boolean has(int at, String text) {
    if (at < 0 || at > bytes.length - text.length()) {
      return false;
    }
    return text.equals(new String(bytes, at, text.length(), StandardCharsets.ISO_8859_1));
  }

  /// Whether the whole file is shorter than a text and agrees with it as far as it goes.
  ///
  /// @param text in which a blank stands for any byte
  boolean isBeginningOf(String text) {
    if (bytes.length >= text.length()) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (text.charAt(i) != ' ' && text.charAt(i) != (bytes[i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  /// @throws SmolVlmException with [ErrorCode#CORRUPT] unless the file has `count` bytes from `at`
  ///   on
  void need(long at, long count) {
    if (at < 0 || count < 0 || at > bytes.length - count) {
      throw corrupt(
          "ends early: %d bytes from byte %d on are needed, the file has %d"
              .formatted(count, at, bytes.length));
    }
  }

  /// Refuses sizes over the caps, before memory is taken for them.
  void checkSize(long width, long height) {
    if (width < 1 || height < 1) {
      throw corrupt("declares %d x %d pixels".formatted(width, height));
    }
    if (width > limits.maxSide() || height > limits.maxSide()) {
      throw error(
          ErrorCode.TOO_LARGE,
          "declares %d x %d pixels, allowed are %d a side"
              .formatted(width, height, limits.maxSide()));
    }
    if (width * height > limits.maxPixels()) {
      throw error(
          ErrorCode.TOO_LARGE,
          "declares %d x %d = %d pixels, allowed are %d"
              .formatted(width, height, width * height, limits.maxPixels()));
    }
  }

  SmolVlmException corrupt(String what) {
    return error(ErrorCode.CORRUPT, what);
  }

  SmolVlmException unsupported(String what) {
    return error(ErrorCode.UNSUPPORTED, what);
  }

  SmolVlmException error(ErrorCode code, String what) {
    return new SmolVlmException(code, name + ": " + what);
  }

  SmolVlmException error(ErrorCode code, String what, Throwable cause) {
    return new SmolVlmException(code, name + ": " + what, Objects.requireNonNull(cause));
  }
}
