package io.smolvlm.app.cli;

import io.smolvlm.models.VideoPrompt;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.Video;
import io.smolvlm.vision.VideoReader;
import io.smolvlm.vision.VideoSampling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A video in place of pictures.
final class VideoOptions {
  private static final List<String> ENDINGS =
      List.of(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif");

  @Option(
      names = "--video",
      paramLabel = "VIDEO",
      description =
          "An animated GIF or WebP, or a folder of frames, taken in the order of their names. The"
              + " model sees one frame a second, at most 64, each with its time.")
  @Nullable Path video;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames per second of a folder of frames; default: 24.")
  double framesPerSecond = 24;

  boolean given() {
    return video != null;
  }

  /// @throws SmolVlmException naming the file that cannot be read, or what is missing
  Video read(Pictures pictures) {
    if (video == null) {
      throw new IllegalStateException("no video was given");
    }
    if (!(framesPerSecond > 0) || framesPerSecond > 1000) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "fps: found " + framesPerSecond + ", allowed above 0 to 1000");
    }
    return Files.isDirectory(video) ? folder(video, pictures) : file(video);
  }

  private static Video file(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(ImageLimits.DEFAULT.maxBytes() + 1);
      return new VideoReader().read(bytes, file.toString());
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.MISSING,
          file + (Files.exists(file) ? ": cannot be read" : ": no such file"),
          e);
    }
  }

  /// Only the frames that are sampled are read.
  private Video folder(Path folder, Pictures pictures) {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(VideoOptions::isPicture).sorted().toList();
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, folder + ": cannot be read", e);
    }
    if (files.isEmpty()) {
      throw new SmolVlmException(
          ErrorCode.EMPTY, folder + ": holds no frames, files ending in " + ENDINGS);
    }
    int[] wanted = VideoSampling.DEFAULT.indices(files.size(), framesPerSecond);
    var frames = new ArrayList<RgbImage>();
    for (int index : wanted) {
      frames.add(pictures.read(files.get(index).toString()));
    }
    return new Video(frames, Arrays.stream(wanted).boxed().toList(), files.size(), framesPerSecond);
  }

  private static boolean isPicture(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
  }

  /// The request about a video.
  static GenerationRequest request(
      Video video, String text, AnswerOptions answer, LoadedModel loaded) {
    return answer
        .request(List.of(VideoPrompt.user(video, text)), video.frames())
        .withImageOptions(loaded.videoOptions());
  }
}
