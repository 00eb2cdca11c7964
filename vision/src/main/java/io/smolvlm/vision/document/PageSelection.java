package io.smolvlm.vision.document;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which pages of a document are wanted, as people write it: `1,3-4`. Pages come in the order in
/// which they are named; the first is 1.
public final class PageSelection {
  /// Every page.
  public static final PageSelection ALL = new PageSelection(List.of());

  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:-(\\d{1,9}))?");

  private record Range(int from, int to) {}

  /// None means all pages.
  private final List<Range> ranges;

  private PageSelection(List<Range> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for anything but numbers from 1 on and
  ///   ranges of them
  public static PageSelection parse(String text) {
    List<Range> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher range = RANGE.matcher(part.strip());
      if (!range.matches()) {
        throw invalid(part.strip());
      }
      int from = Integer.parseInt(range.group(1));
      int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
      if (from < 1 || to < from) {
        throw invalid(part.strip());
      }
      ranges.add(new Range(from, to));
    }
    return new PageSelection(ranges);
  }

  private static SmolVlmException invalid(String part) {
    return new SmolVlmException(
        ErrorCode.INVALID_VALUE,
        "pages: found '" + part + "', allowed are numbers from 1 on and ranges, as in 1,3-4");
  }

  /// The pages of a document, at least one.
  ///
  /// @param total pages that it has, at least 1
  /// @param name of its file, for messages
  /// @param most pages that may be wanted
  /// @throws TooManyPagesException if more are wanted
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if it has not all of them
  List<Integer> of(int total, String name, int most) {
    List<Range> wanted = ranges.isEmpty() ? List.of(new Range(1, total)) : ranges;
    long count = 0;
    for (Range range : wanted) {
      if (range.to > total) {
        throw new SmolVlmException(
            ErrorCode.INVALID_VALUE,
            name + ": pages: found " + range.to + ", allowed 1 to " + total);
      }
      count += range.to - range.from + 1;
    }
    if (count > most) {
      throw new TooManyPagesException(name, (int) Math.min(count, Integer.MAX_VALUE), most);
    }
    List<Integer> pages = new ArrayList<>();
    for (Range range : wanted) {
      for (int page = range.from; page <= range.to; page++) {
        pages.add(page);
      }
    }
    return pages;
  }
}
