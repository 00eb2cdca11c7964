package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.vision.ImageLimits;
import java.util.Locale;

/// What a refusal of the picture reader means for a client. The reader's own message stays here.
final class Refusals {
  private Refusals() {}

  static IntakeException of(ErrorCode code, ImageLimits limits) {
    return switch (code) {
      case UNSUPPORTED, ENCRYPTED, UNSAFE -> new IntakeException(Reason.UNSUPPORTED_IMAGE);
      case TOO_LARGE -> tooLarge(limits);
      case LIMIT -> new IntakeException(Reason.LIMIT);
      default -> new IntakeException(Reason.INVALID_IMAGE);
    };
  }

  static IntakeException tooLarge(ImageLimits limits) {
    return new IntakeException(
        Reason.IMAGE_TOO_LARGE,
        String.format(
            Locale.ROOT,
            ": at most %d bytes, %d pixels and %d pixels a side.",
            limits.maxBytes(),
            limits.maxPixels(),
            limits.maxSide()));
  }
}
