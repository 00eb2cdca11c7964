package io.smolvlm.app.cli;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How much of a picture the model gets to see.
final class PictureOptions {
  @Option(
      names = "--split",
      negatable = true,
      description =
          "Cut pictures into tiles, or (--no-split) take each as one; default: as the model says.")
  @Nullable Boolean split;

  @Option(
      names = "--longest-edge",
      paramLabel = "PIXELS",
      description = "Resize pictures to this long side before cutting; a multiple of the tile.")
  @Nullable Integer longestEdge;

  @Option(
      names = "--enlarge",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Enlarge small pictures to the long side, or (--no-enlarge) only to the tiles that hold"
              + " them: fewer tiles, sooner answers; default: enlarge, as the reference does.")
  boolean enlarge = true;

  ImageOptions options() {
    if (longestEdge != null && longestEdge < 1) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "longest edge: found " + longestEdge + ", allowed 1 or more");
    }
    ImageOptions.Split choice =
        split == null
            ? ImageOptions.Split.MODEL
            : split ? ImageOptions.Split.ON : ImageOptions.Split.OFF;
    return new ImageOptions(choice, longestEdge == null ? 0 : longestEdge, enlarge);
  }
}
