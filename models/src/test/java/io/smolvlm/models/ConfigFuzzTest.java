package io.smolvlm.models;

import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.Fuzz;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The configuration's files let nothing but a SmolVlmException escape.
class ConfigFuzzTest {
  @Test
  void configurationRefusesCleanly() throws IOException, InterruptedException {
    Path corpus =
        Fixtures.projectRoot().resolve("models/src/test/resources/io/smolvlm/models/corpus/config");
    Fuzz.Result result = Fuzz.run(ConfigFuzzTarget.class, corpus, Fuzz.seconds());
    System.getLogger(ConfigFuzzTest.class.getName())
        .log(System.Logger.Level.INFO, "configuration: {0}", result);
  }
}
