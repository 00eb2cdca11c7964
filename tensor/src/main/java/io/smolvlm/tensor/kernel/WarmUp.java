package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/// Decides which kernels a [KernelOps] runs: scalar ones at first, vector ones once they are
/// compiled. Both compute the same bits, so the change cannot be seen in an answer.
///
/// Until C2 has compiled them, vector kernels run a hundred times slower than afterwards, with an
/// object for each operation; scalar ones are at full speed within milliseconds, and reach a third
/// of the vector kernels' in the end. First caption of a model of 5 million parameters, two cores:
/// encoding five tiles takes 1.9 s with vector kernels from the start and 0.7 s this way.
///
/// Compilation takes a second or two of a thread beside the work, so it begins when there has been
/// more work than such a caption. One thread at a time, but for the compiling one.
final class WarmUp implements AutoCloseable {
  /// Multiply-adds of scalar kernels before the vector kernels are compiled.
  private static final long ENOUGH = 1_500_000_000L;

  private static final int ROUNDS = 16;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private final Kernels scalar = new ScalarKernels();
  private final long enough;
  private long multiplyAdds;
  private @Nullable Thread thread;
  private volatile @Nullable Kernels compiled;

  WarmUp() {
    this(Partial.vectorsPresent() ? ENOUGH : Long.MAX_VALUE);
  }

  /// @param enough multiply-adds before the vector kernels are compiled
  WarmUp(long enough) {
    this.enough = enough;
  }

  /// The kernels to use now.
  Kernels kernels() {
    Kernels vector = compiled;
    return vector == null ? scalar : vector;
  }

  /// So much work was done.
  void count(long done) {
    multiplyAdds += done;
    if (multiplyAdds > enough && thread == null) {
      thread = Thread.ofPlatform().daemon().name("smolvlm-warm-up").start(this::compile);
    }
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  /// Runs the vector kernels on small matrices until they beat the scalar ones.
  private void compile() {
    long began = System.nanoTime();
    Kernels vector = new VectorKernels();
    try (Arena arena = Arena.ofConfined()) {
      var sample = new Sample(arena);
      while (!Thread.currentThread().isInterrupted() && System.nanoTime() - began < LONGEST_NANOS) {
        if (sample.nanos(vector) < sample.nanos(scalar)) {
          compiled = vector;
          return;
        }
      }
    }
  }

  /// A little of everything, of sizes that reach every branch.
  private static final class Sample {
    private static final int ROWS = 3;
    private static final int HEAD = 46;
    private static final int WIDTH = 2 * HEAD;
    private static final int OUT = 13;
    private static final int COUNT = 11;

    private final Matrix x;
    private final Matrix w;
    private final Matrix y;
    private final Matrix row;
    private final Matrix keys;
    private final Matrix angles;
    private final Matrix scores;

    Sample(Arena arena) {
      x = Matrix.allocate(arena, ROWS, WIDTH);
      w = Matrix.allocate(arena, OUT, WIDTH);
      y = Matrix.allocate(arena, ROWS, OUT);
      row = Matrix.allocate(arena, 1, WIDTH);
      keys = Matrix.allocate(arena, COUNT, WIDTH);
      angles = Matrix.allocate(arena, 1, HEAD / 2);
      scores = Matrix.allocate(arena, 1, COUNT);
    }

    /// Of the quickest of some rounds.
    long nanos(Kernels kernels) {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < ROUNDS; i++) {
        long began = System.nanoTime();
        round(kernels);
        least = Math.min(least, System.nanoTime() - began);
      }
      return least;
    }

    private void round(Kernels k) {
      k.linear(x, w, null, y, 0, OUT);
      k.linear(x, w, row, y, 0, OUT);
      k.layerNorm(x, row, row, 1e-5f, x, 0, ROWS);
      k.rmsNorm(x, row, 1e-5f, x, 0, ROWS);
      k.geluTanh(y, 0, (long) ROWS * OUT);
      k.swiGlu(y, y, 0, (long) ROWS * OUT);
      k.add(x, x, 0, (long) ROWS * WIDTH);
      k.rotate(x, 1, HEAD, angles, angles, 0);
      k.attend(x, 0, 0, keys, keys, HEAD, HEAD, COUNT, 0.1f, null, scores, 0, x);
      k.attend(x, 1, HEAD, keys, keys, 0, HEAD, COUNT, 0.1f, row, scores, 0, x);
    }
  }
}
