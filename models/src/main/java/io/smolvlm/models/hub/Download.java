package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Brings the content of one file into the cache.
///
/// Bytes are appended to a part of our own and hashed on the way; a cut connection is taken up
/// where it ended, also by the next process. Nothing an answer claims is believed: its status, its
/// range, its lengths and its content type are checked before a byte is kept, and the content gets
/// its name only with the right hash.
final class Download {
  private static final int CHUNK = 1 << 18;
  private static final Duration LOCK_POLL = Duration.ofMillis(100);
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  /// Answers to a range that are not that range, before the whole file is asked for instead.
  private static final int MAX_BAD_RANGES = 2;

  private final HubHttp http;
  private final HubCache cache;
  private final PullPlan plan;
  private final RemoteFile file;
  private final Patience patience;
  private final PullListener listener;
  private final BooleanSupplier cancelled;
  private int badRanges;
  private Optional<String> validator = Optional.empty();

  Download(
      HubHttp http,
      HubCache cache,
      PullPlan plan,
      RemoteFile file,
      Patience patience,
      PullListener listener,
      BooleanSupplier cancelled) {
    this.http = http;
    this.cache = cache;
    this.plan = plan;
    this.file = file;
    this.patience = patience;
    this.listener = listener;
    this.cancelled = cancelled;
  }

  private String id() {
    return plan.reference().id();
  }

  /// @throws ChangedException when the hub has other content by now
  /// @throws SmolVlmException when it is refused, given up, or wrong twice
  void run() throws IOException {
    Path blob = cache.blob(id(), file);
    Files.createDirectories(blob.toAbsolutePath().getParent());
    if (!cache.holds(blob, file)) {
      try (DownloadLock _ = lock()) {
        if (!cache.holds(blob, file)) {
          fetch(blob);
        }
      }
    }
    cache.link(id(), plan.commit(), file);
    listener.received(file, file.bytes());
    listener.finished(file);
  }

  /// Waits for whoever fetches the same content.
  private DownloadLock lock() throws IOException {
    boolean told = false;
    while (true) {
      Optional<DownloadLock> lock = DownloadLock.tryTake(cache.lock(id(), file));
      if (lock.isPresent()) {
        return lock.get();
      }
      if (!told) {
        listener.waiting(file);
        told = true;
      }
      Retries.sleep(LOCK_POLL, cancelled);
    }
  }

  private void fetch(Path blob) throws IOException {
    try (PartFile part = PartFile.claim(blob, file.fileHash(), file.bytes())) {
      var retries =
          new Retries(patience, (why, pause) -> listener.retrying(file, why, pause), cancelled);
      for (boolean again = false; ; again = true) {
        listener.received(file, part.size());
        retries.run(file.path(), part::size, () -> attempt(part));
        if (part.finish()) {
          return;
        }
        if (again) {
          throw new SmolVlmException(
              ErrorCode.CORRUPT,
              id()
                  + ": "
                  + file.path()
                  + ": what "
                  + http.endpoint().getHost()
                  + " sends has another hash than "
                  + file.hash()
                  + ", twice; nothing of it was kept");
        }
        listener.retrying(file, "its hash is wrong, all of it is fetched anew", Duration.ZERO);
      }
    }
  }

  /// One connection.
  private Boolean attempt(PartFile part) throws IOException {
    if (part.left() == 0 && file.bytes() > 0) {
      return true;
    }
    if (badRanges > MAX_BAD_RANGES) {
      part.restart();
    }
    HubHttp.Reply reply = http.get(id(), address(), range(part));
    try (InputStream body = reply.body()) {
      checkContent(reply);
      place(reply, part);
      validator = reply.header("ETag").filter(etag -> !etag.startsWith("W/"));
      receive(body, part);
    }
    return true;
  }

  private URI address() {
    var parts = new ArrayList<String>(List.of(id().split("/", 2)));
    parts.addAll(List.of("resolve", plan.commit()));
    parts.addAll(List.of(file.path().split("/")));
    return http.address(parts.toArray(String[]::new));
  }

  private Map<String, String> range(PartFile part) {
    var headers = new HashMap<String, String>();
    if (part.size() > 0) {
      headers.put("Range", "bytes=" + part.size() + "-");
      validator.ifPresent(etag -> headers.put("If-Range", etag));
    }
    return headers;
  }

  /// The hub says which content it means; other servers' tags say nothing about it.
  private void checkContent(HubHttp.Reply reply) throws IOException {
    String tag =
        reply
            .hub()
            .firstValue("X-Linked-Etag")
            .or(() -> reply.hub().firstValue("ETag"))
            .map(HubHttp.Reply::plain)
            .orElse(file.hash());
    String commit = reply.hub().firstValue("X-Repo-Commit").orElse(plan.commit());
    if (!tag.equals(file.hash()) || !commit.equals(plan.commit())) {
      throw new ChangedException(id() + ": " + file.path() + " has changed meanwhile");
    }
    boolean page = reply.header("Content-Type").orElse("").startsWith("text/html");
    if (page || reply.header("Content-Encoding").filter(e -> !e.equals("identity")).isPresent()) {
      throw new TransferException(reply.at().getHost() + " sent a page in place of the file");
    }
  }

  /// Makes sure that what comes belongs behind what is there.
  private void place(HubHttp.Reply reply, PartFile part) throws IOException {
    switch (reply.status()) {
      case 200 -> {
        if (part.size() > 0) {
          part.restart(); // the server knows no ranges, or has other bytes by now
        }
      }
      case 206 -> {
        Matcher range = RANGE.matcher(reply.header("Content-Range").orElse(""));
        boolean asked =
            range.matches()
                && Long.parseLong(range.group(1)) == part.size()
                && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == file.bytes());
        if (!asked) {
          badRanges++;
          throw new TransferException(
              reply.at().getHost() + " sent another range than the one asked for");
        }
      }
      default -> {
        part.restart();
        throw new TransferException(reply.at().getHost() + " has fewer bytes than the hub told");
      }
    }
    long announced = reply.headers().firstValueAsLong("Content-Length").orElse(part.left());
    if (announced != part.left()) {
      throw new TransferException(
          "%s announced %d bytes, needed %d"
              .formatted(reply.at().getHost(), announced, part.left()));
    }
  }

  private void receive(InputStream body, PartFile part) throws IOException {
    byte[] chunk = new byte[CHUNK];
    try (StallGuard guard = new StallGuard(body, patience.stall())) {
      while (part.left() > 0) {
        int n = read(body, chunk, (int) Math.min(chunk.length, part.left()), guard);
        if (n < 0) {
          throw new TransferException(
              "the connection ended after %d of %d bytes".formatted(part.size(), file.bytes()));
        }
        guard.heard();
        part.append(chunk, n);
        listener.received(file, part.size());
        if (cancelled.getAsBoolean()) {
          throw new java.util.concurrent.CancellationException("another file of the pull failed");
        }
      }
    }
  }

  private int read(InputStream body, byte[] chunk, int most, StallGuard guard)
      throws TransferException {
    try {
      return body.read(chunk, 0, most);
    } catch (IOException e) {
      throw guard.stalled()
          ? new TransferException("no byte for " + patience.stall().toSeconds() + " s", e)
          : new TransferException("the connection was cut", e);
    }
  }
}
