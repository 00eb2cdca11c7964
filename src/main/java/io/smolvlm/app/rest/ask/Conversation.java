package io.smolvlm.app.rest.ask;

import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import java.util.ArrayList;
import java.util.Collections;
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

  /// The same with as many places for pictures as there are: one that stands for a document becomes
  /// one a page.
  ///
  /// @param counts pictures of each place, in order
  public List<Message> messages(List<Integer> counts) {
    if (counts.stream().allMatch(count -> count == 1)) {
      return messages;
    }
    var count = counts.iterator();
    List<Message> all = new ArrayList<>();
    for (Message message : messages) {
      List<ContentPart> content = new ArrayList<>();
      for (ContentPart part : message.content()) {
        int times = part instanceof ContentPart.Image ? count.next() : 1;
        content.addAll(Collections.nCopies(times, part));
      }
      all.add(new Message(message.role(), content));
    }
    return all;
  }

  /// Characters of all texts.
  public long characters() {
    return messages.stream()
        .flatMap(message -> message.content().stream())
        .mapToLong(part -> part instanceof ContentPart.Text text ? text.text().length() : 0)
        .sum();
  }
}
