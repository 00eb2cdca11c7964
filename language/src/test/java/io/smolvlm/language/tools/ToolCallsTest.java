package io.smolvlm.language.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smolvlm.language.tools.ToolCalls.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ToolCallsTest {
  /// Content as one text between calls `name(arguments)`.
  private static String read(String... pushes) {
    var reader = new ToolCalls();
    List<Piece> pieces = new ArrayList<>();
    for (String text : pushes) {
      pieces.addAll(reader.push(text));
    }
    pieces.addAll(reader.finish());
    var out = new StringBuilder();
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Content content -> out.append(content.text());
        case Piece.Call call ->
            out.append('#')
                .append(call.index())
                .append(call.call().name())
                .append('(')
                .append(call.call().arguments())
                .append(')');
      }
    }
    return out.toString();
  }

  private static final String TWO =
      "Hello <tool_call>[\n{\"name\": \"f\", \"arguments\": {\"a\": \"}]\\\"\"}},\n"
          + "{\"arguments\": {}, \"name\": \"g-1\"}\n]</tool_call> bye";

  private static final String TWO_READ = "Hello #0f({\"a\": \"}]\\\"\"})#1g-1({}) bye";

  @Test
  void callsAreTakenOutOfTheText() {
    assertEquals(TWO_READ, read(TWO));
    assertEquals("#0f({})", read("<tool_call>{\"name\": \"f\"}</tool_call>"));
    assertEquals("", read("<tool_call>[]</tool_call>"));
    assertEquals("", read("<tool_call>[ \n ]</tool_call>"));
  }

  @Test
  void cutsInTheTextChangeNothing() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      List<String> pushes = new ArrayList<>();
      for (int at = 0; at < TWO.length(); ) {
        int end = Math.min(TWO.length(), at + 1 + random.nextInt(9));
        pushes.add(TWO.substring(at, end));
        at = end;
      }
      assertEquals(TWO_READ, read(pushes.toArray(String[]::new)));
    }
  }

  @Test
  void contentIsNotHeldBackForLong() {
    var reader = new ToolCalls();
    assertEquals(List.of(new Piece.Content("a < b ")), reader.push("a < b "));
    assertEquals(List.of(), reader.push("<tool"));
    assertEquals(List.of(new Piece.Content("<tools>")), reader.push("s>"));
  }

  @Test
  void aCallIsGivenOutAtItsClosingBrace() {
    var reader = new ToolCalls();
    assertEquals(List.of(), reader.push("<tool_call>[{\"name\": \"f\", \"arguments\": {\"x\": 1}"));
    assertEquals(List.of(new Piece.Call(0, new ToolCall("f", "{\"x\": 1}"))), reader.push("}"));
  }

  @Test
  void whatBreaksTheFormIsContent() {
    for (String text :
        List.of(
            "<tool_call>no list</tool_call>",
            "<tool_call>[{\"nam\": 1}]</tool_call>",
            "<tool_call>[{\"name\": \"f\", \"arguments\": [1]}]</tool_call>",
            "<tool_call>[{\"name\": \"f\", \"arguments\": {\"a\": nope}}]</tool_call>",
            "<tool_call>[{\"name\": \"f\", \"argu",
            "<tool_call>[",
            "<tool_call",
            "a <tool_call><tool_call")) {
      assertEquals(text, read(text));
      assertEquals(text, read(text.split("")));
    }
  }

  @Test
  void callsBeforeABreakStay() {
    assertEquals(
        "#0f({})nonsense]</tool_call>",
        read("<tool_call>[{\"name\": \"f\", \"arguments\": {}}nonsense]</tool_call>"));
    assertEquals("#0f({})", read("<tool_call>[{\"name\": \"f\", \"arguments\": {}}"));
  }
}
