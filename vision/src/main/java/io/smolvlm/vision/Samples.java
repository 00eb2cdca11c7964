package io.smolvlm.vision;

import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.MultiPixelPackedSampleModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/// Rows of samples out of what a decoder hands back, `[width, bands]`, as they are stored.
///
/// [Raster#getPixels] does the same for every layout, but one sample at a time through several
/// calls: reading 24 million black and white pixels took 5 s with it. The layouts of our decoders
/// have loops of their own here.
final class Samples {
  private final Raster raster;
  private final int width;
  private final int bands;

  Samples(Raster raster) {
    this.raster = raster;
    this.width = raster.getWidth();
    this.bands = raster.getNumBands();
  }

  int bands() {
    return bands;
  }

  /// An array for one row.
  int[] newRow() {
    return new int[Math.multiplyExact(width, bands)];
  }

  void read(int y, int[] row) {
    boolean atOrigin =
        raster.getParent() == null
            && raster.getSampleModelTranslateX() == 0
            && raster.getSampleModelTranslateY() == 0;
    if (atOrigin
        && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
        && raster.getDataBuffer().getNumBanks() == 1) {
      if (raster.getDataBuffer() instanceof DataBufferByte buffer) {
        interleaved(buffer, model, y, row);
        return;
      }
      if (raster.getDataBuffer() instanceof DataBufferUShort buffer) {
        interleaved(buffer, model, y, row);
        return;
      }
    }
    if (atOrigin
        && raster.getSampleModel() instanceof MultiPixelPackedSampleModel model
        && raster.getDataBuffer() instanceof DataBufferByte buffer
        && model.getDataBitOffset() == 0) {
      packed(buffer, model, y, row);
      return;
    }
    raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
  }

  private void interleaved(
      DataBufferByte buffer, PixelInterleavedSampleModel model, int y, int[] row) {
    byte[] data = buffer.getData();
    int[] bandOffsets = model.getBandOffsets();
    int stride = model.getPixelStride();
    for (int b = 0; b < bands; b++) {
      int i = buffer.getOffset() + y * model.getScanlineStride() + bandOffsets[b];
      for (int o = b; o < row.length; o += bands, i += stride) {
        row[o] = data[i] & 0xff;
      }
    }
  }

  private void interleaved(
      DataBufferUShort buffer, PixelInterleavedSampleModel model, int y, int[] row) {
    short[] data = buffer.getData();
    int[] bandOffsets = model.getBandOffsets();
    int stride = model.getPixelStride();
    for (int b = 0; b < bands; b++) {
      int i = buffer.getOffset() + y * model.getScanlineStride() + bandOffsets[b];
      for (int o = b; o < row.length; o += bands, i += stride) {
        row[o] = data[i] & 0xffff;
      }
    }
  }

  private void packed(DataBufferByte buffer, MultiPixelPackedSampleModel model, int y, int[] row) {
    byte[] data = buffer.getData();
    int from = buffer.getOffset() + y * model.getScanlineStride();
    int bits = model.getPixelBitStride();
    int mask = (1 << bits) - 1;
    for (int x = 0; x < width; x++) {
      int bit = x * bits;
      row[x] = (data[from + (bit >> 3)] >> (8 - bits - (bit & 7))) & mask;
    }
  }
}
