package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which normalizers and pre-tokenizers of a `tokenizer.json` reach the native library.
///
/// A panic inside the library ends the whole process (tried: `(a+)+$` on forty letters runs into
/// the regular expression engine's retry limit), so only parts go through that cannot run into one:
/// plain ones, and regular expressions that are known or need no backtracking.
final class NativeParts {
  private static final Set<String> NORMALIZERS =
      Set.of("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Prepend", "Sequence");
  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          "ByteLevel",
          "Digits",
          "Punctuation",
          "Whitespace",
          "WhitespaceSplit",
          "Split",
          "Sequence");

  private static final String LETTERS_4 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String REST_4 =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";

  /// Published patterns: GPT-2 with and without its last branch, and the GPT-4 family.
  private static final Set<String> KNOWN =
      Set.of(
          GPT2, GPT2 + "|\\s+", LETTERS_4 + "\\p{N}{1,3}" + REST_4, LETTERS_4 + "\\p{N}" + REST_4);

  private static final Pattern REPEATED = Pattern.compile("(?<!\\\\)[*+]|\\{\\d+,\\d*}");

  private NativeParts() {}

  static void checkNormalizer(String file, @Nullable Object part) {
    check(file, "normalizer", part, NORMALIZERS, "normalizers", 0);
  }

  static void checkPreTokenizer(String file, @Nullable Object part) {
    check(file, "pre_tokenizer", part, PRE_TOKENIZERS, "pretokenizers", 0);
  }

  private static void check(
      String file,
      String name,
      @Nullable Object part,
      Set<String> known,
      String children,
      int depth) {
    if (part == null) {
      return;
    }
    Object type = part instanceof Map<?, ?> map ? map.get("type") : part;
    if (!(part instanceof Map<?, ?> map) || !(type instanceof String kind) || depth > 4) {
      throw new FormatException(ErrorCode.CORRUPT, file, name, "no part with a type", "one");
    }
    if (!known.contains(kind)) {
      throw new FormatException(ErrorCode.UNSUPPORTED, file, name, kind, "one of " + known);
    }
    if (kind.equals("Split")
        && map.get("pattern") instanceof Map<?, ?> pattern
        && pattern.get("Regex") instanceof String regex
        && !harmless(regex)) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED,
          file,
          name,
          "the pattern " + regex,
          "a published one or one that cannot backtrack");
    }
    if (map.get(children) instanceof List<?> list) {
      for (Object child : list) {
        check(file, name, child, known, children, depth + 1);
      }
    }
  }

  /// At most one repetition and no group is matched in linear time.
  private static boolean harmless(String regex) {
    return KNOWN.contains(regex)
        || (regex.length() < 1000
            && regex.indexOf('(') < 0
            && REPEATED.matcher(regex).results().count() <= 1);
  }
}
