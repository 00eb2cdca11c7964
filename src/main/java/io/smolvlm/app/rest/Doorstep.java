package io.smolvlm.app.rest;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.smolvlm.app.access.AccessCheck;
import io.smolvlm.app.rest.json.Json;
import io.smolvlm.app.rest.metrics.AnswerMeters;
import io.smolvlm.models.engine.OverloadedException;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Refuses what the [Door] would refuse, in the same words, on connections that had a request
/// before: between the reader of HTTP and the server, so that neither the server nor its router
/// have anything to do with it. Of ten requests nine come here when there is ten times the load
/// that can be served, and whatever runs for them stops a thread of the kernels, for which the
/// others wait.
///
/// Only what is plain is refused here: HTTP/1.1 on a connection that is kept, a short body of known
/// length, a key that is good if there are keys, no other request under way on the connection. All
/// else goes on to the server and finds the door. What goes on is not touched.
///
/// Who is refused here is counted as elsewhere; there is no span of it, and of many within a second
/// one line in the log ([RefusalLog]).
@ApplicationScoped
class Doorstep {
  private static final AttributeKey<Boolean> STANDS =
      AttributeKey.valueOf(Doorstep.class, "stands");

  /// The same for all: only headers tell when to come again.
  private static final byte[] BODY =
      Json.bytes(ErrorBody.of(Refusals.overloaded(Duration.ofSeconds(1))));

  private final ModelHost host;
  private final AccessCheck access;
  private final AnswerMeters meters;
  private final MeterRegistry registry;
  private final RefusalLog log;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  Doorstep(
      ModelHost host,
      AccessCheck access,
      AnswerMeters meters,
      MeterRegistry registry,
      RefusalLog log) {
    this.host = host;
    this.access = access;
    this.meters = meters;
    this.registry = registry;
    this.log = log;
  }

  /// Stands in front of the server on the connection of a request, which must be the first there:
  /// this is called with every request.
  void stand(RoutingContext routing) {
    if (routing.request().connection() instanceof ConnectionBase connection
        && routing.request().version() != io.vertx.core.http.HttpVersion.HTTP_2) {
      Channel channel = connection.channel();
      if (channel.attr(STANDS).setIfAbsent(true) == null) {
        channel
            .pipeline()
            .addBefore(connection.channelHandlerContext().name(), "doorstep", new Step());
      }
    }
  }

  /// Whether a request is one of those that can be refused with its head alone, and be forgotten.
  private static boolean plain(HttpRequest request) {
    HttpHeaders headers = request.headers();
    String connection = headers.get("Connection");
    return request.decoderResult().isSuccess()
        && request.method().equals(HttpMethod.POST)
        && Door.ANSWERED.contains(request.uri())
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && (connection == null || connection.equalsIgnoreCase("keep-alive"))
        && !headers.contains("Transfer-Encoding")
        && !headers.contains("Expect")
        && !headers.contains("Upgrade")
        && UnreadBody.small(headers.get("Content-Length"));
  }

  /// On whose account a request is refused, and why; null when it is not.
  private @Nullable Refused refused(HttpRequest request) {
    if (!plain(request)) {
      return null;
    }
    String caller = access.nameOf(request.headers()::get).orElse(null);
    if (caller == null) {
      return null;
    }
    try {
      OverloadedException why = host.model().model().engine().refusal(caller);
      return why == null ? null : new Refused(caller, Refusals.overloaded(why.retryAfter()));
    } catch (ApiException e) { // no model now: the door finds the words
      return null;
    }
  }

  private record Refused(String caller, ApiException refusal) {}

  private static FullHttpResponse answer(HttpRequest request, ApiException refusal) {
    HttpHeaders headers = HeadersMultiMap.httpHeaders();
    headers.set(RequestId.HEADER, RequestId.accepted(request.headers().get(RequestId.HEADER)));
    EveryAnswer.HEADERS.forEach(headers::set);
    headers.set("Content-Type", ErrorAnswer.JSON);
    ErrorAnswer.headers(refusal).forEach(headers::set);
    headers.set("Content-Length", Integer.toString(BODY.length));
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(refusal.error().status()),
        Unpooled.wrappedBuffer(BODY),
        headers,
        EmptyHttpHeaders.INSTANCE);
  }

  /// Counts as the server's own measurement of requests would have.
  private void count(String path, ApiException refusal, long nanos) {
    meters.rejected();
    timers
        .computeIfAbsent(
            path,
            uri ->
                Timer.builder("http.server.requests")
                    .tags("method", "POST", "outcome", "SERVER_ERROR", "uri", uri)
                    .tag("status", Integer.toString(refusal.error().status()))
                    .register(registry))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /// On one connection; on its event loop.
  private final class Step extends ChannelDuplexHandler {
    /// Requests that went on to the server and have no whole answer yet. The one that this was made
    /// for is the first.
    private int open = 1;

    /// The rest of a request that was refused is still coming.
    private boolean forgetting;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request) {
        // Who does not read what he is told is not told more from here.
        if (open == 0 && context.channel().isWritable() && refuse(context, request)) {
          forget(message);
          return;
        }
        open++;
      } else if (forgetting) {
        forget(message);
        return;
      }
      context.fireChannelRead(message);
    }

    private boolean refuse(ChannelHandlerContext context, HttpRequest request) {
      long begun = System.nanoTime();
      Refused refused = refused(request);
      if (refused == null) {
        return false;
      }
      HttpResponse answer = answer(request, refused.refusal());
      // First, so that who has read the answer finds it counted.
      count(request.uri(), refused.refusal(), System.nanoTime() - begun);
      var _ = context.writeAndFlush(answer);
      log.add(refused.caller(), refused.refusal().error(), context.executor());
      return true;
    }

    private void forget(Object message) {
      forgetting = !(message instanceof LastHttpContent);
      ReferenceCountUtil.release(message);
    }

    /// Hears the ends of the server's answers; what comes before an answer is none.
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      boolean before =
          message instanceof HttpResponse response
              && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      if (message instanceof LastHttpContent && !before) {
        open = Math.max(0, open - 1);
      }
      super.write(context, message, promise);
    }
  }
}
