package io.smolvlm.app.rest;

import io.smolvlm.app.access.Caller;
import io.smolvlm.models.engine.Engine;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Who waits for an answer, and whether somebody still does: work for a client that has gone is
/// given up at the next step, whatever it is.
///
/// Safe for use by several threads.
public final class Client {
  private static final String KEY = Client.class.getName();

  /// Thrown where work finds that nobody waits for it; no answer is written.
  public static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Gone() {
      super("the client has gone", null, false, false);
    }
  }

  private final String requestId;
  private final RoutingContext routing;
  private final AtomicReference<Engine.@Nullable Place> place = new AtomicReference<>();
  private final List<Runnable> departures = new ArrayList<>();
  private boolean gone;

  private Client(RoutingContext routing) {
    this.requestId = RequestId.of(routing);
    this.routing = routing;
  }

  /// Watches the connection of a request; called once for each, before it is routed.
  static Client watch(RoutingContext routing) {
    Client client = new Client(routing);
    routing.put(KEY, client);
    routing.addEndHandler(end -> client.leave());
    return client;
  }

  /// The client of the request being routed.
  public static Client of(RoutingContext routing) {
    Client client = routing.get(KEY);
    if (client == null) {
      throw new IllegalStateException("a request that nobody watches");
    }
    return client;
  }

  public String requestId() {
    return requestId;
  }

  /// On whose account the request runs: the name of its key.
  public String name() {
    return Caller.of(routing); // known only after the check of keys
  }

  /// A place among those who wait was taken for this request. It is left when the request ends, if
  /// no answer was admitted in it.
  void has(Engine.Place taken) {
    place.set(taken);
    whenGone(taken::close);
  }

  /// The place, for the first answer that is asked for.
  Engine.@Nullable Place usePlace() {
    return place.getAndSet(null);
  }

  /// Runs an action when the answer has ended, at its end or early; at once if it has.
  public void whenGone(Runnable action) {
    synchronized (departures) {
      if (!gone) {
        departures.add(action);
        return;
      }
    }
    action.run();
  }

  /// @throws Gone if nobody waits any more
  public void ensureThere() {
    if (gone()) {
      throw new Gone();
    }
  }

  /// Whether nobody waits any more.
  public boolean gone() {
    synchronized (departures) {
      return gone;
    }
  }

  /// The answer has ended, whatever way; harmless when it is said twice.
  void leave() {
    List<Runnable> actions;
    synchronized (departures) {
      gone = true;
      actions = List.copyOf(departures);
      departures.clear();
    }
    actions.forEach(Runnable::run);
  }
}
