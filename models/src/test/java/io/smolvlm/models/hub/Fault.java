package io.smolvlm.models.hub;

import java.time.Duration;

/// What goes wrong with one answer of the content server.
sealed interface Fault {
  /// The connection ends when so many bytes of the file have been sent, counted from its beginning.
  record CutAt(long offset) implements Fault {}

  /// Another status, with a `Retry-After` unless that is empty.
  record Status(int code, String retryAfter) implements Fault {}

  /// Status 206 and the range that was asked for, but the file's beginning as its bytes.
  record BeginningAsRange() implements Fault {}

  /// Status 206 with another range than was asked for.
  record OtherRange() implements Fault {}

  /// One bit of the file is another one.
  record Flipped(int at) implements Fault {}

  /// A sign-in page, with status 200.
  record Page() implements Fault {}

  /// The same, by a server that says the file's own length and type.
  record DisguisedPage() implements Fault {}

  /// The range is ignored: status 200 and the whole file.
  record NoRanges() implements Fault {}

  /// Some bytes, then silence.
  record Silence(long offset, Duration length) implements Fault {}
}
