package io.smolvlm.app.rest;

import io.smolvlm.app.rest.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// An answer in pieces: server-sent events, or lines of JSON. Written from one thread, which waits
/// while the client does not read, and gives up on a client that does not read for long.
public final class EventStream {
  private static final int BUFFER = 256 << 10;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Duration patience;

  private EventStream(RoutingContext routing, String contentType, Duration patience) {
    this.request = routing.request();
    this.response = routing.response();
    this.patience = patience;
    response.setStatusCode(200);
    response.setChunked(true);
    response.setWriteQueueMaxSize(BUFFER);
    response.putHeader("Content-Type", contentType);
    response.putHeader("Cache-Control", "no-cache");
    // Proxies must neither collect nor compress what comes token by token.
    response.putHeader("X-Accel-Buffering", "no");
    response.putHeader("Content-Encoding", "identity");
  }

  /// Server-sent events.
  ///
  /// @param patience how long a client may not read
  public static EventStream events(RoutingContext routing, Duration patience) {
    return new EventStream(routing, "text/event-stream; charset=utf-8", patience);
  }

  /// JSON lines.
  public static EventStream lines(RoutingContext routing, Duration patience) {
    return new EventStream(routing, "application/x-ndjson", patience);
  }

  /// A nameless event.
  public void data(Object value) {
    write("data: " + Json.text(value) + "\n\n");
  }

  /// An event with a name.
  public void event(String name, Object value) {
    write("event: " + name + "\ndata: " + Json.text(value) + "\n\n");
  }

  /// A line of JSON.
  public void line(Object value) {
    write(Json.text(value) + "\n");
  }

  /// A sign of life that clients skip.
  public void keepAlive() {
    write(": keep-alive\n\n");
  }

  /// The end that OpenAI's streams have.
  public void done() {
    write("data: [DONE]\n\n");
  }

  private void write(String text) {
    if (response.closed() || response.ended()) {
      throw new Client.Gone();
    }
    response.write(Buffer.buffer(text.getBytes(StandardCharsets.UTF_8)));
    if (response.writeQueueFull()) {
      awaitReader();
    }
  }

  private void awaitReader() {
    var drained = new CompletableFuture<Void>();
    response.drainHandler(ignored -> drained.complete(null));
    if (!response.writeQueueFull()) {
      return;
    }
    try {
      drained.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      abort();
      throw new Client.Gone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abort();
      throw new Client.Gone();
    }
  }

  /// Tells the error, then cuts the connection: some clients take the end of a stream for the end
  /// of an answer, and all of them notice a broken one.
  void fail(Object error) {
    if (response.closed() || response.ended()) {
      return;
    }
    var written =
        response
            .write(Buffer.buffer("data: " + Json.text(error) + "\n\n"))
            .toCompletionStage()
            .toCompletableFuture();
    try {
      written.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // Nobody reads it; the connection is cut all the same.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      abort();
    }
  }

  /// Ends the exchange without the mark of a whole answer.
  private void abort() {
    if (request.version() == HttpVersion.HTTP_2) {
      response.reset();
    } else {
      // A reset would do the same, but tell nobody who waits for the end of this exchange.
      request.connection().close();
    }
  }

  /// Ends the answer as complete.
  void end() {
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }
}
