package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.Norm;
import java.util.List;

/// The weights of an encoder and its connector, shaped as the [VisionConfig] says.
///
/// @param patchEmbedding the convolution as a linear layer, `[hidden, channels * patch * patch]`
/// @param positions `[patches, hidden]`
/// @param layers one each
/// @param postNorm after the last layer
/// @param connector `[text hidden, hidden * factor * factor]`
public record VisionWeights(
    Linear patchEmbedding, Matrix positions, List<Layer> layers, Norm postNorm, Linear connector) {
  public VisionWeights {
    layers = List.copyOf(layers);
  }

  /// One encoder layer.
  public record Layer(
      Norm norm1,
      Linear query,
      Linear key,
      Linear value,
      Linear output,
      Norm norm2,
      Linear fc1,
      Linear fc2) {}
}
