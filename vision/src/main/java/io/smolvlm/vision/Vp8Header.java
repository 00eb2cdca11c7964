package io.smolvlm.vision;

/// What the header of a VP8 key frame says about all its macroblocks.
///
/// Source: RFC 6386, sections 9.2 to 9.11.
final class Vp8Header {
  static final int SEGMENTS = 4;
  private static final int CHROMA_FIRST_MOST = 117;

  boolean segmentMap;
  final int[] segmentProbabilities = {255, 255, 255};
  boolean simpleFilter;
  int filterLevel;
  int sharpness;
  int partitions;
  final int[] coefficients = Vp8Tables.coefficients();

  /// Probability that a macroblock has coefficients; -1 if that is not coded.
  int skipProbability = -1;

  /// `[4 segments][2]` step of the first and of the other coefficients.
  final int[][] luma = new int[SEGMENTS][];

  final int[][] lumaAverages = new int[SEGMENTS][];
  final int[][] chroma = new int[SEGMENTS][];

  private boolean segmented;
  private boolean absolute;
  private final int[] segmentQuantisers = new int[SEGMENTS];
  private final int[] segmentLevels = new int[SEGMENTS];
  private boolean adjusted;
  private int keyFrameLevel;
  private int smallBlocksLevel;

  Vp8Header(Vp8Bits in) {
    in.number(2); // colour space and clamping: one way only in practice
    readSegments(in);
    readFilter(in);
    partitions = 1 << in.number(2);
    readQuantisers(in);
    in.flag();
    for (int i = 0; i < coefficients.length; i++) {
      if (in.bit(Vp8Tables.coefficientUpdate(i)) != 0) {
        coefficients[i] = in.number(8);
      }
    }
    if (in.flag()) {
      skipProbability = in.number(8);
    }
  }

  private void readSegments(Vp8Bits in) {
    segmented = in.flag();
    if (!segmented) {
      return;
    }
    segmentMap = in.flag();
    if (in.flag()) {
      absolute = in.flag();
      for (int s = 0; s < SEGMENTS; s++) {
        segmentQuantisers[s] = in.optional(7);
      }
      for (int s = 0; s < SEGMENTS; s++) {
        segmentLevels[s] = in.optional(6);
      }
    }
    if (segmentMap) {
      for (int i = 0; i < segmentProbabilities.length; i++) {
        segmentProbabilities[i] = in.flag() ? in.number(8) : 255;
      }
    }
  }

  private void readFilter(Vp8Bits in) {
    simpleFilter = in.flag();
    filterLevel = in.number(6);
    sharpness = in.number(3);
    adjusted = in.flag();
    if (adjusted && in.flag()) {
      for (int i = 0; i < 8; i++) {
        int change = in.optional(6);
        if (i == 0) {
          keyFrameLevel = change;
        } else if (i == 4) {
          smallBlocksLevel = change;
        }
      }
    }
  }

  private void readQuantisers(Vp8Bits in) {
    int base = in.number(7);
    int lumaFirst = in.optional(4);
    int averagesFirst = in.optional(4);
    int averagesOther = in.optional(4);
    int chromaFirst = in.optional(4);
    int chromaOther = in.optional(4);
    for (int s = 0; s < SEGMENTS; s++) {
      int q = !segmented ? base : absolute ? segmentQuantisers[s] : base + segmentQuantisers[s];
      luma[s] = new int[] {Vp8Tables.firstStep(q + lumaFirst), Vp8Tables.otherStep(q)};
      lumaAverages[s] =
          new int[] {
            2 * Vp8Tables.firstStep(q + averagesFirst),
            Math.max(8, Vp8Tables.otherStep(q + averagesOther) * 155 / 100)
          };
      chroma[s] =
          new int[] {
            Vp8Tables.firstStep(Math.min(q + chromaFirst, CHROMA_FIRST_MOST)),
            Vp8Tables.otherStep(q + chromaOther)
          };
    }
  }

  /// How strongly a macroblock's edges are smoothed, 0 to 63.
  int filterLevel(int segment, boolean smallBlocks) {
    int level = filterLevel;
    if (segmented) {
      level = absolute ? segmentLevels[segment] : level + segmentLevels[segment];
    }
    if (adjusted) {
      level += keyFrameLevel + (smallBlocks ? smallBlocksLevel : 0);
    }
    return Math.clamp(level, 0, 63);
  }
}
