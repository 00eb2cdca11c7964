package io.smolvlm.models;

import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.Video;
import java.util.ArrayList;
import java.util.List;

/// A video in a prompt: how many frames of how long a video, then each frame with its time.
///
/// Source: transformers 5.23.0 `processing_smolvlm.py`, `replace_video_token`; frames are never cut
/// into tiles.
public final class VideoPrompt {
  private static final List<String> SMALL =
      List.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "thirteen",
          "fourteen",
          "fifteen",
          "sixteen",
          "seventeen",
          "eighteen",
          "nineteen");
  private static final List<String> TENS =
      List.of("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");

  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final int DAY = 86400;

  private VideoPrompt() {}

  /// A user's turn about a video, whose frames travel beside it.
  public static Message user(Video video, String text) {
    var parts = new ArrayList<ContentPart>();
    parts.add(
        new ContentPart.Text(
            "You are provided the following series of "
                + words(video.frames().size())
                + " frames from a "
                + length((long) video.seconds())
                + " [H:MM:SS] video.\n"));
    for (int i = 0; i < video.frames().size(); i++) {
      parts.add(new ContentPart.Text("\nFrame from " + time((long) video.second(i)) + ":"));
      parts.add(new ContentPart.Image());
    }
    parts.add(new ContentPart.Text("\n\n" + text));
    return new Message("user", parts);
  }

  /// How frames are resized: to one tile, the long side first.
  public static ImageOptions options(PictureConfig config) {
    return new ImageOptions(ImageOptions.Split.OFF, config.processor().tileSize());
  }

  /// A number below a hundred in English words, as in `twenty-one`.
  static String words(int number) {
    if (number < 0 || number > 99) {
      throw new IllegalArgumentException("no words for " + number);
    }
    if (number < SMALL.size()) {
      return SMALL.get(number);
    }
    String tens = TENS.get(number / 10);
    return number % 10 == 0 ? tens : tens + "-" + SMALL.get(number % 10);
  }

  /// As Python prints a `timedelta`: `0:00:09`, `1 day, 1:01:01`.
  static String length(long seconds) {
    long days = seconds / DAY;
    long rest = seconds % DAY;
    String clock = "%d:%02d:%02d".formatted(rest / HOUR, rest % HOUR / MINUTE, rest % MINUTE);
    return days == 0 ? clock : days + (days == 1 ? " day, " : " days, ") + clock;
  }

  /// Minutes and seconds; minutes go on beyond 59.
  static String time(long seconds) {
    return "%02d:%02d".formatted(seconds / MINUTE, seconds % MINUTE);
  }
}
