package io.smolvlm.models;

import io.smolvlm.vision.PixelTiles;
import java.util.List;

/// A request as the networks take it: token ids, and the tiles whose image tokens stand among them.
///
/// @param request as it was asked
/// @param prompt with an image id for each image token
/// @param pictures cut into tiles, in the order of their places
/// @param maxTokens what was asked for, or what the context leaves
/// @param resizeMillis what preparing the pictures took
record PreparedRequest(
    GenerationRequest request,
    Prompt prompt,
    List<PixelTiles> pictures,
    int maxTokens,
    double resizeMillis) {
  int tiles() {
    return pictures.stream().mapToInt(PixelTiles::tiles).sum();
  }

  /// Rows and columns of each picture, `0x0` for one frame.
  List<String> grids() {
    return pictures.stream().map(p -> p.grid().rows() + "x" + p.grid().cols()).toList();
  }
}
