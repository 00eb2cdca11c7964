package io.smolvlm.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Pictures named by an address in a request. Only addresses of the public internet are ever
/// reached, whatever is set here.
public interface FetchSettings {
  /// Whether pictures are fetched at all. Off, a request with an address is answered 400.
  @WithDefault("false")
  boolean enabled();

  /// Hosts that may be reached: exact names (`pictures.example.org`) or, with a leading dot, all
  /// names below one (`.example.org`). Without it all public hosts.
  Optional<List<String>> allow();

  /// Whether `http` is allowed beside `https`.
  @WithDefault("false")
  boolean http();

  /// Ports that may be reached; without it 443, and 80 if `http` is allowed.
  @Allowed(from = "1", to = "65535")
  Optional<List<Integer>> ports();

  /// Most redirects that are followed, each checked as the address itself was.
  @WithDefault("3")
  @Allowed(from = "0", to = "10")
  int redirects();

  /// Most fetches at a time, of all requests together.
  @WithDefault("32")
  @Allowed(from = "1", to = "1024")
  int atATime();

  /// Most pictures of one request that are fetched or decoded at a time.
  @WithDefault("4")
  @Allowed(from = "1", to = "64")
  int perRequest();

  /// Time to look up a host's addresses.
  @WithDefault("2s")
  @Allowed(from = "10ms", to = "1m")
  Duration lookup();

  /// Time to connect, the handshake of TLS included.
  @WithDefault("3s")
  @Allowed(from = "10ms", to = "1m")
  Duration connect();

  /// Time from the request to the first byte of the answer.
  @WithDefault("5s")
  @Allowed(from = "10ms", to = "5m")
  Duration firstByte();

  /// Time for a picture as a whole, redirects included.
  @WithDefault("10s")
  @Allowed(from = "10ms", to = "10m")
  Duration whole();
}
