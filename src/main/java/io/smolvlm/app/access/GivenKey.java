package io.smolvlm.app.access;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the key in the headers of a request: `Authorization: Bearer`, or `api-key` or `X-Api-Key`
/// as some clients send it. Never in the address, which ends up in logs.
final class GivenKey {
  private static final String BEARER = "Bearer ";

  private GivenKey() {}

  /// @param headers gives the value of a header, or null
  static Optional<String> in(Function<String, @Nullable String> headers) {
    String authorization = headers.apply("Authorization");
    if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(authorization.substring(BEARER.length()).strip());
    }
    String azure = headers.apply("api-key");
    return Optional.ofNullable(azure != null ? azure : headers.apply("X-Api-Key"))
        .map(String::strip);
  }
}
