package io.smolvlm.models;

import io.smolvlm.language.DecoderWeights;
import io.smolvlm.language.TextConfig;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import io.smolvlm.vision.VisionConfig;
import io.smolvlm.vision.VisionWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts a checkpoint's weights into the places that the networks have for them, as float32.
final class NetworkWeights {
  private final Weights weights;
  private final Arena arena;

  /// @param arena holds what cannot be a view of the file
  NetworkWeights(Weights weights, Arena arena) {
    this.weights = weights;
    this.arena = arena;
  }

  DecoderWeights decoder() {
    TextConfig config = weights.config().text();
    Matrix embeddings = weights.matrix(Weight.EMBEDDINGS, arena);
    List<DecoderWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(
          new DecoderWeights.Layer(
              norm(Weight.ATTENTION_NORM, null, i, config.rmsNormEps()),
              linear(Weight.QUERY, null, i),
              linear(Weight.KEY, null, i),
              linear(Weight.VALUE, null, i),
              linear(Weight.ATTENTION_OUT, null, i),
              norm(Weight.FEED_FORWARD_NORM, null, i, config.rmsNormEps()),
              linear(Weight.GATE, null, i),
              linear(Weight.UP, null, i),
              linear(Weight.DOWN, null, i)));
    }
    Linear head =
        config.tiedEmbeddings()
            ? new Linear(Weight.EMBEDDINGS.name(), embeddings, null)
            : linear(Weight.HEAD, null, 0);
    return new DecoderWeights(
        embeddings, layers, norm(Weight.FINAL_NORM, null, 0, config.rmsNormEps()), head);
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
        weights.matrix(weight, layer, arena),
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
