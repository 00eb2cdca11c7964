package io.smolvlm.tensor;

/// What went wrong, as a fixed vocabulary: every refusal of bad input carries exactly one of these.
///
/// The application maps them once to exit statuses and HTTP answers.
public enum ErrorCode {
  /// No content: zero bytes, no pages.
  EMPTY,
  /// Not a format or a variant of it that is read here.
  UNSUPPORTED,
  /// The format's own rules are broken, or the data ends early.
  CORRUPT,
  /// A declared size lies over a cap; refused before the work begins.
  TOO_LARGE,
  /// Work was stopped by a cap on time, memory, count or depth.
  LIMIT,
  /// Needs a password, or the password is wrong.
  ENCRYPTED,
  /// A needed file, tensor or field is absent.
  MISSING,
  /// Two parts contradict each other, or a configuration is absurd.
  MISMATCH,
  /// Asks for something that is never done: leaving the folder, running code.
  UNSAFE,
  /// A parameter of a request lies outside what is allowed.
  INVALID_VALUE,
  /// Prompt and requested tokens do not fit into the model's context.
  CONTEXT_LENGTH,
  /// No model of that name.
  MODEL_NOT_FOUND,
  /// A server elsewhere cannot be reached, gives up, or may not be asked.
  UNREACHABLE,
  /// More work than is taken on at a time, or none is taken on any more; later it may go.
  OVERLOADED,
  /// A fault of ours; the input is not to blame.
  INTERNAL;

  /// The name in answers and manifests: lower case, as in `too_large`.
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
