package io.smolvlm.app.access;

import io.vertx.ext.web.RoutingContext;

/// Who calls, for fair queues and for the log.
public final class Caller {
  /// Everybody, where no keys are configured.
  public static final String ANYBODY = "anybody";

  private static final String KEY = Caller.class.getName();

  private Caller() {}

  /// The name of the key that a request came with, or [#ANYBODY].
  public static String of(RoutingContext routing) {
    String name = routing.get(KEY);
    return name == null ? ANYBODY : name;
  }

  static void set(RoutingContext routing, String name) {
    routing.put(KEY, name);
  }
}
