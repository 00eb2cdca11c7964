package io.smolvlm.language.grammar;

import org.jspecify.annotations.Nullable;

/// Names or items that have been written and may not come again.
///
/// @param text bytes of UTF-8 as Latin-1
record UsedTexts(String text, int count, @Nullable UsedTexts before) {
  static UsedTexts and(@Nullable UsedTexts used, String text) {
    return new UsedTexts(text, size(used) + 1, used);
  }

  static int size(@Nullable UsedTexts used) {
    return used == null ? 0 : used.count;
  }

  static boolean contains(@Nullable UsedTexts used, String text) {
    for (UsedTexts u = used; u != null; u = u.before) {
      if (u.text.equals(text)) {
        return true;
      }
    }
    return false;
  }
}
