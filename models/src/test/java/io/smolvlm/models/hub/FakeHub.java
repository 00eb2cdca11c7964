package io.smolvlm.models.hub;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A model hub on this machine: one server for names, which answers small files itself and sends
/// for large ones to a second server, as the real one does with its content network.
final class FakeHub implements AutoCloseable {
  static final String TOKEN = "hf_secretOfTheTest";

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int CHUNK = 16 << 10;

  /// A request as it arrived.
  record Seen(String server, String method, String path, Headers headers) {}

  private record Content(byte[] bytes, boolean large, String sha256, String gitSha1) {
    String etag() {
      return large ? sha256 : gitSha1;
    }
  }

  private static final class Repository {
    volatile String commit;

    /// All that it ever stood at.
    final java.util.Set<String> commits = ConcurrentHashMap.newKeySet();

    final Map<String, Content> files = new TreeMap<>();
    volatile boolean gated;

    Repository(String commit) {
      this.commit = commit;
    }
  }

  private final HttpServer names;
  private final HttpServer contents;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Repository> repositories = new ConcurrentHashMap<>();
  private final Map<String, String> renamed = new ConcurrentHashMap<>();
  private final Map<String, byte[]> byHash = new ConcurrentHashMap<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> nameFailures = new ConcurrentLinkedQueue<>();
  private final AtomicLong sent = new AtomicLong();
  private volatile Duration pause = Duration.ZERO;
  private volatile String validator = "\"content-1\"";

  final List<Seen> seen = new CopyOnWriteArrayList<>();

