package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import io.smolvlm.language.ChatTemplate;
import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every folder of the target `model-dir`: the good ones load whole, the others are refused with
/// the error that the manifest expects or accepts, naming the file, in time.
class BadModelFoldersTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  @TempDir Path scratch;

  static List<BadInputs.Case> cases() {
    return BadInputs.cases("model-dir");
  }

  /// Reads all that a request needs before weights are used.
  private static List<String> load(Path folder, JsonNode node) {
    try (var model = ModelFolder.open(folder)) {
      model.config();
      var written = model.chatTemplate();
      List<String> unused = model.weights().unused();
      if (node.has("probe")) {
        model.tokenizer().encode(node.get("probe").textValue());
      }
      if (node.has("render") && written.isPresent()) {
        render(node, written.get());
      }
      return unused;
    }
  }

  /// Renders the conversation of the case, and refuses what printed something it must not.
  private static void render(JsonNode node, Checkpoint.TemplateText written) {
    var messages = new ArrayList<Message>();
    for (JsonNode message : node.get("render")) {
      var parts = new ArrayList<ContentPart>();
      message
          .get("content")
          .forEach(c -> parts.add(new ContentPart.Text(c.get("text").textValue())));
      messages.add(new Message(message.get("role").textValue(), parts));
    }
    String text = ChatTemplate.of(written.file(), written.text(), Map.of()).render(messages, true);
    boolean harmless = node.get("expect").path("ok").asBoolean();
    assertTrue(harmless || text.isBlank(), () -> node.get("id") + " printed: " + text);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outcomeIsThatOfTheManifest(BadInputs.Case given) throws IOException {
    Path folder = given.materialize(scratch);
    long start = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      List<String> unused = load(folder, given.node());
      assertTrue(given.any() || given.mayLoad(), () -> given + ": loaded");
      var expected = new ArrayList<String>();
      given.expect().path("unused").forEach(name -> expected.add(name.textValue()));
      assertEquals(expected, unused);
    } catch (SmolVlmException e) {
      String message = String.valueOf(e.getMessage());
      if (!given.any() && !given.errors().contains(e.code().label())) {
        fail(given + ": " + e.code() + " " + message, e);
      }
      String file = given.expect().path("names_file").asText("");
      assertTrue(message.contains(file), () -> file + " in: " + message);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated <= given.heapLimitBytes(), () -> given + ": " + allocated + " bytes");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(given.limit()) < 0, () -> given + ": took " + took);
  }

  @Test
  void goodOnesAreThere() {
    assertTrue(cases().stream().anyMatch(c -> c.expect().path("ok").asBoolean()));
  }
}
