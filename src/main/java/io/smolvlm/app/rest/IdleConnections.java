package io.smolvlm.app.rest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/// Lets connections be idle while an answer is being made.
///
/// The server closes a connection on which nothing was sent or received for
/// `quarkus.http.idle-timeout`, whether or not somebody waits on it: an answer in one piece that
/// takes longer would never arrive. So the watch is taken off a connection with its first open
/// request and put back with the end of its last.
final class IdleConnections {
  /// The name that Vert.x gives to the watch.
  private static final String WATCH = "idle";

  private static final AttributeKey<IdleConnections> KEY =
      AttributeKey.valueOf(IdleConnections.class, "open");

  private final Channel channel;
  private final String server;
  private int open;
  private long readMillis;
  private long writeMillis;
  private long allMillis;
  private boolean taken;

  /// @param server the handler that hears of idleness, and so stands behind the watch
  private IdleConnections(Channel channel, String server) {
    this.channel = channel;
    this.server = server;
  }

  /// Takes the watch off the connection of a request until its answer has ended. To be called on
  /// the connection's event loop.
  static void suspend(RoutingContext routing, Client client) {
    if (!(routing.request().connection() instanceof ConnectionBase connection)) {
      return;
    }
    Channel channel = connection.channel();
    IdleConnections idle = channel.attr(KEY).get();
    if (idle == null) {
      idle = new IdleConnections(channel, connection.channelHandlerContext().name());
      channel.attr(KEY).set(idle);
    }
    IdleConnections known = idle;
    known.begin();
    client.whenGone(() -> channel.eventLoop().execute(known::end));
  }

  private void begin() {
    ChannelPipeline pipeline = channel.pipeline();
    if (open++ == 0 && pipeline.get(WATCH) instanceof IdleStateHandler watch) {
      readMillis = watch.getReaderIdleTimeInMillis();
      writeMillis = watch.getWriterIdleTimeInMillis();
      allMillis = watch.getAllIdleTimeInMillis();
      pipeline.remove(watch);
      taken = true;
    }
  }

  private void end() {
    if (--open == 0 && taken && channel.isActive()) {
      taken = false;
      var watch = new IdleStateHandler(readMillis, writeMillis, allMillis, TimeUnit.MILLISECONDS);
      channel.pipeline().addBefore(server, WATCH, watch);
    }
  }
}
