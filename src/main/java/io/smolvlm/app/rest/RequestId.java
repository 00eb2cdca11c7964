package io.smolvlm.app.rest;

import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The name of a request in answers and logs: the client's own where it is plain, else one of ours.
public final class RequestId {
  /// The header that carries it, both ways.
  public static final String HEADER = "X-Request-Id";

  private static final String KEY = RequestId.class.getName();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private RequestId() {}

  /// The id of the request being routed.
  public static String of(RoutingContext routing) {
    String known = routing.get(KEY);
    if (known != null) {
      return known;
    }
    String id = accepted(routing.request().getHeader(HEADER));
    routing.put(KEY, id);
    return id;
  }

  private static String accepted(@Nullable String given) {
    return given != null && given.matches("[A-Za-z0-9._:-]{1,128}") ? given : fresh("req_");
  }

  /// A name that cannot be guessed: a prefix and 24 characters.
  public static String fresh(String prefix) {
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < 24; i++) {
      id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
