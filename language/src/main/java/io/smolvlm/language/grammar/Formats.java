package io.smolvlm.language.grammar;

import java.util.Map;
import java.util.Optional;

/// Patterns of `format`. Each is narrower than the format: every text of it is valid, common ones
/// are among them. Years have no 29th of February, addresses of version 6 no abbreviation, times no
/// offset of -00:00, which some validators refuse.
final class Formats {
  private static final String DATE =
      "\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))";
  private static final String TIME =
      "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?"
          + "(?:Z|\\+(?:0\\d|1[0-3]):[0-5]\\d|-(?:0[1-9]|1[0-2]):[0-5]\\d)";
  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?";
  private static final String HOST = LABEL + "(?:\\." + LABEL + ")*";
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

  private static final Map<String, String> PATTERNS =
      Map.of(
          "date",
          DATE,
          "time",
          TIME,
          "date-time",
          DATE + "T" + TIME,
          "uuid",
          "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
          "email",
          "[A-Za-z0-9_+-]{1,30}(?:\\.[A-Za-z0-9_+-]{1,30})?@"
              + "[A-Za-z0-9]{1,30}(?:\\.[A-Za-z]{2,10}){1,2}",
          "hostname",
          HOST,
          "ipv4",
          BYTE + "(?:\\." + BYTE + "){3}",
          "ipv6",
          "[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}",
          "uri",
          "https?://" + HOST + "(?::[1-9]\\d{0,3})?(?:/[A-Za-z0-9._~=&?-]*)*",
          "duration",
          "P(?:\\d{1,4}[YMWD]|T\\d{1,4}[HMS]|\\d{1,4}DT\\d{1,2}H)");

  private Formats() {}

  static Optional<String> pattern(String format) {
    return Optional.ofNullable(PATTERNS.get(format)).map(p -> "^(?:" + p + ")$");
  }
}
