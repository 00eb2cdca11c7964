package io.smolvlm.app.intake;

/// What a request gave as a picture; nothing of it has been looked at yet.
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, not compared
public sealed interface PictureSource {
  /// A file, as uploaded.
  record Bytes(byte[] content) implements PictureSource {}

  /// A `data:` URI with base64.
  record DataUri(String text) implements PictureSource {}

  /// Anything else: an address, whatever its scheme.
  record Url(String text) implements PictureSource {}

  /// A document as a `data:` URI with base64: a picture for each of its pages.
  record Document(String text) implements PictureSource {}

  /// Sorts the text of an `image_url` by its scheme.
  static PictureSource of(String imageUrl) {
    return imageUrl.regionMatches(true, 0, "data:", 0, 5)
        ? new DataUri(imageUrl)
        : new Url(imageUrl);
  }
}
