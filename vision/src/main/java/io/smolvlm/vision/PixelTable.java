package io.smolvlm.vision;

/// What each byte of a channel becomes before the encoder sees it: 256 numbers a channel.
///
/// Computed as the reference does: the byte times the factor in double, rounded to float; then mean
/// and deviation in float. No byte becomes exactly 0 with the family's values, which is how padding
/// is told from pictures.
public final class PixelTable {
  private final float[][] values = new float[3][256];

  public PixelTable(ImageProcessorConfig config) {
    for (int c = 0; c < 3; c++) {
      for (int b = 0; b < 256; b++) {
        float value = config.rescale() ? (float) (b * config.rescaleFactor()) : b;
        values[c][b] =
            config.normalize() ? (value - config.mean()[c]) / config.deviation()[c] : value;
      }
    }
  }

  /// @param channel 0 red, 1 green, 2 blue
  /// @param pixel the byte as it lies in memory, -128 to 127 for 0 to 255
  public float value(int channel, byte pixel) {
    return values[channel][pixel & 0xff];
  }

  /// The 256 numbers of a channel, index 0 to 255; not to be written to.
  public float[] channel(int channel) {
    return values[channel];
  }
}
