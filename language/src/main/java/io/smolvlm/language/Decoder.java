package io.smolvlm.language;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.KernelOps;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.RowSpan;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.tensor.torch.TorchGraph;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A decoder ready to run, through vector kernels; many rows go through libtorch where that is
/// wanted, over the same [KvCache].
///
/// One thread at a time.
public final class Decoder implements AutoCloseable {
  /// From this many rows on libtorch takes them in float32. Its matrix products win over the
  /// kernels from 16 on; but what stands behind a picture is often a dozen rows or a few more, and
  /// in a new process kernels have yet to be compiled, which takes two seconds, not twenty
  /// milliseconds (docs/log.md, "the rows behind a picture").
  private static final int FLOAT32_ROWS = 12;

  /// Likewise in bfloat16, where it reads half the bytes and widens nothing: it wins from 8 on.
  private static final int BFLOAT16_ROWS = 8;

  private final LlamaNetwork network;
  private final @Nullable Prompts prompts;
  private final KvFormat keyValueFormat;
  private final KernelOps kernels;
  private final Rope rope;
  private @Nullable TorchGraph graph;

  /// What many rows of a sequence go through in place of the kernels: libtorch.
  ///
  /// @param arithmetic in which numbers
  public record Prompts(PromptWeights weights, Arithmetic arithmetic) {}

  /// The weights that libtorch computes with.
  @FunctionalInterface
  public interface PromptWeights {
    /// @param passing memory for weights of linear layers that need not outlive the call, since
    ///   libtorch has its own copies in all but float32
    /// @return layers in float32 or bfloat16, and the last norm; nothing else is read
    DecoderWeights in(Arena passing);
  }

  /// @param weights in any form
  /// @param team does the maths of the kernels; not closed with this
  /// @param prompts null when the kernels take all rows
  public Decoder(TextConfig config, DecoderWeights weights, Team team, @Nullable Prompts prompts) {
    this.network = new LlamaNetwork(config, weights);
    this.prompts = prompts;
    boolean rounded =
        weights.layers().getFirst().query().weight() instanceof PackedWeight
            || (prompts != null && prompts.arithmetic() != Arithmetic.FLOAT32);
    this.keyValueFormat = rounded ? KvFormat.FLOAT16 : KvFormat.FLOAT32;
    this.kernels = new KernelOps(team);
    this.rope = new Rope(config);
  }

  public TextConfig config() {
    return network.config();
  }

  /// In which numbers its sequences keep keys and values: float32 where everything is exact,
  /// float16 beside packed weights and bfloat16, which round more.
  public KvFormat keyValueFormat() {
    return keyValueFormat;
  }

  /// An empty sequence.
  ///
  /// @param most positions it will ever hold; beyond the model's context it cannot grow
  public KvCache sequence(int most) {
    return new KvCache(config(), most, keyValueFormat);
  }

  /// Copies the embeddings of token ids into rows of `x`, beginning at row `first`.
  ///
  /// @throws IndexOutOfBoundsException for an id outside the vocabulary
  public void embed(int[] ids, Matrix x, int first) {
    Embeddings table = network.weights().embeddings();
    for (int i = 0; i < ids.length; i++) {
      table.copy(ids[i], x, first + i);
    }
  }

  /// The next rows of one sequence.
  ///
  /// @param x `[n, hidden]` embeddings in, normed hidden states out
  /// @param cache grows by n positions
  public void forward(Matrix x, KvCache cache) {
    if (prompts != null && x.rows() >= least(prompts.arithmetic())) {
      if (graph == null) {
        graph = compile(prompts);
      }
      run(graph, x, cache, null);
    } else {
      forward(x, List.of(new Rows(cache, x.rows())));
    }
  }

  private static int least(Arithmetic arithmetic) {
    return arithmetic == Arithmetic.BFLOAT16 ? BFLOAT16_ROWS : FLOAT32_ROWS;
  }

  private TorchGraph compile(Prompts wanted) {
    try (Arena passing = Arena.ofShared()) {
      var wide = new LlamaNetwork(config(), wanted.weights().in(passing));
      return TorchGraph.compileCausal(
          false,
          wanted.arithmetic(),
          keyValueFormat == KvFormat.FLOAT16 ? KvFormat.layout(config()) : null,
          (ops, in) -> wide.forward(ops, in));
    }
  }

  /// The next rows of several sequences together; each weight is read once for all of them.
  ///
  /// @param x `[sum of rows, hidden]` embeddings in, normed hidden states out
  public void forward(Matrix x, List<Rows> rows) {
    // Indices, since an iterator would be an object a step.
    for (int i = 0; i < rows.size(); i++) {
      Rows r = rows.get(i);
      r.cache().reserve(r.count());
      rope.reach(r.cache().length() + r.count());
    }
    x.copyFrom(network.forward(kernels.begin(rows, rope.cos(), rope.sin()), x));
    for (int i = 0; i < rows.size(); i++) {
      Rows r = rows.get(i);
      r.cache().advance(r.count());
    }
  }

  /// So many next rows belong to this sequence.
  public record Rows(KvCache cache, int count) implements RowSpan {
    @Override
    public KvCache keyValues() {
      return cache;
    }

    @Override
    public int rows() {
      return count;
    }
  }

  private void run(
      TorchGraph compiled, Matrix x, KvCache cache, @Nullable BiConsumer<String, Matrix> watcher) {
    int n = x.rows();
    int past = cache.length();
    cache.reserve(n);
    rope.reach(past + n);
    compiled.runCausal(
        x, rope.cos().slice(past, past + n), rope.sin().slice(past, past + n), cache, x, watcher);
    cache.advance(n);
  }

  /// Runs like [#forward] and shows the stages `layer_i` and `final_norm`, `[n, hidden]` each.
  ///
  /// @param throughTorch which executor; libtorch takes no packed weights
  public void watch(
      Matrix x, KvCache cache, boolean throughTorch, BiConsumer<String, Matrix> watcher) {
    if (throughTorch) {
      try (TorchGraph watched =
          TorchGraph.compileCausal(
              true, Arithmetic.FLOAT32, null, (ops, in) -> network.forward(ops, in))) {
        run(watched, x, cache, watcher);
      }
    } else {
      kernels.watch(watcher);
      forward(x, List.of(new Rows(cache, x.rows())));
      kernels.watch(null);
    }
  }

  /// Logits of normed hidden states.
  ///
  /// @param hidden `[n, hidden]`
  /// @param logits `[n, vocabulary]`, written
  public void logits(Matrix hidden, Matrix logits) {
    kernels.begin();
    logits.copyFrom(kernels.linear(hidden, network.weights().head()));
  }

  /// A matrix of rows of this decoder's width.
  public Matrix rows(Arena arena, int n) {
    return Matrix.allocate(arena, n, config().hiddenSize());
  }

  @Override
  public void close() {
    if (graph != null) {
      graph.close();
    }
    kernels.close();
    rope.close();
  }
}
