package io.smolvlm.app.intake;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An address of a picture, parsed once: what was checked here is what is looked up, connected to
/// and asked for.
///
/// Only `https://host[:port]/path?query` and the same with `http`, of the characters of RFC 3986.
/// There is no second way to read what passes: no user, no backslash, no blank or control
/// character, encoded ones included.
///
/// @param secure whether the scheme is `https`
/// @param host a name in lower case, or a literal address; in brackets if IPv6
/// @param literal the address, if the host is one
/// @param port the one to connect to
/// @param target path and query as they stand in the request line
record PictureUrl(
    boolean secure, String host, @Nullable InetAddress literal, int port, String target) {
  private static final int MAX_LENGTH = 2048;

  /// @return null for everything that is not such an address
  static @Nullable PictureUrl parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return null;
    }
    boolean secure = text.regionMatches(true, 0, "https://", 0, 8);
    if (!secure && !text.regionMatches(true, 0, "http://", 0, 7)) {
      return null;
    }
    int from = secure ? 8 : 7;
    int end = endOfAuthority(text, from);
    String target = target(text.substring(end));
    return target == null ? null : of(secure, text.substring(from, end), target);
  }

  private static int endOfAuthority(String text, int from) {
    int end = from;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private static @Nullable PictureUrl of(boolean secure, String authority, String target) {
    int bracket = authority.lastIndexOf(']');
    int colon = authority.indexOf(':', bracket + 1);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? secure ? 443 : 80 : port(authority.substring(colon + 1));
    if (port < 1) {
      return null;
    }
    try {
      if (host.startsWith("[") && host.endsWith("]")) {
        byte[] address = HostNames.ipv6(host.substring(1, host.length() - 1));
        return address.length == 0
            ? null
            : new PictureUrl(
                secure,
                host.toLowerCase(Locale.ROOT),
                InetAddress.getByAddress(address),
                port,
                target);
      }
      byte[] address = HostNames.dottedQuad(host);
      if (address.length > 0) {
        return new PictureUrl(secure, host, InetAddress.getByAddress(address), port, target);
      }
    } catch (UnknownHostException e) {
      return null; // only for a wrong count of bytes
    }
    String name = HostNames.name(host);
    return name == null ? null : new PictureUrl(secure, name, null, port, target);
  }

  private static int port(String text) {
    boolean digits =
        !text.isEmpty()
            && text.length() <= 5
            && !text.startsWith("0")
            && text.chars().allMatch(HostNames::isDigit);
    int port = digits ? Integer.parseInt(text) : 0;
    return port <= 65535 ? port : 0;
  }

  /// Path and query without the fragment, or null if a character may not stand there.
  private static @Nullable String target(String rest) {
    int fragment = rest.indexOf('#');
    if (!allLegal(rest)) {
      return null;
    }
    String target = fragment < 0 ? rest : rest.substring(0, fragment);
    return target.startsWith("/") ? target : "/" + target;
  }

  private static boolean allLegal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int value = i + 2 < text.length() ? hex(text, i + 1) : -1;
        if (value < 0x20 || value == 0x7f) {
          return false;
        }
      } else if (!isLetterOrDigit(c) && "-._~:/?#@!$&'()*+,;=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return HostNames.within(c, 'a', 'z') || HostNames.within(c, 'A', 'Z') || HostNames.isDigit(c);
  }

  private static int hex(String text, int at) {
    int high = Character.digit(text.charAt(at), 16);
    int low = Character.digit(text.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /// Where an answer's `Location` leads to, seen from here.
  ///
  /// @return null for everything that is no address as above
  @Nullable PictureUrl redirected(String location) {
    if (location.startsWith("//")) {
      return parse(scheme() + ":" + location);
    }
    if (hasScheme(location)) {
      return parse(location);
    }
    String path = target.indexOf('?') < 0 ? target : target.substring(0, target.indexOf('?'));
    String whole =
        location.startsWith("/")
            ? location
            : location.startsWith("?")
                ? path + location
                : path.substring(0, path.lastIndexOf('/') + 1) + location;
    String next = whole.length() > MAX_LENGTH ? null : target(whole);
    return next == null ? null : new PictureUrl(secure, host, literal, port, next);
  }

  private static boolean hasScheme(String location) {
    int colon = location.indexOf(':');
    return colon >= 0 && location.substring(0, colon).chars().noneMatch(c -> "/?#".indexOf(c) >= 0);
  }

  String scheme() {
    return secure ? "https" : "http";
  }

  /// The value of the `Host` header.
  String hostHeader() {
    return port == (secure ? 443 : 80) ? host : host + ":" + port;
  }
}
