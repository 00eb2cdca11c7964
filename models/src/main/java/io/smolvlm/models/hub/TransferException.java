package io.smolvlm.models.hub;

import java.io.IOException;
import java.time.Duration;

/// A transfer failed for a reason that may pass.
final class TransferException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Duration wait;

  TransferException(String why) {
    this(why, Duration.ZERO);
  }

  /// @param wait what the server asked for; zero if it asked for nothing
  TransferException(String why, Duration wait) {
    super(why);
    this.wait = wait;
  }

  TransferException(String why, IOException cause) {
    super(why, cause);
    this.wait = Duration.ZERO;
  }

  Duration asked() {
    return wait;
  }
}
