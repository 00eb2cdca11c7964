package io.smolvlm.app.rest;

import io.smolvlm.app.config.ServiceConfig;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// Reads bodies within bounds: each up to the cap, all together up to a quarter of the heap, none
/// slower than a rate. Memory is taken as bytes arrive, so that a client which declares much and
/// sends nothing holds nothing.
@ApplicationScoped
public class Bodies {
  private static final int CHUNK = 64 << 10;

  /// Time before the rate counts.
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final long BYTES_A_SECOND = 4 << 10;

  private final long most;
  private final Semaphore chunks;

  Bodies(ServiceConfig config) {
    this.most = config.http().maxBody().asLongValue();
    long room = Math.max(Runtime.getRuntime().maxMemory() / 4, 2 * most);
    this.chunks = new Semaphore(Math.toIntExact(Math.min(room / CHUNK, Integer.MAX_VALUE)));
  }

  /// The whole body, on the calling thread.
  ///
  /// @throws ApiException if it is too long, comes too slowly, or there is no room for it now
  public Body read(RoutingContext routing, InputStream in) {
    int taken = 0;
    try {
      List<byte[]> parts = new ArrayList<>();
      long length = 0;
      long begun = System.nanoTime();
      while (true) {
        byte[] part = new byte[CHUNK];
        int read = in.readNBytes(part, 0, CHUNK);
        length += read;
        check(length, System.nanoTime() - begun);
        if (read > 0) {
          // Twice: the parts, and the one array that they become.
          take(2);
          taken += 2;
          parts.add(part);
        }
        if (read < CHUNK) {
          break;
        }
      }
      int held = taken;
      String type = routing.request().getHeader("Content-Type");
      Body body =
          new Body(join(parts, (int) length), type == null ? "" : type, () -> chunks.release(held));
      taken = 0;
      return body;
    } catch (IOException e) {
      throw new Client.Gone();
    } finally {
      chunks.release(taken);
    }
  }

  private void check(long length, long nanos) {
    if (length > most) {
      throw tooLarge(most);
    }
    long late = nanos - PATIENCE_NANOS;
    if (late > 0 && length < late / 1_000_000_000L * BYTES_A_SECOND) {
      throw new ApiException(
          ApiError.INVALID_VALUE, null, "The body comes more slowly than 4096 bytes a second.");
    }
  }

  private void take(int count) {
    if (!chunks.tryAcquire(count)) {
      throw new ApiException(
          ApiError.OVERLOADED, null, "The service holds as many bodies as it can; try again.");
    }
  }

  private static byte[] join(List<byte[]> parts, int length) {
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      int count = Math.min(part.length, length - at);
      System.arraycopy(part, 0, whole, at, count);
      at += count;
    }
    return whole;
  }

  /// The refusal of a longer body.
  static ApiException tooLarge(long most) {
    return new ApiException(
        ApiError.REQUEST_TOO_LARGE,
        null,
        "The body of a request may hold " + most + " bytes; this one is longer.");
  }
}
