package io.smolvlm.vision.process;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// What goes through the pipes between a service and a process that reads pictures and documents.
///
/// A job: 0 for a picture, or the longest edge in pixels of a document's pages; the length of the
/// file in bytes; its bytes. An answer to a picture: a byte 0 with width, height and `[height,
/// width, 3]` bytes of RGB, or a byte 1 with the name of an [ErrorCode] as
/// [DataOutputStream#writeUTF] writes it. An answer to a document: a byte 2 with the number of its
/// pages, then, unless these are more than both sides know to be allowed, an answer as to a picture
/// for each, up to the first refusal; or a byte 1 as above. A process that is ready says so once
/// with [#READY]. All integers have 32 bits and are big-endian.
public final class PictureWire {
  static final int READY = 0x52;
  private static final int PIXELS = 0;
  private static final int REFUSAL = 1;
  private static final int PAGES = 2;

  /// Pipes take no more at a time, and larger writes are copied as a whole first.
  private static final int CHUNK = 64 << 10;

  private PictureWire() {}

  /// Waits until the process is ready.
  public static void awaitReady(InputStream in) throws IOException {
    if (in.read() != READY) {
      throw new EOFException();
    }
  }

  /// Hands a picture over.
  public static void writePicture(OutputStream out, byte[] file) throws IOException {
    writeJob(out, file, 0);
  }

  /// Hands a document over.
  ///
  /// @param longestEdge of each page in pixels, at least 1
  public static void writeDocument(OutputStream out, byte[] file, int longestEdge)
      throws IOException {
    writeJob(out, file, longestEdge);
  }

  private static void writeJob(OutputStream out, byte[] file, int longestEdge) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(longestEdge);
    data.writeInt(file.length);
    writeAll(out, file);
    out.flush();
  }

  /// A file to read.
  ///
  /// @param longestEdge 0 for a picture
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, not compared
  record Job(byte[] file, int longestEdge) {
    boolean document() {
      return longestEdge > 0;
    }
  }

  /// The next job; null at the end of the stream.
  ///
  /// @param most bytes of a file
  static @Nullable Job readJob(InputStream in, int most) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    DataInputStream data = new DataInputStream(in);
    int longestEdge = first << 24 | data.readUnsignedByte() << 16 | data.readUnsignedShort();
    int length = data.readInt();
    if (longestEdge < 0 || length < 0 || length > most) {
      throw new EOFException();
    }
    byte[] file = new byte[length];
    data.readFully(file);
    return new Job(file, longestEdge);
  }

  static void writePages(OutputStream out, int pages) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeByte(PAGES);
    data.writeInt(pages);
    out.flush();
  }

  static void writePixels(OutputStream out, RgbImage image) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeByte(PIXELS);
    data.writeInt(image.width());
    data.writeInt(image.height());
    writeAll(out, image.rgb());
    out.flush();
  }

  static void writeRefusal(OutputStream out, ErrorCode code) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeByte(REFUSAL);
    data.writeUTF(code.name());
    out.flush();
  }

  /// Reads an answer. The other side is not trusted: sizes are checked before memory is taken.
  ///
  /// @throws IOException if the process ended or does not keep to the protocol
  /// @throws SmolVlmException with the code of a refusal, and no more than that
  public static RgbImage readAnswer(InputStream in, ImageLimits limits) throws IOException {
    return readPixels(in, limits.maxSide(), limits.maxPixels());
  }

  /// Reads how many pages a document has, at least 1. If these are allowed, [#readPage] reads each.
  ///
  /// @throws IOException as [#readAnswer]
  /// @throws SmolVlmException as [#readAnswer]
  public static int readPages(InputStream in) throws IOException {
    DataInputStream data = begin(in, PAGES);
    int pages = data.readInt();
    if (pages < 1) {
      throw new IOException("an answer of " + pages + " pages");
    }
    return pages;
  }

  /// Reads the next page of a document.
  ///
  /// @throws IOException as [#readAnswer]
  /// @throws SmolVlmException as [#readAnswer]
  public static RgbImage readPage(InputStream in, DocumentLimits limits) throws IOException {
    return readPixels(in, ImageProcessorConfig.MAX_LONGEST_EDGE, limits.maxPixels());
  }

  private static DataInputStream begin(InputStream in, int expected) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int kind = data.readUnsignedByte();
    if (kind == REFUSAL) {
      throw new SmolVlmException(code(data.readUTF()), "file: refused");
    }
    if (kind != expected) {
      throw new IOException("an answer of kind " + kind);
    }
    return data;
  }

  private static RgbImage readPixels(InputStream in, int maxSide, long maxPixels)
      throws IOException {
    DataInputStream data = begin(in, PIXELS);
    int width = data.readInt();
    int height = data.readInt();
    if (width < 1
        || height < 1
        || Math.max(width, height) > maxSide
        || (long) width * height > maxPixels) {
      throw new IOException("an answer of " + width + " x " + height + " pixels");
    }
    byte[] rgb = new byte[width * height * 3];
    data.readFully(rgb);
    return new RgbImage(width, height, rgb);
  }

  private static ErrorCode code(String name) throws IOException {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.name().equals(name)) {
        return code;
      }
    }
    throw new IOException("an answer with an unknown code");
  }

  private static void writeAll(OutputStream out, byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; at += CHUNK) {
      out.write(bytes, at, Math.min(CHUNK, bytes.length - at));
    }
  }
}
