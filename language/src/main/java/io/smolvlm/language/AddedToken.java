package io.smolvlm.language;

/// A string that stands for one token and is taken out of the text before anything else is done.
///
/// @param id in the vocabulary
/// @param content the string
/// @param special control tokens are left out of shown text
/// @param singleWord only between characters that are not part of a word
/// @param lstrip also takes the white space before it
/// @param rstrip also takes the white space after it
/// @param normalized looked for only where no other added token was found
record AddedToken(
    int id,
    String content,
    boolean special,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized) {
  /// As all of the family's are.
  static AddedToken plain(int id, String content, boolean special) {
    return new AddedToken(id, content, special, false, false, false, false);
  }
}
