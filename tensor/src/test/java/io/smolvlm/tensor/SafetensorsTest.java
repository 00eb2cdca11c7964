package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
  @Test
  void everyTinyCheckpointOpens() {
    for (JsonNode checkpoint : Fixtures.cases("tiny").get("checkpoints")) {
      Path folder = Fixtures.group("tiny").resolve(checkpoint.get("checkpoint").textValue());
      try (TensorFile file = TensorFile.open(folder)) {
        assertTrue(file.tensors().size() > 10, folder.toString());
        file.tensors().forEach((name, tensor) -> assertEquals(name, tensor.name()));
      }
    }
  }

  @Test
  void closingTwiceIsAllowed() {
    TensorFile file = Fixtures.tensors("gguf", "blocks.safetensors");
    file.close();
    file.close();
  }
}
