package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/// The tiles of several prompts side by side, `[prompts, slots, 3, side, side]`, as the reference
/// batches them: each prompt's pictures one after the other, then padding up to the longest prompt.
///
/// Padding is 0 after normalising, and its mask is 0; since every tile is a full square, the mask
/// of a real slot is 1 everywhere. Our own encoder never needs the padding: it exists so that a
/// batch can be compared with the reference's.
public final class PixelBatch {
  private final List<List<PixelTiles>> prompts;
  private final int slots;
  private final int side;

  /// @param prompts the pictures of each prompt, all of one tile size; one picture at least
  public PixelBatch(List<List<PixelTiles>> prompts) {
    List<List<PixelTiles>> copy = new ArrayList<>();
    int most = 0;
    int common = 0;
    for (List<PixelTiles> pictures : prompts) {
      copy.add(List.copyOf(pictures));
      most = Math.max(most, pictures.stream().mapToInt(PixelTiles::tiles).sum());
      for (PixelTiles picture : pictures) {
        if (common != 0 && picture.side() != common) {
          throw new IllegalArgumentException(
              "tiles of " + common + " and of " + picture.side() + " pixels in one batch");
        }
        common = picture.side();
      }
    }
    if (most == 0) {
      throw new IllegalArgumentException("a batch without pictures");
    }
    this.prompts = List.copyOf(copy);
    this.slots = most;
    this.side = common;
  }

  public int prompts() {
    return prompts.size();
  }

  /// Tiles that each prompt has room for.
  public int slots() {
    return slots;
  }

  public int side() {
    return side;
  }

  /// Whether a slot holds a tile and not padding.
  public boolean isReal(int prompt, int slot) {
    return java.util.Objects.checkIndex(slot, slots) < tiles(prompt);
  }

  private int tiles(int prompt) {
    return prompts.get(prompt).stream().mapToInt(PixelTiles::tiles).sum();
  }

  /// All bytes before normalising, padding as 0.
  public byte[] bytes() {
    int slotBytes = 3 * side * side;
    byte[] all = new byte[Math.multiplyExact(Math.multiplyExact(prompts.size(), slots), slotBytes)];
    for (int p = 0; p < prompts.size(); p++) {
      int to = p * slots * slotBytes;
      for (PixelTiles picture : prompts.get(p)) {
        System.arraycopy(picture.bytes(), 0, all, to, picture.bytes().length);
        to += picture.bytes().length;
      }
    }
    return all;
  }

  /// The attention mask `[prompts, slots, side, side]`: 1 for pixels, 0 for padding.
  public byte[] mask() {
    int slotPixels = side * side;
    byte[] mask =
        new byte[Math.multiplyExact(Math.multiplyExact(prompts.size(), slots), slotPixels)];
    for (int p = 0; p < prompts.size(); p++) {
      int from = p * slots * slotPixels;
      java.util.Arrays.fill(mask, from, from + tiles(p) * slotPixels, (byte) 1);
    }
    return mask;
  }

  /// The encoder's input `[prompts * slots, 3 * side * side]`, normalised, padding as 0.
  ///
  /// @param arena owns the result
  public Matrix pixelValues(Arena arena) {
    Matrix values = Matrix.allocate(arena, prompts.size() * slots, 3 * side * side);
    for (int p = 0; p < prompts.size(); p++) {
      int row = p * slots;
      for (PixelTiles picture : prompts.get(p)) {
        for (int tile = 0; tile < picture.tiles(); tile++) {
          picture.writeValues(tile, values, row++);
        }
      }
    }
    return values;
  }
}
