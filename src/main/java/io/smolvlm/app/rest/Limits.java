package io.smolvlm.app.rest;

/// Caps on what a request may hold; the documents of the API state them.
public final class Limits {
  /// Bytes of a request's body.
  public static final long BODY = 32L << 20;

  private Limits() {}

  /// The refusal of a longer body.
  public static ApiException tooLarge() {
    return new ApiException(
        ApiError.REQUEST_TOO_LARGE,
        null,
        "The body of a request may hold " + BODY + " bytes; this one is longer.");
  }
}
