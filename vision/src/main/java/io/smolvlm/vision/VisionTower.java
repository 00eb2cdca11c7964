package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.kernel.KernelOps;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.torch.Arithmetic;
import io.smolvlm.tensor.torch.TorchGraph;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Encoder and connector ready to run, tile by tile: a tile's tokens depend on nothing but its
/// pixels, so they are computed alone and can be kept by content.
///
/// One thread at a time.
public final class VisionTower implements AutoCloseable {
  private final SiglipNetwork network;
  private final PatchEmbedding embedding;
  private final KernelOps kernels;
  private final @Nullable Arithmetic torch;
  private final Arena arena = Arena.ofShared();
  private final Matrix patches;
  private @Nullable TorchGraph graph;

  /// @param torch in which numbers libtorch computes tiles; null when the kernels do, in float32
  /// @param team does the maths of the kernels; not closed with this
  public VisionTower(
      VisionConfig config, VisionWeights weights, Team team, @Nullable Arithmetic torch) {
    this.network = new SiglipNetwork(config, weights);
    this.embedding = new PatchEmbedding(config);
    this.kernels = new KernelOps(team);
    this.torch = torch;
    this.patches = Matrix.allocate(arena, config.patches(), weights.patchEmbedding().in());
  }

  public VisionConfig config() {
    return network.config();
  }

  /// Width of an image token: the decoder's.
  public int tokenWidth() {
    return network.weights().connector().out();
  }

  /// One whole tile.
  ///
  /// @param pixels `[channels, side * side]` or any shape of as many numbers, normalised
  /// @param tokens `[tokens per tile, text hidden]`, written
  public void encode(Matrix pixels, Matrix tokens) {
    embedding.unfold(pixels, patches);
    if (torch != null) {
      if (graph == null) {
        graph =
            TorchGraph.compile(
                List.of("x", "positions"),
                false,
                torch,
                (ops, in) -> network.forward(ops, in.get(0), in.get(1), null));
      }
      graph.run(List.of(patches, network.weights().positions()), tokens, null);
    } else {
      tokens.copyFrom(
          network.forward(kernels.begin(), patches, network.weights().positions(), null));
    }
  }

  /// A tile of which only the upper left part is of the picture; shows every stage to `watcher`:
  /// `patch_embeds`, `vision_embeddings`, `vision_layer_i`, `vision_last_hidden_state`,
  /// `pixel_shuffle`, `connector`.
  ///
  /// @param validRows patch rows of the picture; likewise `validCols`
  /// @param throughTorch which executor
  public void watch(
      Matrix pixels,
      int validRows,
      int validCols,
      boolean throughTorch,
      Matrix tokens,
      BiConsumer<String, Matrix> watcher) {
    int across = config().patchesPerSide();
    embedding.unfold(pixels, patches);
    try (Arena call = Arena.ofShared()) {
      Matrix positions = Matrix.allocate(call, config().patches(), config().hiddenSize());
      embedding.positions(network.weights().positions(), validRows, validCols, positions);
      Matrix bias = Matrix.allocate(call, 1, config().patches());
      for (int p = 0; p < config().patches(); p++) {
        boolean valid = p / across < validRows && p % across < validCols;
        bias.set(0, p, valid ? 0 : Float.NEGATIVE_INFINITY);
      }
      if (throughTorch) {
        try (TorchGraph watched =
            TorchGraph.compile(
                List.of("x", "positions", "bias"),
                true,
                Arithmetic.FLOAT32,
                (ops, in) -> network.forward(ops, in.get(0), in.get(1), in.get(2)))) {
          watched.run(List.of(patches, positions, bias), tokens, watcher);
        }
      } else {
        kernels.watch(watcher);
        tokens.copyFrom(network.forward(kernels.begin(), patches, positions, bias));
        kernels.watch(null);
      }
    }
  }

  @Override
  public void close() {
    if (graph != null) {
      graph.close();
    }
    kernels.close();
    arena.close();
  }
}
