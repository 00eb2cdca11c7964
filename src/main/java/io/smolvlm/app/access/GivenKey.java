package io.smolvlm.app.access;

import io.vertx.core.MultiMap;
import java.util.Optional;

/// Finds the key in the headers of a request: `Authorization: Bearer`, or `api-key` or `X-Api-Key`
/// as some clients send it. Never in the address, which ends up in logs.
final class GivenKey {
  private static final String BEARER = "Bearer ";

  private GivenKey() {}

  static Optional<String> in(MultiMap headers) {
    String authorization = headers.get("Authorization");
    if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(authorization.substring(BEARER.length()).strip());
    }
    String azure = headers.get("api-key");
    return Optional.ofNullable(azure != null ? azure : headers.get("X-Api-Key")).map(String::strip);
  }
}
