package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.Precision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadedModelTest {
  /// A first chunk of 256 tokens takes more than a minute on a busy machine or with a large model;
  /// the service's bound on a step ended such answers.
  @Test
  void stepsOfTheCommandLineAreWaitedForHoweverLongTheyTake() {
    LoadOptions options = LoadedModel.loadOptions(Precision.INT8);
    assertEquals(Precision.INT8, options.precision());
    assertTrue(options.engine().patience().compareTo(Duration.ofDays(1)) > 0);
  }
}
