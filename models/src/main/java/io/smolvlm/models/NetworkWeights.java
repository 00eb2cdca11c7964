package io.smolvlm.models;

import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.Embeddings;
import io.smolvlm.language.TextConfig;
import io.smolvlm.tensor.LargePages;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.kernel.Packer;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.FloatWeight;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import io.smolvlm.vision.VisionConfig;
import io.smolvlm.vision.VisionWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts a checkpoint's weights into the places that the networks have for them, in float32 or
/// packed.
class NetworkWeights {
  private final Weights weights;
  private final Arena arena;
  private final Packer packer;
  private final LargePages pages;
  private final boolean halves;

  /// @param arena holds what cannot be a view of the file
  /// @param team packs
  /// @param halves whether linear layers that are stored in bfloat16 stay so: right where libtorch
  ///   takes the many rows, since kernels would widen them for every few of these anew
  NetworkWeights(Weights weights, Arena arena, Team team, boolean halves) {
    this.weights = weights;
    this.arena = arena;
    this.packer = new Packer(team);
    this.pages = new LargePages(arena);
    this.halves = halves;
  }

  /// Exactly as stored.
  DecoderWeights decoder() {
    Linear head = linear(Weight.HEAD, null, 0);
    Embeddings embeddings =
        weights.config().text().tiedEmbeddings() && head.weight() instanceof FloatWeight w
            ? Embeddings.of(w.matrix())
            : stored();
    return new DecoderWeights(embeddings, layers(this::decoderLinear), finalNorm(), head);
  }

  /// Packed now; embeddings are read where the checkpoint has them.
  DecoderWeights decoder(Precision precision) {
    return decoder(precision, this::pack);
  }

  /// Packed, wherever from.
  DecoderWeights decoder(Precision precision, PackedFrom from) {
    Format format =
        precision.layers().orElseThrow(() -> new IllegalArgumentException(precision.toString()));
    return new DecoderWeights(
        stored(),
        layers((weight, layer) -> new Linear(weight.name(), from.of(format, weight, layer), null)),
        finalNorm(),
        new Linear(Weight.HEAD.name(), from.of(Format.INT8, Weight.HEAD, 0), null));
  }

  /// The same network with its layers in bfloat16, for prompts: views of the file where it has them
  /// so, else rounded in memory of `passing`.
  DecoderWeights halves(DecoderWeights packed, Arena passing) {
    return new DecoderWeights(
        packed.embeddings(),
        layers((weight, layer) ->
            new Linear(weight.name(), weights.halves(weight, layer, passing), null)),
        packed.finalNorm(),
        packed.head());
  }

  /// Where packed weights come from.
  @FunctionalInterface
  interface PackedFrom {
    PackedWeight of(Format format, Weight weight, int layer);
  }

  private Embeddings stored() {
    Tensor table = weights.stored(Weight.EMBEDDINGS, 0);
    long width = 4L * table.cols();
    return (id, x, row) -> table.decodeRow(id, x.segment(), width * row);
  }

  private List<DecoderWeights.Layer> layers(LayerLinear linear) {
    TextConfig config = weights.config().text();
    List<DecoderWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(
          new DecoderWeights.Layer(
              norm(Weight.ATTENTION_NORM, null, i, config.rmsNormEps()),
              linear.of(Weight.QUERY, i),
              linear.of(Weight.KEY, i),
              linear.of(Weight.VALUE, i),
              linear.of(Weight.ATTENTION_OUT, i),
              norm(Weight.FEED_FORWARD_NORM, null, i, config.rmsNormEps()),
              linear.of(Weight.GATE, i),
              linear.of(Weight.UP, i),
              linear.of(Weight.DOWN, i)));
    }
    return layers;
  }

  private interface LayerLinear {
    Linear of(Weight weight, int layer);
  }

  private Linear decoderLinear(Weight weight, int layer) {
    return linear(weight, null, layer);
  }

  /// Packs a weight of the checkpoint.
  PackedWeight pack(Format format, Weight weight, int layer) {
    // Rows that must be moved are moved in memory of their own, given back once they are packed.
    try (Arena moved = Arena.ofShared()) {
      Tensor tensor = weights.tensor(weight, layer, moved);
      return packer.pack(format, tensor, pages);
    } finally {
      weights.forget(weight, layer);
    }
  }

  private Norm finalNorm() {
    return norm(Weight.FINAL_NORM, null, 0, weights.config().text().rmsNormEps());
  }

  VisionWeights vision(VisionConfig config) {
    float eps = config.layerNormEps();
    List<VisionWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(
          new VisionWeights.Layer(
              norm(Weight.VISION_NORM1, Weight.VISION_NORM1_BIAS, i, eps),
              linear(Weight.VISION_QUERY, Weight.VISION_QUERY_BIAS, i),
              linear(Weight.VISION_KEY, Weight.VISION_KEY_BIAS, i),
              linear(Weight.VISION_VALUE, Weight.VISION_VALUE_BIAS, i),
              linear(Weight.VISION_OUT, Weight.VISION_OUT_BIAS, i),
              norm(Weight.VISION_NORM2, Weight.VISION_NORM2_BIAS, i, eps),
              linear(Weight.VISION_UP, Weight.VISION_UP_BIAS, i),
              linear(Weight.VISION_DOWN, Weight.VISION_DOWN_BIAS, i)));
    }
    return new VisionWeights(
        linear(Weight.PATCH, Weight.PATCH_BIAS, 0),
        weights.matrix(Weight.POSITIONS, arena),
        layers,
        norm(Weight.VISION_FINAL_NORM, Weight.VISION_FINAL_NORM_BIAS, 0, eps),
        linear(Weight.CONNECTOR, null, 0));
  }

  private Linear linear(Weight weight, @Nullable Weight bias, int layer) {
    return new Linear(
        weight.name(),
        weights.linear(weight, layer, halves, arena),
        bias == null ? null : weights.matrix(bias, layer, arena));
  }

  private Norm norm(Weight weight, @Nullable Weight bias, int layer, float eps) {
    return new Norm(
        weight.name(),
        weights.matrix(weight, layer, arena),
        bias == null ? null : weights.matrix(bias, layer, arena),
        eps);
  }
}
