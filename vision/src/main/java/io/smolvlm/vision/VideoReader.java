package io.smolvlm.vision;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From an animated GIF or WebP to its sampled frames. Every frame is drawn, since each builds on
/// those before it; only the sampled ones are kept.
///
/// Holds no state beyond its settings; usable from several threads.
public final class VideoReader {
  /// Frames times pixels of the canvas that are drawn at most.
  private static final long MAX_DRAWN = 2_000_000_000L;

  private final ImageLimits limits;
  private final VideoSampling sampling;

  public VideoReader() {
    this(ImageLimits.DEFAULT, VideoSampling.DEFAULT);
  }

  public VideoReader(ImageLimits limits, VideoSampling sampling) {
    this.limits = limits;
    this.sampling = sampling;
  }

  public VideoSampling sampling() {
    return sampling;
  }

  /// @param bytes the whole file; not kept
  /// @param name for messages, as the user gave it
  /// @throws SmolVlmException as [ImageReader#read(byte[], String)] does, with
  ///   [ErrorCode#UNSUPPORTED] for everything but animated GIF and WebP
  public Video read(byte[] bytes, String name) {
    PictureFile file = new PictureFile(bytes, name, limits);
    if (bytes.length > limits.maxBytes()) {
      throw file.error(
          ErrorCode.TOO_LARGE, "has more than the allowed " + limits.maxBytes() + " bytes");
    }
    try {
      return sample(file, animation(file));
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw file.error(ErrorCode.LIMIT, "takes more memory than there is", e);
    }
  }

  private static Animation animation(PictureFile file) {
    if (file.has(0, "GIF87a") || file.has(0, "GIF89a")) {
      return new GifAnimation(file);
    }
    if (file.has(0, "RIFF") && file.has(8, "WEBP")) {
      return new WebpAnimation(file);
    }
    throw file.unsupported(
        "is neither an animated GIF nor WebP; of other videos give a folder of frames");
  }

  private Video sample(PictureFile file, Animation animation) {
    long drawn = (long) animation.frames() * animation.width() * animation.height();
    if (drawn > MAX_DRAWN) {
      throw file.error(
          ErrorCode.LIMIT,
          "has %d frames of %d x %d pixels, allowed are %d pixels in all"
              .formatted(animation.frames(), animation.width(), animation.height(), MAX_DRAWN));
    }
    double rate = 1000.0 * animation.frames() / Math.max(1, animation.millis());
    int[] wanted = sampling.indices(animation.frames(), rate);
    List<RgbImage> frames = new ArrayList<>();
    for (int i = 0; frames.size() < wanted.length; i++) {
      byte[] canvas = animation.next();
      if (i == wanted[frames.size()]) {
        frames.add(new RgbImage(animation.width(), animation.height(), canvas.clone()));
      }
    }
    return new Video(frames, Arrays.stream(wanted).boxed().toList(), animation.frames(), rate);
  }
}
