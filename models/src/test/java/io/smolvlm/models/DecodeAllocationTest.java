package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.smolvlm.language.Decoder;
import io.smolvlm.language.KvBlock;
import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A decode step makes hardly an object once it is compiled: no token waits for the collector. In a
/// JVM of its own (models/pom.xml), since what C2 makes of a kernel depends on what else has run.
@Tag("real-weights")
class DecodeAllocationTest {
  /// Until C2 has compiled the vector kernels, each of their operations is an object.
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final int STEPS = KvBlock.ROWS / 2;

  /// Bytes: views of matrices, a few a layer. Where other tests ran before, C2 leaves more calls as
  /// they are, and 20 kB were seen.
  private static final int MOST = 2048;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"EXACT", "INT8", "INT4"})
  void aStepAllocatesHardlyAnything(Precision precision) {
    String folder =
        Fixtures.projectRoot().resolve("samples/reference/fixtures/tiny/llama_text").toString();
    var options = new LoadOptions(1, LoadOptions.Executor.KERNELS).with(precision);
    try (SmolVlm model = SmolVlm.load(new ModelCatalog().resolve(folder, null), options)) {
      model.withNetworks((decoder, _) -> {
        long bytes = Long.MAX_VALUE;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (bytes > MOST && System.nanoTime() < end) {
          bytes = Math.min(bytes, bytesOfAStep(decoder));
        }
        assertTrue(bytes <= MOST, bytes + " bytes a step, " + precision);
      });
    }
  }

  private long bytesOfAStep(Decoder decoder) {
    int[] ids = {5};
    try (Arena arena = Arena.ofShared();
        KvCache cache = decoder.sequence(KvBlock.ROWS)) {
      Matrix x = decoder.rows(arena, 1);
      Matrix logits = Matrix.allocate(arena, 1, decoder.config().vocabularySize());
      List<Decoder.Rows> rows = List.of(new Decoder.Rows(cache, 1));
      cache.reserve(STEPS);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int step = 0; step < STEPS; step++) {
        decoder.embed(ids, x, 0);
        decoder.forward(x, rows);
        decoder.logits(x, logits);
      }
      return (threads.getCurrentThreadAllocatedBytes() - before) / STEPS;
    }
  }
}
