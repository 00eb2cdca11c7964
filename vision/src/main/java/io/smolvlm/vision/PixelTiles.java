package io.smolvlm.vision;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A picture cut into the squares that the encoder takes: `[tiles, 3, side, side]` bytes, the grid
/// row by row, the whole picture last.
public final class PixelTiles {
  private final TileGrid grid;
  private final PixelTable table;
  private final byte[] bytes;

  /// Hashes of tiles, each there once somebody has asked.
  private final AtomicReferenceArray<String> hashes;

  PixelTiles(TileGrid grid, PixelTable table, byte[] bytes) {
    this.grid = grid;
    this.table = table;
    this.bytes = bytes;
    this.hashes = new AtomicReferenceArray<>(grid.tiles());
  }

  public TileGrid grid() {
    return grid;
  }

  /// Number of tiles, the whole picture included.
  public int tiles() {
    return grid.tiles();
  }

  /// Side of a tile in pixels.
  public int side() {
    return grid.side();
  }

  /// What the bytes become before the encoder sees them.
  public PixelTable table() {
    return table;
  }

  /// All bytes `[tiles, 3, side, side]`; shared, not to be written to.
  public byte[] bytes() {
    return bytes;
  }

  /// Where a tile's bytes begin in [#bytes()].
  public int offset(int tile) {
    return Math.multiplyExact(java.util.Objects.checkIndex(tile, tiles()), tileBytes());
  }

  int tileBytes() {
    return 3 * side() * side();
  }

  /// The hash of a tile's bytes `[3, side, side]` in hex: equal tiles have equal image tokens,
  /// wherever they lie. Computed once.
  public String sha256(int tile) {
    String known = hashes.get(tile);
    if (known == null) {
      MessageDigest digest = sha256();
      digest.update(bytes, offset(tile), tileBytes());
      known = HexFormat.of().formatHex(digest.digest());
      hashes.set(tile, known);
    }
    return known;
  }

  /// The hash of all tiles' bytes in hex.
  public String sha256OfAll() {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /// A tile as a picture, for looking at.
  public RgbImage picture(int tile) {
    int plane = side() * side();
    int from = offset(tile);
    byte[] rgb = new byte[plane * 3];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < plane; i++) {
        rgb[i * 3 + c] = bytes[from + c * plane + i];
      }
    }
    return new RgbImage(side(), side(), rgb);
  }

  /// The tiles as the encoder's input, `[tiles, 3 * side * side]`, normalised.
  ///
  /// @param arena owns the result
  public Matrix pixelValues(Arena arena) {
    Matrix values = Matrix.allocate(arena, tiles(), tileBytes());
    for (int tile = 0; tile < tiles(); tile++) {
      writeValues(tile, values, tile);
    }
    return values;
  }

  /// One tile as the encoder's input, `[1, 3 * side * side]`, normalised.
  ///
  /// @param arena owns the result
  public Matrix pixelValues(Arena arena, int tile) {
    Matrix values = Matrix.allocate(arena, 1, tileBytes());
    writeValues(tile, values, 0);
    return values;
  }

  void writeValues(int tile, Matrix values, int row) {
    int plane = side() * side();
    long to = (long) row * tileBytes();
    int from = offset(tile);
    for (int c = 0; c < 3; c++) {
      float[] channel = table.channel(c);
      for (int i = c * plane, end = i + plane; i < end; i++) {
        values
            .segment()
            .setAtIndex(ValueLayout.JAVA_FLOAT, to + i, channel[bytes[from + i] & 0xff]);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelTiles that
        && grid.equals(that.grid)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * grid.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "PixelTiles[" + tiles() + ", 3, " + side() + ", " + side() + "]";
  }
}
