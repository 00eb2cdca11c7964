package io.smolvlm.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void littleWorkIsLeftToTheScalarKernels() {
    try (var warmUp = new WarmUp(1000)) {
      warmUp.count(1000);
      assertInstanceOf(ScalarKernels.class, warmUp.kernels());
    }
  }

  @Test
  void moreWorkGoesToTheVectorKernelsOnceTheyAreCompiled() {
    try (var warmUp = new WarmUp(1000)) {
      warmUp.count(1000);
      warmUp.count(1);
      Assertions.assertTimeout(
          Duration.ofSeconds(70),
          () -> {
            while (warmUp.kernels() instanceof ScalarKernels) {
              Thread.sleep(5);
            }
          });
      assertInstanceOf(VectorKernels.class, warmUp.kernels());
    }
  }
}
