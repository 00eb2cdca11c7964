package io.smolvlm.app.rest;

import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of a request in answers and logs: the client's own where it is plain, else one of ours.
public final class RequestId {
  /// The header that carries it, both ways.
  public static final String HEADER = "X-Request-Id";

  private static final String KEY = RequestId.class.getName();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 24;

  /// Bytes below this give each letter equally often.
  private static final int FAIR = 256 / ALPHABET.length() * ALPHABET.length();

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

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

  /// The id of a request that gave this one.
  static String accepted(@Nullable String given) {
    return given != null && PLAIN.matcher(given).matches() ? given : fresh("req_");
  }

  /// A name that cannot be guessed: a prefix and 24 characters.
  public static String fresh(String prefix) {
    StringBuilder id = new StringBuilder(prefix.length() + LENGTH).append(prefix);
    byte[] drawn = new byte[LENGTH + LENGTH / 3]; // mostly enough in one draw
    while (id.length() < prefix.length() + LENGTH) {
      RANDOM.nextBytes(drawn);
      for (int i = 0; i < drawn.length && id.length() < prefix.length() + LENGTH; i++) {
        int value = drawn[i] & 0xff;
        if (value < FAIR) {
          id.append(ALPHABET.charAt(value % ALPHABET.length()));
        }
      }
    }
    return id.toString();
  }
}
