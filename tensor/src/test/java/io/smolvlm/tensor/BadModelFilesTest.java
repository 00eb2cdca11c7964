package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every malformed model file: the expected error or an accepted outcome, within its limits of time
/// and of memory allocated on the heap.
class BadModelFilesTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Set<String> KNOWN_KEYS =
      Set.of(
          "id", "target", "file", "gen", "why", "expect", "accept", "limits", "source", "note",
          "checked", "level");

  @TempDir Path scratch;

  static List<BadInputs.Case> safetensors() {
    return BadInputs.cases("model-safetensors");
  }

  static List<BadInputs.Case> gguf() {
    return BadInputs.cases("model-gguf");
  }

  @ParameterizedTest
  @MethodSource({"safetensors", "gguf"})
  void everyCaseEndsAsExpected(BadInputs.Case input) throws IOException {
    Fixtures.requireKnownKeys(input.node(), input.id(), KNOWN_KEYS);
    Path file = input.materialize(scratch);
    long begin = System.nanoTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    Outcome outcome = open(file);
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    long nanos = System.nanoTime() - begin;
    assertTrue(nanos < input.limit().toNanos(), nanos / 1_000_000 + " ms");
    assertTrue(allocated <= input.heapLimitBytes(), allocated + " bytes allocated");
    check(input, outcome);
  }

  private record Outcome(long tensors, String error, String message) {}

  private static Outcome open(Path path) {
    try (TensorFile file = TensorFile.open(path);
        Arena arena = Arena.ofConfined()) {
      for (Tensor tensor : file.tensors().values()) {
        if (tensor.dtype().format().isPresent()) {
          tensor.toMatrix(arena);
        } else {
          tensor.toLongs();
        }
      }
      if (file instanceof Gguf gguf) {
        gguf.metadata().keys().forEach(gguf.metadata()::value);
      }
      return new Outcome(file.tensors().size(), "", "");
    } catch (FormatException e) {
      assertEquals(path.toString(), e.file());
      assertTrue(!e.part().isEmpty() && !e.found().isEmpty() && !e.needed().isEmpty());
      return new Outcome(-1, e.code().label(), e.toString());
    }
  }

  private static void check(BadInputs.Case input, Outcome outcome) {
    // Architecture and tokenizer are judged by the room that knows models.
    if (input.any() || input.node().path("level").asText().equals("model")) {
      return;
    }
    if (!outcome.error.isEmpty()) {
      assertTrue(
          input.errors().contains(outcome.error),
          () -> outcome.error + " (" + outcome.message + ") instead of " + input.errors());
      return;
    }
    if (!input.mayLoad()) {
      fail("loaded, expected " + input.expect());
    }
    input
        .outcomes()
        .filter(accepted -> accepted.path("ok").asBoolean())
        .map(accepted -> accepted.path("tensors"))
        .filter(JsonNode::isNumber)
        .findFirst()
        .ifPresent(tensors -> assertEquals(tensors.longValue(), outcome.tensors));
  }
}
