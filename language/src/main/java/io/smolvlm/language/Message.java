package io.smolvlm.language;

import java.util.List;

/// One turn of a conversation.
///
/// @param role `system`, `user`, `assistant` or `tool`
/// @param content text and picture places in order
public record Message(String role, List<ContentPart> content) {
  public Message {
    content = List.copyOf(content);
  }

  public static Message text(String role, String text) {
    return new Message(role, List.of(new ContentPart.Text(text)));
  }

  /// A user's turn: the pictures first, then the text, which is the order the models were trained
  /// on.
  public static Message user(int images, String text) {
    var parts = new java.util.ArrayList<ContentPart>();
    for (int i = 0; i < images; i++) {
      parts.add(new ContentPart.Image());
    }
    parts.add(new ContentPart.Text(text));
    return new Message("user", parts);
  }

  /// How many pictures this turn holds a place for.
  public int images() {
    return (int) content.stream().filter(ContentPart.Image.class::isInstance).count();
  }
}
