package io.smolvlm.language;

/// A piece of a message, in the order in which it stands. Pictures are places only: their pixels
/// travel beside the messages, in the same order.
public sealed interface ContentPart {
  record Text(String text) implements ContentPart {}

  record Image() implements ContentPart {}
}
