package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.intake.IntakeException.Reason;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The intake as the service has it: with processes that it starts itself, whatever class loader it
/// runs in.
@QuarkusTest
class IsolatedIntakeTest {
  @Inject PictureIntake intake;

  @Test
  void picturesAreDecodedElsewhere() throws Exception {
    Path scene = Path.of(System.getProperty("smolvlm.root"), "samples/images/scene.png");
    Picture picture = intake.read(new PictureSource.Bytes(Files.readAllBytes(scene)));
    assertTrue(picture.image().width() > 100);
    boolean child =
        ProcessHandle.current()
            .children()
            .anyMatch(p -> p.info().command().orElse("").endsWith("java"));
    assertTrue(child, "no process of ours decodes");
    assertEquals(
        Reason.BLOCKED_URL,
        assertThrows(
                IntakeException.class,
                () -> intake.read(PictureSource.of("https://pictures.example.org/x.png")))
            .reason());
  }
}
