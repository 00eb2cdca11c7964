package io.smolvlm.app.rest.ask;

import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import java.util.ArrayList;
import java.util.List;

/// Messages, and what goes into their picture places, in order.
public record Conversation(List<Message> messages, List<PictureSlot> pictures) {
  public Conversation {
    messages = List.copyOf(messages);
    pictures = List.copyOf(pictures);
  }

  /// One turn of a user: pictures, then the text.
  public static Conversation of(List<PictureSlot> pictures, String text) {
    return new Conversation(List.of(Message.user(pictures.size(), text)), pictures);
  }

  /// The same with a text at the head of its system message.
  public Conversation withSystem(String text) {
    List<Message> all = new ArrayList<>(messages);
    List<ContentPart> head = new ArrayList<>();
    if (!all.isEmpty() && all.getFirst().role().equals("system")) {
      head.add(new ContentPart.Text(text + "\n\n"));
      head.addAll(all.removeFirst().content());
    } else {
      head.add(new ContentPart.Text(text));
    }
    all.addFirst(new Message("system", head));
    return new Conversation(all, pictures);
  }

  /// Characters of all texts.
  public long characters() {
    return messages.stream()
        .flatMap(message -> message.content().stream())
        .mapToLong(part -> part instanceof ContentPart.Text text ? text.text().length() : 0)
        .sum();
  }
}
