package io.smolvlm.app.intake;

import io.smolvlm.app.config.PictureSettings;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.vision.ImageLimits;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;

/// Makes the one intake of the service as its settings say.
@Singleton
final class IntakeProducer {
  @Produces
  @Singleton
  PictureIntake intake(ServiceConfig config) {
    ImageLimits limits = limits(config.pictures());
    return new PictureIntake(limits, new InProcessDecoder(limits), Optional.empty());
  }

  void close(@Disposes PictureIntake intake) {
    intake.close();
  }

  static ImageLimits limits(PictureSettings pictures) {
    ImageLimits usual = ImageLimits.DEFAULT;
    return new ImageLimits(
        Math.toIntExact(pictures.maxBytes().asLongValue()),
        pictures.maxPixels(),
        pictures.maxSide(),
        usual.maxMetadataBytes(),
        usual.maxScans(),
        usual.maxScanPixels());
  }
}
