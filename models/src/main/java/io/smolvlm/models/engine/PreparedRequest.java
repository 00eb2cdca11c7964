package io.smolvlm.models.engine;

import io.smolvlm.language.Decoder;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.vision.PixelTiles;
import java.lang.foreign.Arena;
import java.util.Arrays;
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
    int sum = 0; // no stream: asked for each of all who wait, again and again
    for (PixelTiles picture : pictures) {
      sum += picture.tiles();
    }
    return sum;
  }

  /// The hash of a tile's pixels.
  ///
  /// @param tile counted over all pictures, in the order of [Prompt#tiles]
  String tileHash(int tile) {
    int left = tile;
    for (PixelTiles picture : pictures) {
      if (left < picture.tiles()) {
        return picture.sha256(left);
      }
      left -= picture.tiles();
    }
    throw new IndexOutOfBoundsException("tile " + tile + " of " + tiles());
  }

  /// A tile as the encoder's input, `[1, 3 * side * side]`, normalised.
  ///
  /// @param tile counted as for [#tileHash]
  /// @param arena owns the result
  Matrix pixelValues(Arena arena, int tile) {
    int left = tile;
    for (PixelTiles picture : pictures) {
      if (left < picture.tiles()) {
        return picture.pixelValues(arena, left);
      }
      left -= picture.tiles();
    }
    throw new IndexOutOfBoundsException("tile " + tile + " of " + tiles());
  }

  /// Computes all hashes of tiles, so that nobody has to later.
  public PreparedRequest hashed() {
    for (PixelTiles picture : pictures) {
      for (int tile = 0; tile < picture.tiles(); tile++) {
        picture.sha256(tile);
      }
    }
    return this;
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
    if (imageTokens.rows() != prompt.imageTokens()) {
      throw new IllegalStateException(imageTokens + " for " + prompt.imageTokens() + " places");
    }
    Matrix x = decoder.rows(arena, prompt.length());
    embed(decoder, imageTokens, 0, 0, x);
    return x;
  }

  /// A piece of the decoder's input.
  ///
  /// @param imageTokens of the tiles from `firstTile` on, those of the piece among them
  /// @param from the first position of the piece
  /// @param x `[positions of the piece, hidden]`, written
  void embed(Decoder decoder, Matrix imageTokens, int firstTile, int from, Matrix x) {
    int to = from + x.rows();
    decoder.embed(Arrays.copyOfRange(prompt.ids(), from, to), x, 0);
    int row = 0;
    for (Prompt.Tile tile : prompt.tiles().subList(firstTile, prompt.tiles().size())) {
      int begin = Math.max(from, tile.start());
      int end = Math.min(to, tile.start() + tile.length());
      if (begin < end) {
        int first = row + begin - tile.start();
        x.slice(begin - from, end - from).copyFrom(imageTokens.slice(first, first + end - begin));
      }
      row += tile.length();
    }
  }
}
