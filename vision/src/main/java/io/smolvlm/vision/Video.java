package io.smolvlm.vision;

import java.util.List;

/// Sampled frames of a video.
///
/// @param frames at least one, in order
/// @param indices each frame's place among all
/// @param total frames of the whole video
/// @param framesPerSecond of the whole video
public record Video(
    List<RgbImage> frames, List<Integer> indices, int total, double framesPerSecond) {
  public Video {
    frames = List.copyOf(frames);
    indices = List.copyOf(indices);
    if (frames.isEmpty() || frames.size() != indices.size() || !(framesPerSecond > 0)) {
      throw new IllegalArgumentException(frames.size() + " frames at " + indices);
    }
  }

  /// Its length.
  public double seconds() {
    return total / framesPerSecond;
  }

  /// When a frame is shown.
  public double second(int frame) {
    return indices.get(frame) / framesPerSecond;
  }
}
