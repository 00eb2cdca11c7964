package io.smolvlm.tensor;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Both parsers of weights let nothing but [SmolVlmException] escape.
class ModelFilesFuzzTest {
  @Test
  void safetensorsRefusesCleanly() throws IOException, InterruptedException {
    run(SafetensorsFuzzTarget.class, "safetensors");
  }

  @Test
  void ggufRefusesCleanly() throws IOException, InterruptedException {
    run(GgufFuzzTarget.class, "gguf");
  }

  private static void run(Class<?> target, String corpus) throws IOException, InterruptedException {
    Path folder =
        Fixtures.projectRoot().resolve("tensor/src/test/resources/io/smolvlm/tensor/corpus");
    Fuzz.Result result = Fuzz.run(target, folder.resolve(corpus), Fuzz.seconds());
    System.getLogger(ModelFilesFuzzTest.class.getName())
        .log(System.Logger.Level.INFO, "{0}: {1}", target.getSimpleName(), result);
  }
}
