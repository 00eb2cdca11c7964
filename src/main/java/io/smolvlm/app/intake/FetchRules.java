package io.smolvlm.app.intake;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What may be fetched and how long it may take.
///
/// @param http whether `http` is allowed beside `https`
/// @param ports that may be reached
/// @param allow hosts that may be reached, exact or with a leading dot for all names below; empty
///   for all
/// @param lookup time to look up a name
/// @param connect time to connect, handshake included
/// @param firstByte time from the request to the first byte
/// @param whole time for everything, redirects included
/// @param maxBytes of the answer's body
/// @param redirects that are followed
record FetchRules(
    boolean http,
    Set<Integer> ports,
    List<String> allow,
    Duration lookup,
    Duration connect,
    Duration firstByte,
    Duration whole,
    int maxBytes,
    int redirects) {
  /// Whether the allow list lets a host through.
  ///
  /// @param host in lower case
  boolean allows(String host) {
    if (allow.isEmpty()) {
      return true;
    }
    for (String entry : allow) {
      String rule = entry.strip().toLowerCase(Locale.ROOT);
      if (rule.startsWith(".") ? host.endsWith(rule) : host.equals(rule)) {
        return true;
      }
    }
    return false;
  }
}
