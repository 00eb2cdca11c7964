package io.smolvlm.app.cli;

import io.smolvlm.tensor.SmolVlmException;

/// A model was refused for a reason that lies in no single file of it.
final class BadModelException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  BadModelException(SmolVlmException cause) {
    super(cause.code(), String.valueOf(cause.getMessage()), cause);
  }
}
