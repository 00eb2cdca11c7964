package io.smolvlm.vision.document;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// More pages of a document are wanted than are drawn of one file.
public final class TooManyPagesException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  private final int pages;

  /// @param name of the file, as the user gave it
  /// @param pages wanted
  TooManyPagesException(String name, int pages, int allowed) {
    super(
        ErrorCode.LIMIT,
        "%s: pages: found %d, allowed %d at a time; choose some, as in 1,3-4"
            .formatted(name, pages, allowed));
    this.pages = pages;
  }

  /// How many were wanted.
  public int pages() {
    return pages;
  }
}
