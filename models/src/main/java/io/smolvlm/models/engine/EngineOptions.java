package io.smolvlm.models.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/// How much an engine takes on.
///
/// @param mostAnswers decoded together in one step, at least 1; more are begun only for a request
///   that asks for more choices than this
/// @param queueRequests most requests that wait, at least 1
/// @param queueWork most estimated work that waits, above zero; a single request may be longer
/// @param keyValueBytes most memory that the KV caches of running requests may come to need, at
///   least 1; raised to what one answer of the model's whole context needs
public record EngineOptions(
    int mostAnswers, int queueRequests, Duration queueWork, long keyValueBytes) {
  public EngineOptions {
    if (mostAnswers < 1 || queueRequests < 1 || !queueWork.isPositive() || keyValueBytes < 1) {
      throw new IllegalArgumentException(
          "answers %d, queue %d requests, %s, %d bytes: all must be above 0"
              .formatted(mostAnswers, queueRequests, queueWork, keyValueBytes));
    }
  }

  /// 8 answers at a time, a queue of 64 requests or a minute's work, a quarter of the memory of the
  /// machine or container.
  public static EngineOptions defaults() {
    return new EngineOptions(8, 64, Duration.ofMinutes(1), memory() / 4);
  }

  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : 4L << 30;
  }
}
