package io.smolvlm.language.grammar;

import java.util.List;
import org.junit.jupiter.api.Test;

class StringSchemaTest {
  private static final String SMILE = "\ud83d\ude00";

  @Test
  void stringsAreJsonStrings() {
    new Accepts("{'type':'string'}")
        .yes(
            "''",
            "'a'",
            "'\u00e9" + SMILE + "'",
            "'\\n\\t\\/\\\\'",
            "'\\u00e9'",
            "'\\ud83d\\uDE00'")
        .no("'", "'\n'", "'\\x'", "'\\u12'", "'\\ud83d'", "'\\ude00'", "'\\ud83d\\u0041'", "a")
        .no("'a''", "'\u0001'");
  }

  @Test
  void bytesThatAreNoUtf8NeverCome() {
    var mask = new JsonGrammar(JsonSchema.parse("{\"type\":\"string\"}"), Masks.BYTES).start(100);
    mask.accept('"');
    for (int first : new int[] {0x80, 0xC0, 0xC1, 0xF5, 0xFF, 0xF1}) {
      org.junit.jupiter.api.Assertions.assertFalse(Masks.permits(mask, first), "" + first);
    }
    mask.accept(0xE0);
    org.junit.jupiter.api.Assertions.assertFalse(Masks.permits(mask, 0x9F), "overlong");
    org.junit.jupiter.api.Assertions.assertFalse(Masks.permits(mask, '"'), "half a character");
    org.junit.jupiter.api.Assertions.assertTrue(Masks.permits(mask, 0xA0));
  }

  @Test
  void lengthsCountCodePoints() {
    new Accepts("{'type':'string','minLength':2,'maxLength':3}")
        .yes("'ab'", "'" + SMILE + SMILE + SMILE + "'", "'\\ud83d\\ude00\\n'")
        .no("'a'", "'abcd'", "'" + SMILE + "'", "''");
    new Accepts("{'type':'string','maxLength':0}").yes("''").no("'a'");
    Accepts.refuses("{'type':'string','minLength':3,'maxLength':2}", "no value");
  }

  @Test
  void patternsAreSearchedFor() {
    new Accepts("{'type':'string','pattern':'b+c'}").yes("'abbcd'", "'bc'").no("'b'", "'ac'");
    new Accepts("{'type':'string','pattern':'^a|b$'}").yes("'axx'", "'xxb'").no("'xax'", "'bx'");
    new Accepts("{'type':'string','pattern':'^(a|bc){2,3}$'}")
        .yes("'abc'", "'aaa'")
        .no("'a'", "'aaaa'");
    new Accepts("{'type':'string','pattern':'^[^a-y]?$'}")
        .yes("''", "'z'", "'" + SMILE + "'")
        .no("'b'");
    new Accepts("{'type':'string','pattern':'^[\u00e0-\u00ff]$'}")
        .yes("'\u00e9'")
        .no("'e'", "'\u0101'");
    new Accepts("{'type':'string','pattern':'^\\\\d\\\\w\\\\s$'}").yes("'1a '").no("'aa '");
    new Accepts("{'type':'string','pattern':'^\\\\p{L}+$'}").yes("'\u00e9z'").no("'1'");
    new Accepts("{'type':'string','pattern':'^(a+)+$'}").yes("'aaaa'").no("'aab'");
  }

  @Test
  void charactersThatNeedEscapesAreEscaped() {
    new Accepts("{'type':'string','pattern':'^\\\\n$'}").yes("'\\n'").no("'\n'");
    new Accepts("{'type':'string','pattern':'^[\\\\u0022\\\\\\\\]{2}$'}")
        .yes("'\\\"\\\\'")
        .no("'\\\"'");
    Accepts.refuses("{'type':'string','pattern':'^\\\\u0001$'}", "no value");
  }

  @Test
  void patternAndLengthLeaveAlwaysAnEnd() {
    new Accepts("{'type':'string','pattern':'^(abc)*$','maxLength':7,'minLength':4}")
        .yes("'abcabc'")
        .no("'abc'", "'abcabca'");
    new Accepts("{'type':'string','pattern':'^a*$','minLength':3}").yes("'aaaa'").no("'aa'");
    Accepts.refuses(
        "{'type':'string','pattern':'^(abc)+$','minLength':4,'maxLength':5}", "no value");
  }

  @Test
  void formatsAreNarrow() {
    new Accepts("{'type':'string','format':'date'}").yes("'2026-11-24'").no("'2026-02-30'", "'x'");
    new Accepts("{'type':'string','format':'date-time'}")
        .yes("'2026-11-24T18:00:00Z'")
        .no("'2026-11-24'");
    new Accepts("{'type':'string','format':'email'}").yes("'a.b@example.org'").no("'a@b@c'", "'a'");
    new Accepts("{'type':'string','format':'uuid'}")
        .yes("'01234567-89ab-cdef-0123-456789abcdef'")
        .no("'0'");
    new Accepts("{'type':'string','format':'ipv4'}").yes("'10.0.0.255'").no("'10.0.0.256'");
    new Accepts("{'type':'string','format':'uri'}")
        .yes("'https://example.org/a?b'")
        .no("'example'");
    Accepts.refuses("{'type':'string','format':'idn-email'}", "format");
  }

  @Test
  void patternsThatAreNoneOrTooMuchAreRefused() {
    for (String pattern :
        List.of(
            "(",
            ")",
            "[",
            "[a",
            "a**",
            "*",
            "a{2,1}",
            "a{1000000000}",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "\\\\1",
            "\\\\b",
            "\\\\",
            "[z-a]",
            "\\\\p{Han}",
            "(((a{100}){100}){100})",
            "^(a|b)*a(a|b){14}$")) {
      Accepts.refuses("{'type':'string','pattern':'" + pattern + "'}", "pattern", "#");
    }
  }
}
