package io.smolvlm.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.Fixtures;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Positions of the patches of partial tiles, for every tile size and every number of valid
/// patches.
class PositionsParityTest {
  @Test
  void bucketsOfPartialTilesAreTheReferences() {
    JsonNode file = Fixtures.json(Fixtures.group("tiny").resolve("positions.json"));
    Fixtures.requireKnownKeys(
        file, "positions", Set.of("about", "differs_from_floor_i_n_over_m", "table"));
    int checked = 0;
    for (Map.Entry<String, JsonNode> size : file.get("table").properties()) {
      int across = Integer.parseInt(size.getKey());
      for (int valid = 1; valid <= size.getValue().size(); valid++) {
        JsonNode buckets = size.getValue().get(valid - 1);
        for (int i = 0; i < buckets.size(); i++) {
          assertEquals(
              buckets.get(i).asInt(),
              PatchEmbedding.bucket(i, valid, across),
              "row " + i + " of " + valid + " valid in " + across);
          checked++;
        }
      }
    }
    assertTrue(checked > 1000, "only " + checked);
  }
}
