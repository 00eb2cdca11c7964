package io.smolvlm.app.cli;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.document.DocumentReader;
import io.smolvlm.vision.document.PageSelection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// Reads pictures and documents named on the command line; `-` is standard input.
final class Pictures {
  static final String STANDARD_INPUT = "-";

  private static final int MOST_BYTES =
      1 + Math.max(ImageLimits.DEFAULT.maxBytes(), DocumentLimits.DEFAULT.maxBytes());

  private final ImageReader reader = new ImageReader();
  private final DocumentReader documents = new DocumentReader();
  private final InputStream in;
  private final PageSelection pages;

  Pictures(InputStream in) {
    this(in, PageSelection.ALL);
  }

  /// @param pages of documents
  Pictures(InputStream in, PageSelection pages) {
    this.in = in;
    this.pages = pages;
  }

  /// Reads a picture, or opens a document and finds its pages.
  ///
  /// @throws SmolVlmException naming the file as the user did
  PictureFile open(String name) {
    byte[] bytes = bytes(name);
    String shown = shown(name);
    if (!DocumentReader.isDocument(bytes)) {
      return new PictureFile.Single(reader.read(bytes, shown));
    }
    int count = documents.count(bytes, shown, pages);
    return new PictureFile.Document(documents, bytes, shown, pages, count);
  }

  List<PictureFile> openAll(List<String> names) {
    return names.stream().map(this::open).toList();
  }

  /// Reads what must be a single picture.
  ///
  /// @throws SmolVlmException naming the picture as the user did
  RgbImage read(String name) {
    return reader.read(bytes(name), shown(name));
  }

  private static String shown(String name) {
    return name.equals(STANDARD_INPUT) ? "standard input" : name;
  }

  private byte[] bytes(String name) {
    if (name.equals(STANDARD_INPUT)) {
      try {
        return in.readNBytes(MOST_BYTES);
      } catch (IOException e) {
        throw unreadable(shown(name), String.valueOf(e.getMessage()), e);
      }
    }
    Path path = path(name);
    if (Files.isDirectory(path)) {
      throw unreadable(name, "is a folder, not a picture", null);
    }
    try (InputStream file = Files.newInputStream(path)) {
      return file.readNBytes(MOST_BYTES);
    } catch (NoSuchFileException e) {
      throw unreadable(name, "no such file", e);
    } catch (IOException e) {
      throw unreadable(name, "cannot be read", e);
    }
  }

  /// Files, whatever they are called.
  List<RgbImage> readFiles(List<Path> files) {
    return files.stream().map(file -> read(file.toString())).toList();
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
