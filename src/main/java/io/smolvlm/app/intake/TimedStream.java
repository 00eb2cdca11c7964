package io.smolvlm.app.intake;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/// A stream that gives up on a sender who is too slow, or when nobody wants the answer any more.
///
/// The rate is a mean since the first byte, asked for after some seconds of grace. A sender who
/// stops altogether is stopped by the deadline of the connection.
final class TimedStream extends InputStream {
  private static final double MIN_BYTES_PER_SECOND = 1024;
  private static final double GRACE_SECONDS = 3;
  private static final int CHUNK = 64 << 10;

  private final InputStream in;
  private final BooleanSupplier abandoned;
  private final byte[] buffer = new byte[CHUNK];
  private int at;
  private int end;
  private long begun;
  private long count;

  TimedStream(InputStream in, BooleanSupplier abandoned) {
    this.in = in;
    this.abandoned = abandoned;
  }

  @Override
  public int read() throws IOException {
    return at < end || fill() ? buffer[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == end && !fill()) {
      return -1;
    }
    int read = Math.min(length, end - at);
    System.arraycopy(buffer, at, to, from, read);
    at += read;
    return read;
  }

  /// Waits for the first byte, or the end.
  void awaitFirst() throws IOException {
    if (at == end) {
      fill();
    }
  }

  private boolean fill() throws IOException {
    if (abandoned.getAsBoolean()) {
      throw new IOException("abandoned");
    }
    int read = in.read(buffer);
    if (read < 0) {
      return false;
    }
    long now = System.nanoTime();
    if (count == 0) {
      begun = now;
    }
    count += read;
    double seconds = (now - begun) / 1e9;
    if (seconds > GRACE_SECONDS && count < MIN_BYTES_PER_SECOND * seconds) {
      throw new IOException("too slow");
    }
    at = 0;
    end = read;
    return true;
  }
}
