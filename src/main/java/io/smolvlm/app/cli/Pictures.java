package io.smolvlm.app.cli;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads pictures named on the command line; `-` is standard input.
final class Pictures {
  static final String STANDARD_INPUT = "-";

  private final ImageReader reader = new ImageReader();
  private final InputStream in;

  Pictures(InputStream in) {
    this.in = in;
  }

  /// @throws SmolVlmException naming the picture as the user did
  RgbImage read(String name) {
    int most = ImageLimits.DEFAULT.maxBytes() + 1;
    if (name.equals(STANDARD_INPUT)) {
      try {
        return reader.read(in.readNBytes(most), "standard input");
      } catch (IOException e) {
        throw unreadable("standard input", String.valueOf(e.getMessage()), e);
      }
    }
    Path path = path(name);
    if (Files.isDirectory(path)) {
      throw unreadable(name, "is a folder, not a picture", null);
    }
    try (InputStream file = Files.newInputStream(path)) {
      return reader.read(file.readNBytes(most), name);
    } catch (NoSuchFileException e) {
      throw unreadable(name, "no such file", e);
    } catch (IOException e) {
      throw unreadable(name, "cannot be read", e);
    }
  }

  List<RgbImage> readAll(List<String> names) {
    var images = new ArrayList<RgbImage>();
    for (String name : names) {
      images.add(read(name));
    }
    return images;
  }

  /// Files, whatever they are called.
  List<RgbImage> readFiles(List<Path> files) {
    return readAll(files.stream().map(Path::toString).toList());
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw unreadable(name, "is no file name", e);
    }
  }

  private static SmolVlmException unreadable(
      String name, String why, @org.jspecify.annotations.Nullable Exception cause) {
    String message = name + ": " + why;
    return cause == null
        ? new SmolVlmException(ErrorCode.MISSING, message)
        : new SmolVlmException(ErrorCode.MISSING, message, cause);
  }
}
