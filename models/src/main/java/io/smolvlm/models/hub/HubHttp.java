package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/// GET requests to the hub and to where it sends us. Redirects are followed here, one by one: the
/// token goes to the endpoint's own scheme, host and port only, and nothing leads from HTTPS to
/// HTTP.
final class HubHttp implements AutoCloseable {
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504, 520, 524);
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HubSettings settings;
  private final Duration answerTime;
  private final HttpClient client;

  /// @param answerTime how long the first byte of an answer may take
  HubHttp(HubSettings settings, Duration answerTime) {
    this.settings = settings;
    this.answerTime = answerTime;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // one connection a file, and no upgrade
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .proxy(settings.proxies())
            .build();
  }

  /// An answer; its body must be closed.
  ///
  /// @param hub headers of the last answer that came from the hub itself
  /// @param at where the answer came from
  record Reply(int status, HttpHeaders headers, HttpHeaders hub, InputStream body, URI at) {
    Optional<String> header(String name) {
      return headers.firstValue(name);
    }

    /// A quoted or weak validator without its decoration.
    static String plain(String etag) {
      return etag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
    }
  }

  /// An address below the endpoint, its parts encoded.
  URI address(String... parts) {
    String path =
        Arrays.stream(parts)
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    return URI.create(settings.endpoint() + "/" + path);
  }

  URI endpoint() {
    return settings.endpoint();
  }

  /// Asks, follows redirects, and hands out answers of success.
  ///
  /// @param id the repository, for messages
  /// @throws TransferException for what may pass
  /// @throws SmolVlmException for a refusal
  Reply get(String id, URI address, Map<String, String> headers) throws IOException {
    URI at = address;
    HttpHeaders hub = HttpHeaders.of(Map.of(), (_, _) -> true);
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      HttpResponse<InputStream> response = send(at, headers);
      boolean ofHub = isHub(at);
      hub = ofHub ? response.headers() : hub;
      int status = response.statusCode();
      if (status == 200 || status == 206 || status == 416) {
        return new Reply(status, response.headers(), hub, response.body(), at);
      }
      response.body().close();
      if (!REDIRECTS.contains(status)) {
        throw failure(id, at, response.statusCode(), response.headers(), ofHub);
      }
      at = next(at, response.headers());
    }
    throw new TransferException(at.getHost() + " sends from one address to the next without end");
  }

  private HttpResponse<InputStream> send(URI at, Map<String, String> headers) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .timeout(answerTime)
            .header("User-Agent", "smolvlm-java")
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    if (isHub(at)) {
      settings.token().bearer().ifPresent(value -> request.header("Authorization", value));
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new TransferException(at.getHost() + " cannot be reached (" + why + ")", e);
    }
  }

  private boolean isHub(URI at) {
    URI endpoint = settings.endpoint();
    return endpoint.getScheme().equals(at.getScheme())
        && endpoint.getHost().equalsIgnoreCase(at.getHost())
        && endpoint.getPort() == at.getPort();
  }

  private static URI next(URI from, HttpHeaders headers) throws TransferException {
    String location = headers.firstValue("Location").orElse("");
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new TransferException(from.getHost() + " sends to an address that is none");
    }
    boolean web = "https".equals(to.getScheme()) || from.getScheme().equals(to.getScheme());
    if (location.isEmpty() || !web || to.getHost() == null) {
      throw new SmolVlmException(
          ErrorCode.UNSAFE, from.getHost() + ": sends to an address that is not followed");
    }
    return to;
  }

  private IOException failure(String id, URI at, int status, HttpHeaders headers, boolean ofHub) {
    String answered = at.getHost() + " answered " + status;
    // Signed addresses run out; the hub gives a new one.
    if (PASSING.contains(status) || !ofHub) {
      return new TransferException(answered, retryAfter(headers));
    }
    throw Refusal.of(id, status, headers, settings);
  }

  private static Duration retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), until);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
