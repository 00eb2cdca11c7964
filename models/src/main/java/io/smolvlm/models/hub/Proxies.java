package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not. `NO_PROXY` is a
/// list of hosts: each stands for itself and all below it, with a port for that port alone; `*`
/// stands for every host. Without any of them the JVM's own settings count.
final class Proxies extends ProxySelector {
  private static final int USUAL_PORT = 80;

  private final Optional<Proxy> http;
  private final Optional<Proxy> https;
  private final List<String> exceptions;

  private Proxies(Optional<Proxy> http, Optional<Proxy> https, List<String> exceptions) {
    this.http = http;
    this.https = https;
    this.exceptions = exceptions;
  }

  static ProxySelector of(UnaryOperator<@Nullable String> environment) {
    Optional<Proxy> all = proxy(environment, "ALL_PROXY");
    Optional<Proxy> http = proxy(environment, "HTTP_PROXY").or(() -> all);
    Optional<Proxy> https = proxy(environment, "HTTPS_PROXY").or(() -> all);
    if (http.isEmpty() && https.isEmpty()) {
      return Objects.requireNonNullElseGet(
          ProxySelector.getDefault(), () -> new Proxies(http, https, List.of()));
    }
    List<String> exceptions =
        Arrays.stream(text(environment, "NO_PROXY").orElse("").split("[,\\s]+"))
            .map(host -> host.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
            .filter(host -> !host.isEmpty())
            .toList();
    return new Proxies(http, https, exceptions);
  }

  private static Optional<String> text(UnaryOperator<@Nullable String> environment, String name) {
    return Optional.ofNullable(environment.apply(name.toLowerCase(Locale.ROOT)))
        .or(() -> Optional.ofNullable(environment.apply(name)))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<Proxy> proxy(UnaryOperator<@Nullable String> environment, String name) {
    return text(environment, name)
        .map(value -> {
          try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() == null || !"http".equals(uri.getScheme())) {
              throw new IllegalArgumentException("not HTTP");
            }
            int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
            return new Proxy(
                Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
          } catch (IllegalArgumentException e) {
            // The value may hold a password and is not shown.
            throw new SmolVlmException(
                ErrorCode.INVALID_VALUE, name + ": needed an HTTP proxy as in http://host:3128", e);
          }
        });
  }

  @Override
  public List<Proxy> select(URI uri) {
    Optional<Proxy> chosen = "https".equals(uri.getScheme()) ? https : http;
    return List.of(chosen.filter(_ -> !excepted(uri)).orElse(Proxy.NO_PROXY));
  }

  private boolean excepted(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
    int port = uri.getPort() < 0 ? ("https".equals(uri.getScheme()) ? 443 : 80) : uri.getPort();
    for (String exception : exceptions) {
      if (exception.equals("*")) {
        return true;
      }
      for (String name : List.of(host, host + ":" + port)) {
        if (name.equals(exception) || name.endsWith("." + exception)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request itself fails and is told.
  }
}
