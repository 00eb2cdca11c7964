package io.smolvlm.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/// A server-sent event stream, read more strictly than the standard asks: events are nothing but an
/// optional `event:` line and one `data:` line, comments stand alone, lines end in a line feed, an
/// empty line ends each, and nothing is left over.
record EventStream(List<Event> events, int comments) {
  record Event(String name, String data) {}

  static EventStream parse(String body) {
    assertFalse(body.contains("\r"), "lines end in a line feed");
    assertTrue(body.endsWith("\n\n"), "the last event is complete");
    var events = new ArrayList<Event>();
    int comments = 0;
    for (String block : body.substring(0, body.length() - 2).split("\n\n", -1)) {
      if (block.startsWith(":")) {
        assertFalse(block.contains("\n"), "a comment is one line: " + block);
        comments++;
        continue;
      }
      String name = "";
      String rest = block;
      if (rest.startsWith("event: ")) {
        int end = rest.indexOf('\n');
        assertTrue(end > 0, "an event has data: " + block);
        name = rest.substring("event: ".length(), end);
        rest = rest.substring(end + 1);
      }
      assertTrue(rest.startsWith("data: "), "unknown line in " + block);
      assertEquals(-1, rest.indexOf('\n'), "data is one line: " + block);
      events.add(new Event(name, rest.substring("data: ".length())));
    }
    return new EventStream(List.copyOf(events), comments);
  }
}
