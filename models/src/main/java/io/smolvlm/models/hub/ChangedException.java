package io.smolvlm.models.hub;

import java.io.IOException;

/// The hub has other content under this address than its listing told: the listing is read anew.
final class ChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  ChangedException(String message) {
    super(message);
  }
}
