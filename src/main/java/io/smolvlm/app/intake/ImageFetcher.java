package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;

/// Fetches a picture from an address.
interface ImageFetcher {
  /// @throws IntakeException with [Reason#BLOCKED_URL], [Reason#FETCH_FAILED] or
  ///   [Reason#IMAGE_TOO_LARGE]
  byte[] fetch(String url);
}
