package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void everyKindOfStageIsMeasured() throws IOException {
    Run run =
        Run.of(
            "bench",
            "-m",
            "tiny",
            "--rounds",
            "2",
            "--json",
            "--stages",
            "tile,tile:2,prefill:40,decode:0:2,decode:20:1,first:64x48,single:64x48,again:64x48,"
                + "decode:900000:1");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    JsonNode all = JSON.readTree(run.out());
    assertEquals(
        List.of(
            "tile",
            "tile:2",
            "prefill:40",
            "decode:0:2",
            "decode:20:1",
            "first:64x48",
            "single:64x48",
            "again:64x48"),
        all.get("stages").valueStream().map(s -> s.get("stage").textValue()).toList());
    for (JsonNode stage : all.get("stages")) {
      double least = stage.get("min_ms").doubleValue();
      assertTrue(least > 0 && least <= stage.get("median_ms").doubleValue(), stage.toString());
      assertEquals(2, stage.get("ms").size());
    }
    JsonNode decode = all.get("stages").get(3);
    assertEquals(
        2000 / decode.get("median_ms").doubleValue(), decode.get("tokens_per_s").doubleValue(), 1);
    assertTrue(all.get("peak_memory_bytes").longValue() > 1 << 20);
  }

  @Test
  void stagesAreMeasuredAsTheyAreAskedFor() throws IOException {
    Run run = Run.typed("tile\ndecode:900000:1\n", "bench", "-m", "tiny", "--follow", "--no-cache");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    List<String> lines = run.out().lines().toList();
    assertEquals(2, lines.size());
    JsonNode tile = JSON.readTree(lines.getFirst());
    assertTrue(tile.get("ms").doubleValue() > 0);
    long memory = tile.get("memory_bytes").longValue();
    assertTrue(memory > 1 << 20 && memory <= tile.get("peak_memory_bytes").longValue());
    assertTrue(JSON.readTree(lines.getLast()).path("ms").isMissingNode());
  }

  @Test
  void unknownStagesAreRefused() {
    for (String stage :
        List.of("tiles", "prefill:0", "decode:1", "first:9x", "decode:1:0", "tile:0", "again:9")) {
      Run run = Run.of("bench", "-m", "tiny", "--stages", stage);
      assertEquals(ExitStatus.BAD_INPUT, run.status(), stage);
      assertTrue(run.err().contains(stage), run.err());
    }
    assertEquals(ExitStatus.BAD_INPUT, Run.of("bench", "--rounds", "0").status());
  }
}
