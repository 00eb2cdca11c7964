package io.smolvlm.language.template;

import io.smolvlm.tensor.ErrorCode;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Functions that the reference gives to chat templates. Public and static because the engine calls
/// them by reflection.
public final class Functions {
  private Functions() {}

  /// The template refuses the conversation.
  public static Object raiseException(Object message) {
    throw Run.stop(
        ErrorCode.UNSUPPORTED, "a conversation that the template refuses", "its: " + message);
  }

  /// Python's `range`, refused above the bound instead of cut off.
  public static List<Long> range(Object first, Object... others) {
    long start = others.length > 0 ? whole(first) : 0;
    long end = whole(others.length > 0 ? others[0] : first);
    long step = others.length > 1 ? whole(others[1]) : 1;
    if (step == 0) {
      throw Run.stop(ErrorCode.CORRUPT, "a range of step 0", "another step");
    }
    List<Long> values = new ArrayList<>();
    for (long i = start; step > 0 ? i < end : i > end; i += step) {
      if (values.size() >= TemplateEngine.MAX_ELEMENTS) {
        throw Run.stop(ErrorCode.LIMIT, "a longer range", "at most " + TemplateEngine.MAX_ELEMENTS);
      }
      values.add(i);
      if (Run.CURRENT.isBound()) {
        Run.CURRENT.get().step(1);
      }
    }
    return values;
  }

  private static long whole(Object value) {
    if (!(value instanceof Number number)) {
      throw Run.stop(ErrorCode.CORRUPT, "a range of no number", "a number");
    }
    return Math.clamp(number.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /// The time now as C's `strftime` writes it in English.
  public static String strftimeNow(String format) {
    ZonedDateTime now = ZonedDateTime.now(Run.CURRENT.get().clock());
    var out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      out.append(field(now, format.charAt(++i)));
    }
    return out.toString();
  }

  private static String field(ZonedDateTime now, char field) {
    return switch (field) {
      case 'Y' -> Integer.toString(now.getYear());
      case 'y' -> two(now.getYear() % 100);
      case 'm' -> two(now.getMonthValue());
      case 'd' -> two(now.getDayOfMonth());
      case 'H' -> two(now.getHour());
      case 'I' -> two((now.getHour() + 11) % 12 + 1);
      case 'M' -> two(now.getMinute());
      case 'S' -> two(now.getSecond());
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'j' -> String.format(Locale.ROOT, "%03d", now.getDayOfYear());
      case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case '%' -> "%";
      default -> throw Run.stop(ErrorCode.UNSUPPORTED, "the time field %" + field, "another");
    };
  }

  private static String two(int value) {
    return String.format(Locale.ROOT, "%02d", value);
  }
}
