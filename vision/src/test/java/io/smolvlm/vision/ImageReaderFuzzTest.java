package io.smolvlm.vision;

import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.Fuzz;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Reading pictures lets nothing but `SmolVlmException` escape; the malformed pictures of the
/// reference are what it starts from.
class ImageReaderFuzzTest {
  @Test
  void refusesCleanly() throws IOException, InterruptedException {
    Fuzz.Result result =
        Fuzz.run(ImageReaderFuzzTarget.class, BadInputs.root().resolve("image"), Fuzz.seconds());
    System.getLogger(ImageReaderFuzzTest.class.getName())
        .log(System.Logger.Level.INFO, "pictures: {0}", result);
  }
}
