package io.smolvlm.vision;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/// A picture's bytes for a reader of ImageIO, whose patience with reading behind the end is
/// bounded.
///
/// Some readers take the end of the data for zeros and go on: 82 bytes of lossless WebP kept one
/// busy for minutes. A few reads behind the end are normal, since readers look ahead.
final class PatientStream extends ImageInputStreamImpl {
  private static final int PATIENCE = 256;

  private final byte[] bytes;
  private int readsBehindEnd;

  PatientStream(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read() throws IOException {
    bitOffset = 0;
    if (streamPos >= bytes.length) {
      return end();
    }
    return bytes[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= bytes.length) {
      return end();
    }
    int count = (int) Math.min(length, bytes.length - streamPos);
    System.arraycopy(bytes, (int) streamPos, target, offset, count);
    streamPos += count;
    return count;
  }

  private int end() throws IOException {
    if (++readsBehindEnd > PATIENCE) {
      throw new IOException("reading on behind the end of the data");
    }
    return -1;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public boolean isCached() {
    return true;
  }

  @Override
  public boolean isCachedMemory() {
    return true;
  }
}
