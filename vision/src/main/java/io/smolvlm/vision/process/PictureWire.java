package io.smolvlm.vision.process;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// What goes through the pipes between a service and a process that reads pictures.
///
/// A picture: its length in bytes as a 32-bit integer, then its bytes. An answer: a byte 0 with
/// width, height (32-bit integers) and `[height, width, 3]` bytes of RGB, or a byte 1 with the name
/// of an [ErrorCode] as [DataOutputStream#writeUTF] writes it. A process that is ready says so once
/// with [#READY]. All integers are big-endian.
public final class PictureWire {
  static final int READY = 0x52;
  private static final int PIXELS = 0;
  private static final int REFUSAL = 1;

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
    new DataOutputStream(out).writeInt(file.length);
    writeAll(out, file);
    out.flush();
  }

  /// The next picture; null at the end of the stream.
  static byte @org.jspecify.annotations.Nullable [] readPicture(InputStream in, int most)
      throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    DataInputStream data = new DataInputStream(in);
    int length = first << 24 | data.readUnsignedByte() << 16 | data.readUnsignedShort();
    if (length < 0 || length > most) {
      throw new EOFException();
    }
    byte[] file = new byte[length];
    data.readFully(file);
    return file;
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
    DataInputStream data = new DataInputStream(in);
    int kind = data.readUnsignedByte();
    if (kind == REFUSAL) {
      throw new SmolVlmException(code(data.readUTF()), "picture: refused");
    }
    if (kind != PIXELS) {
      throw new IOException("an answer of kind " + kind);
    }
    int width = data.readInt();
    int height = data.readInt();
    if (width < 1
        || height < 1
        || Math.max(width, height) > limits.maxSide()
        || (long) width * height > limits.maxPixels()) {
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
