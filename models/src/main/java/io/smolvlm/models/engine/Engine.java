package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Stands between all callers and the networks of one model: requests in, events out, bounded,
/// fair, cancellable, the same answers whatever runs beside them.
///
/// ## Threads
///
/// | thread | does | never |
/// |---|---|---|
/// | a caller's | prepares requests, [#submit], reads its [TokenStream] | touches networks or caches |
/// | `smolvlm-engine` | every tile, prefill chunk, decode step, choice of a token | waits for a caller |
/// | the kernels' team | shares of one step's maths | knows requests |
/// | `smolvlm-watchdog` | tells callers when a step does not end | touches networks or caches |
///
/// The engine's thread starts with the first request and sleeps when there is none. It alone owns
/// what runs; callers and it meet in the queue, the streams and this class's lock, which is never
/// held while something is computed.
///
/// ## Order of steps
///
/// Between any two steps: what was cancelled or is late ends; then requests are begun, in their
/// turn, while answers and KV memory of what runs leave room. Then one step is made, either for a
/// newcomer (one tile, or a prefill chunk of at most 256 rows) or one decode step of all running
/// answers together. While answers run, newcomers get half the time: after an advance that took 200
/// ms, decode steps follow for 200 ms. So a stream pauses for one tile or chunk at most, and a
/// newcomer is begun within twice the time it would take alone. Of several newcomers the one with
/// the least left goes first, every fourth time the oldest.
///
/// ## Fairness and bounds
///
/// Waiting requests of different clients take turns by tokens ([RequestQueue]). The queue holds so
/// many requests or so much estimated work ([EngineOptions]; estimates are means of what was
/// measured lately, [Rates]), whichever is reached first; then [#submit] refuses at once and says
/// when to come again. A client with nothing waiting still finds one of a few places more. Memory
/// of KV caches is counted by what a request can need at most, prompt and most tokens, so that what
/// has begun is never evicted; memory itself is taken block by block as sequences grow. A request
/// ends by its deadline, with what it has; it is not begun when its first token could not come in
/// time.
///
/// ## Determinism
///
/// What a request computes depends on its prompt, parameters and seed: tiles are encoded alone,
/// chunks are cut from the prompt's beginning, and a row of a decode step has the same bits
/// whatever rows are beside it. The order of steps depends on the clock; no answer depends on the
/// order.
///
/// ## Failures
///
/// Whatever goes wrong in one request, memory running out included, ends that request with
/// [GenerationEvent.Failed]; others go on. The log gets kind and place, never content. A step that
/// does not end cannot be stopped, but whoever runs or waits is told after a certain patience, and
/// nothing is taken on until it has ended ([Watchdog]). If the engine's thread itself ends by an
/// error, everything that runs and waits fails and the engine is closed.
public final class Engine implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Engine.class.getName());

  private final Networks networks;
  private final EngineOptions options;
  private final LongSupplier nanos;
  private final RequestQueue queue;
  private final Rates rates = new Rates();
  private final Listeners listeners = new Listeners();
  private final Scheduler scheduler;
  private final Watchdog watchdog;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition idle = lock.newCondition();
  private final Lately lately;
  private final ArrayDeque<Task> tasks = new ArrayDeque<>();
  private @Nullable Thread thread;
  private int unfinished;
  private boolean draining;
  private boolean closed;

  /// @param networks stay the caller's, who closes them after this
  public Engine(Networks networks, EngineOptions options) {
    this(networks, options, System::nanoTime);
  }

  /// @param nanos the clock of deadlines and estimates
  Engine(Networks networks, EngineOptions options, LongSupplier nanos) {
    this.networks = networks;
    this.options = options;
    this.nanos = nanos;
    this.queue = new RequestQueue(options.queueRequests());
    this.lately = new Lately();
    this.scheduler =
        new Scheduler(networks, options, nanos, queue, rates, listeners, this::oneEnded);
    this.watchdog = new Watchdog(options.patience(), nanos, this::stalled);
  }

  Networks networks() {
    return networks;
  }

  /// A place in the queue, taken for a request that is still being prepared.
  ///
  /// Safe for use by several threads.
  public final class Place implements AutoCloseable {
    private final String client;
    private boolean held = true;

    private Place(String client) {
      this.client = client;
      queue.takePlace(client);
    }

    /// Leaves the place; harmless when it was left or used already.
    @Override
    public void close() {
      lock.lock();
      try {
        if (held) {
          held = false;
          queue.leavePlace(client);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /// Takes a place for a request to come, so that who would be refused is told before anybody reads
  /// pictures for it: under ten times the load that can be served, preparing what is then refused
  /// left a fifth of the answers.
  ///
  /// @return to be handed to [#submit(PreparedRequest, Admission, Place)], or closed
  /// @throws OverloadedException as [#submit] does, of what can be known before
  /// @throws IllegalStateException when the engine is closed
  public Place enter(String client) {
    return refusalTold(() -> {
      ensureOpen();
      refuseFull(client);
      return new Place(client);
    });
  }

  /// What [#enter] would say to this client now; null when it would not refuse for want of room.
  /// Listeners are told of a refusal.
  public @Nullable OverloadedException refusal(String client) {
    try {
      return refusalTold(() -> {
        refuseFull(client);
        return null;
      });
    } catch (OverloadedException e) {
      return e;
    }
  }

  /// Takes a request on in a place that was taken for it, which is left whatever comes of it.
  ///
  /// @throws OverloadedException likewise the others, as [#submit(PreparedRequest, Admission)]
  public TokenStream submit(PreparedRequest prepared, Admission admission, Place place) {
    lock.lock();
    try {
      place.close();
      return submit(prepared, admission);
    } finally {
      lock.unlock();
    }
  }

  /// Takes a request on. Returns at once; the stream tells the rest.
  ///
  /// @throws OverloadedException when too much is waiting, what is waiting will take longer than
  ///   the deadline, or the engine is draining
  /// @throws SmolVlmException with [ErrorCode#LIMIT] when the request may need more memory than
  ///   there is for all
  /// @throws IllegalStateException when the engine is closed
  public TokenStream submit(PreparedRequest prepared, Admission admission) {
    refuseTooLarge(prepared);
    return refusalTold(() -> {
      ensureOpen();
      refuseOverload(prepared, admission);
      long now = nanos.getAsLong();
      var stream = new TokenStream(nanos);
      queue.add(
          new Submission(
              prepared, admission.client(), stream, now, now + admission.deadline().toNanos()));
      unfinished++;
      wake();
      return stream;
    });
  }

  /// Admits something under the lock; listeners hear of a refusal outside of it.
  private <T extends @Nullable Object> T refusalTold(Supplier<T> admission) {
    try {
      lock.lock();
      try {
        return admission.get();
      } finally {
        lock.unlock();
      }
    } catch (OverloadedException e) {
      listeners.tell(l -> l.refused(e));
      throw e;
    }
  }

  private void refuseTooLarge(PreparedRequest prepared) {
    long positions = scheduler.budget() / Scheduler.bytes(networks, 1);
    if (prepared.cost() > positions) {
      throw new SmolVlmException(
          ErrorCode.LIMIT,
          "n: found %d answers of up to %d tokens with their prompt, %d in all, allowed %d"
              .formatted(
                  prepared.parameters().choices(),
                  prepared.positions(),
                  prepared.cost(),
                  positions));
    }
  }

  private void refuseFull(String client) {
    if (draining) {
      throw shutDown();
    }
    if (watchdog.stalled()) {
      throw doesNotGetOn();
    }
    if (!queue.hasPlace(client)) {
      throw overloaded(
          queue.size() + " requests are waiting", lately.millis() + scheduler.restMillis());
    }
  }

  private double waitingMillis() {
    double sum = 0;
    for (Submission s : queue.all()) {
      sum += rates.whole(s.prepared());
    }
    return sum;
  }

  /// The work that waits, as it was a moment ago: in a flood each of hundreds of refusals a second
  /// would go through the whole queue for a figure that is told in whole seconds. Under the lock.
  private final class Lately {
    private static final long NANOS = 100_000_000;

    private double millis;
    private long at = nanos.getAsLong() - NANOS;

    double millis() {
      long now = nanos.getAsLong();
      if (now - at >= NANOS) {
        at = now;
        millis = waitingMillis();
      }
      return millis;
    }
  }

  private void refuseOverload(PreparedRequest prepared, Admission admission) {
    String client = admission.client();
    refuseFull(client);
    double waiting = waitingMillis();
    double running = scheduler.restMillis();
    boolean waits = queue.waits(client);
    double most = options.queueWork().toMillis() * (waits ? 1.0 : 1.125);
    if (waiting > 0 && waiting + rates.whole(prepared) > most) {
      throw overloaded("too much work is waiting", waiting + running);
    }
    double before = running + (waits ? waiting : 0);
    double own = rates.first(prepared.tiles(), prepared.prompt().length());
    if (before + own > admission.deadline().toMillis()) {
      throw overloaded("what is waiting will take longer than the deadline", before);
    }
  }

  private static OverloadedException overloaded(String why, double waitMillis) {
    long seconds = Math.clamp((long) Math.ceil(waitMillis / 1000), 1, 10);
    return new OverloadedException(why, Duration.ofSeconds(seconds));
  }

  private static OverloadedException shutDown() {
    return new OverloadedException("the service is being shut down", Duration.ofSeconds(10));
  }

  private static OverloadedException doesNotGetOn() {
    return new OverloadedException("the engine does not get on", Duration.ofSeconds(10));
  }

  /// Tells all who run and wait; on the watchdog's thread. What runs is let go of when its step has
  /// ended.
  private void stalled() {
    for (Submission s : queue.remove(_ -> true)) {
      s.stream().fail(doesNotGetOn());
      oneEnded();
    }
    scheduler.submissions().forEach(s -> s.stream().fail(doesNotGetOn()));
  }

  /// Runs something on the engine's thread, alone with the networks, and waits for its end. Not to
  /// be called on that thread.
  ///
  /// @throws RuntimeException what it threw
  /// @throws IllegalStateException when the engine is closed
  public void run(Runnable task) {
    var done = new CompletableFuture<@Nullable Void>();
    lock.lock();
    try {
      ensureOpen();
      tasks.add(new Task(task, done));
      wake();
    } finally {
      lock.unlock();
    }
    try {
      done.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  private void ensureOpen() {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
  }

  private void wake() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("smolvlm-engine").start(this::loop);
    }
    work.signalAll();
  }

  private void oneEnded() {
    lock.lock();
    try {
      unfinished--;
      if (unfinished == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// How much there is to do now.
  public EngineStatus status() {
    lock.lock();
    try {
      int waiting = queue.size();
      return new EngineStatus(
          Math.max(0, unfinished - waiting),
          waiting,
          scheduler.keyValueBytes(),
          scheduler.budget(),
          scheduler.images(),
          scheduler.prefixes(),
          watchdog.stalled(),
          draining || closed);
    } finally {
      lock.unlock();
    }
  }

  /// Tells a listener from now on.
  public void addListener(EngineListener listener) {
    listeners.add(listener);
  }

  /// Takes nothing on any more; what has been taken on is answered. There is no way back.
  public void drain() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nothing runs and nothing waits.
  ///
  /// @return whether it came to that in this time
  public boolean awaitIdle(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (unfinished > 0) {
        if (left <= 0) {
          return false;
        }
        left = idle.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private record Task(Runnable work, CompletableFuture<@Nullable Void> done) {
    void run() {
      try {
        work.run();
        done.complete(null);
      } catch (RuntimeException | Error e) {
        done.completeExceptionally(e);
      }
    }
  }

  private void loop() {
    try {
      serve();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the engine''s thread ends: {0}", Faults.described(e));
      endWith(e);
    }
  }

  /// The thread ends by what it could not handle: nobody waits for it any more, and nothing is
  /// taken on.
  private void endWith(Throwable failure) {
    lock.lock();
    try {
      closed = true;
      tasks.forEach(task -> task.done().completeExceptionally(failure));
      tasks.clear();
      unfinished = 0;
      idle.signalAll();
    } finally {
      lock.unlock();
    }
    queue.remove(_ -> true).forEach(s -> s.stream().fail(Faults.told(failure)));
    scheduler.submissions().forEach(s -> s.stream().fail(Faults.told(failure)));
  }

  private void serve() {
    while (runTasks()) {
      watchdog.begins();
      try {
        scheduler.step();
      } catch (RuntimeException | Error e) {
        LOG.log(Level.ERROR, "the engine failed: {0}", Faults.described(e));
        scheduler.failRunning(e);
      } finally {
        watchdog.ends();
      }
    }
    scheduler.abort(shutDown());
  }

  /// Waits for something to do.
  ///
  /// @return false once the engine is closed
  private boolean runTasks() {
    Task task = null;
    lock.lock();
    try {
      while (unfinished == 0 && tasks.isEmpty() && !closed) {
        work.awaitUninterruptibly();
      }
      task = tasks.poll();
      if (task == null && closed) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    if (task != null) {
      task.run();
    }
    return true;
  }

  /// Ends all answers with [GenerationEvent.Failed] and the thread. May be called twice.
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closed = true;
      running = thread;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    watchdog.close();
    boolean interrupted = false;
    while (running != null && running.isAlive()) {
      try {
        running.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      scheduler.close();
    } finally {
      lock.unlock();
    }
  }
}
