package io.smolvlm.vision;

import java.util.Arrays;

/// Which frames of a video the model gets to see.
///
/// Source: transformers 5.23.0 `video_processing_smolvlm.py`, `sample_frames`.
///
/// @param framesPerSecond that are wanted
/// @param maxFrames of a video, 1 to 99
public record VideoSampling(double framesPerSecond, int maxFrames) {
  /// As every member that was trained on videos has it.
  public static final VideoSampling DEFAULT = new VideoSampling(1, 64);

  /// What is left out at both ends of long videos.
  private static final int SKIPPED_SECONDS = 1;

  public VideoSampling {
    if (!(framesPerSecond > 0) || maxFrames < 1 || maxFrames > 99) {
      throw new IllegalArgumentException(framesPerSecond + " a second, at most " + maxFrames);
    }
  }

  /// Places of frames, rising.
  ///
  /// @param total frames of the video, at least 1
  /// @param nativeRate its frames per second
  public int[] indices(int total, double nativeRate) {
    double seconds = total / nativeRate;
    int wanted = Math.max(1, (int) Math.min(Math.rint(framesPerSecond * seconds), maxFrames));
    int first = 0;
    int last = total - 1;
    if (seconds - 2 * SKIPPED_SECONDS > maxFrames * framesPerSecond) {
      first = (int) (SKIPPED_SECONDS * nativeRate);
      last = Math.min((int) (total - SKIPPED_SECONDS * nativeRate), total - 1);
    }
    if (first >= last) {
      first = 0;
      last = total - 1;
    }
    int[] places = new int[wanted];
    double step = wanted == 1 ? 0 : (double) (last - first) / (wanted - 1);
    for (int i = 0; i < wanted; i++) {
      places[i] = (int) Math.floor(i * step + first);
    }
    if (wanted > 1) {
      places[wanted - 1] = last;
    }
    return Arrays.stream(places).distinct().toArray();
  }
}
