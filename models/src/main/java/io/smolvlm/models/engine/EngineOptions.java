package io.smolvlm.models.engine;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/// How much an engine takes on and keeps.
///
/// @param mostAnswers decoded together in one step, at least 1; more are begun only for a request
///   that asks for more choices than this
/// @param queueRequests most requests that wait, at least 1
/// @param queueWork most estimated work that waits, above zero; a single request may be longer
/// @param keyValueBytes most memory that the KV caches of running requests may come to need, at
///   least 1; raised to what one answer of the model's whole context needs
/// @param prefillChunk most prompt tokens of one step, at least 1; answers of another chunk may
///   differ in their rounding
/// @param drafts most tokens drafted for one decode step ([io.smolvlm.language.PromptLookup]), 0
///   for none; they change no answer, only how soon it is there
/// @param imageCacheBytes most memory for image tokens of tiles seen before, 0 for none
/// @param prefixCacheBytes most memory for keys and values of beginnings of prompts seen before, 0
///   for none
/// @param patience how long one step may take before what runs is given up, above zero
public record EngineOptions(
    int mostAnswers,
    int queueRequests,
    Duration queueWork,
    long keyValueBytes,
    int prefillChunk,
    int drafts,
    long imageCacheBytes,
    long prefixCacheBytes,
    Duration patience) {
  /// Enough rows for the matrix products, and others wait no longer than for one such chunk.
  private static final int CHUNK = 256;

  /// Eight rows with the token before them.
  private static final int DRAFTS = 7;

  /// Some 400 tiles of the 256M.
  private static final long IMAGES = 64L << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  public EngineOptions {
    if (mostAnswers < 1
        || queueRequests < 1
        || !queueWork.isPositive()
        || keyValueBytes < 1
        || prefillChunk < 1
        || !patience.isPositive()) {
      throw new IllegalArgumentException(
          "answers %d, queue %d requests, %s, %d bytes, chunks of %d, patience %s: must be above 0"
              .formatted(
                  mostAnswers, queueRequests, queueWork, keyValueBytes, prefillChunk, patience));
    }
    if (drafts < 0 || imageCacheBytes < 0 || prefixCacheBytes < 0) {
      throw new IllegalArgumentException(
          "drafts of %d tokens, caches of %d and %d bytes"
              .formatted(drafts, imageCacheBytes, prefixCacheBytes));
    }
  }

  /// 8 answers at a time, a queue of 64 requests or a minute's work, a quarter of the memory of the
  /// machine or container for running requests; chunks of 256 tokens; drafts of 7; 64 MiB for tiles
  /// and a sixteenth of the memory for beginnings of prompts; a minute for a step.
  public static EngineOptions defaults() {
    return new EngineOptions(
        8, 64, Duration.ofMinutes(1), memory() / 4, CHUNK, DRAFTS, IMAGES, memory() / 16, PATIENCE);
  }

  /// The same with other bounds on what is taken on.
  public EngineOptions withQueue(int answers, int requests, Duration work, long newKeyValueBytes) {
    return new EngineOptions(
        answers,
        requests,
        work,
        newKeyValueBytes,
        prefillChunk,
        drafts,
        imageCacheBytes,
        prefixCacheBytes,
        patience);
  }

  public EngineOptions withPrefillChunk(int value) {
    return new EngineOptions(
        mostAnswers,
        queueRequests,
        queueWork,
        keyValueBytes,
        value,
        drafts,
        imageCacheBytes,
        prefixCacheBytes,
        patience);
  }

  public EngineOptions withDrafts(int tokens) {
    return new EngineOptions(
        mostAnswers,
        queueRequests,
        queueWork,
        keyValueBytes,
        prefillChunk,
        tokens,
        imageCacheBytes,
        prefixCacheBytes,
        patience);
  }

  /// The same with other memory for caches, 0 for none.
  public EngineOptions withCaches(long imageBytes, long prefixBytes) {
    return new EngineOptions(
        mostAnswers,
        queueRequests,
        queueWork,
        keyValueBytes,
        prefillChunk,
        drafts,
        imageBytes,
        prefixBytes,
        patience);
  }

  public EngineOptions withPatience(Duration value) {
    return new EngineOptions(
        mostAnswers,
        queueRequests,
        queueWork,
        keyValueBytes,
        prefillChunk,
        drafts,
        imageCacheBytes,
        prefixCacheBytes,
        value);
  }

  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : 4L << 30;
  }
}