  FakeHub() throws IOException {
    names = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    contents = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    names.createContext("/", this::name);
    contents.createContext("/", this::content);
    for (HttpServer server : List.of(names, contents)) {
      server.setExecutor(threads);
      server.start();
    }
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + names.getAddress().getPort());
  }

  /// Adds or replaces a file; a repository's commit changes with every file.
  FakeHub file(String id, String path, byte[] bytes) {
    Repository repository = repositories.computeIfAbsent(id, _ -> new Repository("0".repeat(40)));
    boolean large = path.endsWith(".safetensors") || path.endsWith(".gguf");
    var content = new Content(bytes.clone(), large, sha256(bytes), gitSha1(bytes));
    repository.files.put(path, content);
    repository.commit =
        gitSha1((repository.commit + path + content.etag()).getBytes(StandardCharsets.UTF_8));
    repository.commits.add(repository.commit);
    if (large) {
      byHash.put(content.etag(), content.bytes);
    }
    return this;
  }

  FakeHub file(String id, String path, String text) {
    return file(id, path, text.getBytes(StandardCharsets.UTF_8));
  }

  String commit(String id) {
    return java.util.Objects.requireNonNull(repositories.get(id)).commit;
  }

  FakeHub gate(String id) {
    java.util.Objects.requireNonNull(repositories.get(id)).gated = true;
    return this;
  }

  FakeHub rename(String from, String to) {
    renamed.put(from, to);
    return this;
  }

  /// What goes wrong with the next answers of the content server, one each.
  FakeHub then(Fault... next) {
    faults.addAll(List.of(next));
    return this;
  }

  /// Statuses of the next answers to listings.
  FakeHub listingFailsWith(int... statuses) {
    for (int status : statuses) {
      nameFailures.add(status);
    }
    return this;
  }

  /// A pause behind each 16 kB of large files, so that what was sent has arrived.
  FakeHub slowly(Duration each) {
    pause = each;
    return this;
  }

  FakeHub newValidator() {
    validator = "\"content-2\"";
    return this;
  }

  /// Bytes of large files that were sent.
  long sent() {
    return sent.get();
  }

  private void name(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = note("names", exchange);
      String[] parts = path.substring(1).split("/");
      boolean api = parts[0].equals("api") && parts.length > 3;
      String id = api ? parts[2] + "/" + parts[3] : parts[0] + "/" + parts[1];
      Integer failure = api ? nameFailures.poll() : null;
      if (failure != null) {
        end(exchange, failure);
        return;
      }
      if (renamed.containsKey(id)) {
        String to = path.replace("/" + id, "/" + renamed.get(id));
        String query = exchange.getRequestURI().getRawQuery();
        exchange.getResponseHeaders().add("Location", query == null ? to : to + "?" + query);
        end(exchange, 307);
        return;
      }
      Repository repository = repositories.get(id);
      if (repository == null) {
        refuse(exchange, 401, "RepoNotFound", "Repository not found");
        return;
      }
      boolean known =
          ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
      if (repository.gated && !known) {
        refuse(exchange, 401, "GatedRepo", "Access to model " + id + " is restricted.");
        return;
      }
      String revision = api ? parts[5] : parts[3];
      if (!revision.equals("main") && !repository.commits.contains(revision)) {
        refuse(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
        return;
      }
      if (api) {
        api(exchange, id, repository, parts[4]);
      } else {
        resolve(exchange, repository, path.split("/", 6)[5]);
      }
    }
  }

  private static void api(HttpExchange exchange, String id, Repository repository, String what)
      throws IOException {
    Object answer = what.equals("tree") ? tree(repository) : listing(id, repository);
    byte[] bytes = MAPPER.writeValueAsBytes(answer);
    exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static Map<String, Object> listing(String id, Repository repository) {
    var siblings = new ArrayList<Map<String, Object>>();
    repository.files.forEach((path, content) -> {
      var file = new LinkedHashMap<String, Object>();
      file.put("rfilename", path);
      file.put("blobId", content.gitSha1);
      file.put("size", content.bytes.length);
      if (content.large) {
        file.put(
            "lfs",
            Map.of("sha256", content.etag(), "size", content.bytes.length, "pointerSize", 134));
      }
      siblings.add(file);
    });
    var listing = new LinkedHashMap<String, Object>();
    listing.put("id", id);
    listing.put("modelId", id);
    listing.put("private", false);
    listing.put("sha", repository.commit);
    listing.put("siblings", siblings);
    return listing;
  }

  private static List<Map<String, Object>> tree(Repository repository) {
    var tree = new ArrayList<Map<String, Object>>();
    repository.files.forEach((path, content) -> {
      var file = new LinkedHashMap<String, Object>();
      file.put("type", "file");
      file.put("oid", content.gitSha1);
      file.put("size", content.bytes.length);
      file.put("path", path);
      if (content.large) {
        file.put(
            "lfs", Map.of("oid", content.etag(), "size", content.bytes.length, "pointerSize", 134));
      }
      tree.add(file);
    });
    return tree;
  }

  private void resolve(HttpExchange exchange, Repository repository, String path)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.add("X-Repo-Commit", repository.commit);
    Content content = repository.files.get(path);
    if (content == null) {
      refuse(exchange, 404, "EntryNotFound", "Entry not found");
      return;
    }
    if (content.large) {
      headers.add("X-Linked-Etag", "\"" + content.etag() + "\"");
      headers.add("X-Linked-Size", String.valueOf(content.bytes.length));
      headers.add("ETag", "\"" + content.gitSha1 + "x\"");
      headers.add(
          "Location",
          "http://localhost:"
              + contents.getAddress().getPort()
              + "/"
              + content.etag()
              + "?signature=1");
      end(exchange, 302);
      return;
    }
    headers.add("ETag", "\"" + content.etag() + "\"");
    headers.add("Content-Type", "text/plain");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      headers.add("Content-Length", String.valueOf(content.bytes.length));
    }
    exchange.sendResponseHeaders(
        200, head || content.bytes.length == 0 ? -1 : content.bytes.length);
    if (!head) {
      exchange.getResponseBody().write(content.bytes);
    }
  }

  private void content(HttpExchange exchange) throws IOException {
    try (exchange) {
      String hash = note("contents", exchange).substring(1);
      byte[] bytes = java.util.Objects.requireNonNull(byHash.get(hash));
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().add("Content-Length", String.valueOf(bytes.length));
        end(exchange, 200);
        return;
      }
      @Nullable Fault fault = faults.poll();
      switch (fault) {
        case Fault.Status(int code, String after) -> {
          if (!after.isEmpty()) {
            exchange.getResponseHeaders().add("Retry-After", after);
          }
          end(exchange, code);
        }
        case Fault.Page _ -> {
          byte[] page = "<html>Sign in</html>".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
        }
        case Fault.DisguisedPage _ ->
            send(
                exchange,
                "<p>"
                    .repeat(bytes.length)
                    .substring(0, bytes.length)
                    .getBytes(StandardCharsets.UTF_8),
                0,
                false,
                null);
        case Fault.NoRanges _ -> send(exchange, bytes, 0, false, null);
        case Fault.Flipped(int at) -> {
          byte[] other = bytes.clone();
          other[at] ^= 1;
          send(exchange, other, from(exchange), true, null);
        }
        case Fault.BeginningAsRange _ -> lie(exchange, bytes, from(exchange), from(exchange));
        case Fault.OtherRange _ -> lie(exchange, bytes, from(exchange), 0);
        case null, default -> send(exchange, bytes, from(exchange), true, fault);
      }
    }
  }

  /// Sends the file's beginning as the range from `told` on.
  private void lie(HttpExchange exchange, byte[] bytes, int asked, int told) throws IOException {
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes %d-%d/%d".formatted(told, bytes.length - 1, bytes.length));
    exchange.sendResponseHeaders(206, bytes.length - asked);
    exchange.getResponseBody().write(bytes, 0, bytes.length - asked);
    sent.addAndGet(bytes.length - asked);
  }

  private int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    boolean holds = condition == null || condition.equals(validator);
    return range == null || !holds
        ? 0
        : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
  }

  private void send(
      HttpExchange exchange, byte[] bytes, int from, boolean ranges, @Nullable Fault fault)
      throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.add("ETag", validator);
    headers.add("Accept-Ranges", "bytes");
    headers.add("Content-Type", "application/octet-stream");
    boolean part = from > 0 && ranges;
    if (part) {
      headers.add(
          "Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
    }
    exchange.sendResponseHeaders(part ? 206 : 200, bytes.length - from);
    OutputStream out = exchange.getResponseBody();
    long end = fault instanceof Fault.CutAt cut ? Math.max(from, cut.offset()) : bytes.length;
    for (int at = from; at < end; ) {
      if (fault instanceof Fault.Silence silence && at >= silence.offset()) {
        out.flush();
        sleep(silence.length());
        return;
      }
      int n = (int) Math.min(CHUNK, end - at);
      out.write(bytes, at, n);
      at += n;
      sent.addAndGet(n);
      if (!pause.isZero()) {
        out.flush();
        sleep(pause);
      }
    }
  }

  private static void sleep(Duration length) {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String note(String server, HttpExchange exchange) {
    String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
    var headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    seen.add(new Seen(server, exchange.getRequestMethod(), path, headers));
    return path;
  }

  private static void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    exchange.getResponseHeaders().add("X-Error-Code", code);
    exchange.getResponseHeaders().add("X-Error-Message", message);
    end(exchange, status);
  }

  private static void end(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  static String sha256(byte[] bytes) {
    return hash("SHA-256", bytes);
  }

  static String gitSha1(byte[] bytes) {
    byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = java.util.Arrays.copyOf(head, head.length + bytes.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    return hash("SHA-1", all);
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    names.stop(0);
    contents.stop(0);
    threads.shutdownNow();
  }
}
