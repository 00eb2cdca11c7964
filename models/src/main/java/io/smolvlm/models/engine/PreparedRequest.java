package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.PixelTiles;
import java.lang.foreign.Arena;
import java.util.List;

/// A request as the networks take it: token ids, and the tiles whose image tokens stand among them.
///
/// @param parameters how to answer
/// @param prompt with an image id for each image token
/// @param pictures cut into tiles, in the order of their places
/// @param maxTokens of each answer: what was asked for, or what the context leaves
/// @param resizeMillis what preparing the pictures took
public record PreparedRequest(
    AnswerParameters parameters,
    Prompt prompt,
    List<PixelTiles> pictures,
    int maxTokens,
    double resizeMillis) {
  public PreparedRequest {
    pictures = List.copyOf(pictures);
  }

  /// Tiles of all pictures, whole pictures included.
  public int tiles() {
    return pictures.stream().mapToInt(PixelTiles::tiles).sum();
  }

  /// Rows and columns of each picture, `0x0` for one frame.
  public List<String> grids() {
    return pictures.stream().map(p -> p.grid().rows() + "x" + p.grid().cols()).toList();
  }

  /// The most positions that all answers together take in KV caches: what the request can cost at
  /// most.
  public long cost() {
    return (long) parameters.choices() * positions();
  }

  /// The most positions of one answer.
  int positions() {
    return prompt.length() + maxTokens;
  }

  /// The decoder's input: embeddings of the ids, image tokens in their places, `[prompt, hidden]`.
  ///
  /// @param imageTokens of all tiles in order, `[image tokens, hidden]`
  /// @param arena owns the result
  public Matrix embed(Decoder decoder, Matrix imageTokens, Arena arena) {
    Matrix x = decoder.rows(arena, prompt.length());
    decoder.embed(prompt.ids(), x, 0);
    int from = 0;
    for (Prompt.Tile tile : prompt.tiles()) {
      x.slice(tile.start(), tile.start() + tile.length())
          .copyFrom(imageTokens.slice(from, from + tile.length()));
      from += tile.length();
    }
    if (from != imageTokens.rows()) {
      throw new IllegalStateException(imageTokens + " for " + from + " places");
    }
    return x;
  }
}
