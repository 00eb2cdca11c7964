package io.smolvlm.models.engine;

import io.smolvlm.language.KvCache;
import io.smolvlm.models.engine.GenerationResult.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Decides what the engine's thread does next, and does it; [Engine] says how. Only that thread
/// calls it, but for what is marked at its end.
final class Scheduler implements AutoCloseable {
  /// Every so many advances go to the newcomer that has waited longest; the others to the one
  /// nearest its first token.
  private static final int OLDEST_EVERY = 4;

  private final Networks networks;
  private final EngineOptions options;
  private final LongSupplier nanos;
  private final RequestQueue queue;
  private final Rates rates;
  private final Listeners listeners;
  private final Runnable onEnd;
  private final DecodeStep step;
  private final ContentCaches caches;
  private final long bytesPerPosition;
  private final long budget;

  /// In the order in which they began.
  private final List<Running> running = new ArrayList<>();

  /// Milliseconds of decode steps that answers are owed for advances of newcomers.
  private double owed;

  private int advances;
  private int turn;
  private volatile List<Submission> submissions = List.of();
  private volatile long keyValueBytes;
  private volatile double restMillis;

  /// @param onEnd called for each request that has ended, in whatever way
  Scheduler(
      Networks networks,
      EngineOptions options,
      LongSupplier nanos,
      RequestQueue queue,
      Rates rates,
      Listeners listeners,
      Runnable onEnd) {
    this.networks = networks;
    this.options = options;
    this.nanos = nanos;
    this.queue = queue;
    this.rates = rates;
    this.listeners = listeners;
    this.onEnd = onEnd;
    this.step = new DecodeStep(networks.decoder(), options.mostAnswers(), options.drafts(), nanos);
    this.caches = ContentCaches.of(networks, options);
    this.bytesPerPosition = bytes(networks, 1);
    this.budget = budget(networks, options);
  }

  /// The most bytes that caches may come to need.
  static long budget(Networks networks, EngineOptions options) {
    return Math.max(options.keyValueBytes(), bytes(networks, networks.text().maxPositions()));
  }

  /// Bytes of so many positions.
  static long bytes(Networks networks, int positions) {
    return KvCache.bytes(networks.text(), networks.decoder().keyValueFormat(), positions);
  }

  /// One unit of work: a tile, a prefill chunk or a decode step.
  ///
  /// @return false when there is nothing to do
  boolean step() {
    try {
      endWhatShouldEnd();
      admit();
      List<Choice> answers = answers();
      Running newcomer = newcomer();
      if (answers.isEmpty()) {
        owed = 0;
      }
      if (newcomer != null && owed <= 0) {
        double millis = advance(newcomer);
        owed += answers.isEmpty() ? 0 : millis;
      } else if (!answers.isEmpty()) {
        var watch = new Stopwatch(nanos);
        decode(some(answers));
        owed = Math.max(0, owed - watch.lap());
      }
      return newcomer != null || !answers.isEmpty();
    } finally {
      leave();
    }
  }

  private void endWhatShouldEnd() {
    long now = nanos.getAsLong();
    for (Submission s : queue.remove(s -> s.stream().cancelled() || s.late(now))) {
      endUnbegun(s, reason(s));
    }
    for (Running r : running) {
      Submission s = r.submission();
      if (s.stream().cancelled() || s.late(now)) {
        r.guarded(() -> r.generation().end(reason(s)));
      }
    }
    leave();
  }

  private static FinishReason reason(Submission s) {
    return s.stream().cancelled() ? FinishReason.CANCELLED : FinishReason.DEADLINE;
  }

  private void endUnbegun(Submission s, FinishReason why) {
    long now = nanos.getAsLong();
    GenerationResult result = s.nothing(why, now);
    for (int i = 0; i < s.prepared().parameters().choices(); i++) {
      s.stream().offer(new GenerationEvent.Finished(i, "", result));
      listeners.tell(l -> l.finished(s.prepared(), result, (now - s.submitted()) / 1e6));
    }
    end(s);
  }

  private void end(Submission s) {
    s.stream().complete();
    onEnd.run();
  }

  /// Begins requests in their turn while there is room. One that does not fit keeps its turn: what
  /// is smaller does not pass it, or it would wait for ever.
  private void admit() {
    for (Submission s = queue.peek(); s != null; s = queue.peek()) {
      PreparedRequest request = s.prepared();
      boolean inTime = inTime(s, request.tiles(), request.prompt().length());
      if (inTime && !fits(request)) {
        return;
      }
      queue.take(s);
      if (inTime) {
        double queueMillis = (nanos.getAsLong() - s.submitted()) / 1e6;
        running.add(new Running(s, networks, reuse(s), queueMillis, nanos, rates, listeners));
        s.stream().offer(new GenerationEvent.Started(queueMillis));
        tellRunning();
        listeners.tell(l -> l.started(request, queueMillis));
      } else {
        endUnbegun(s, FinishReason.DEADLINE);
      }
    }
  }

  private Reuse reuse(Submission s) {
    return new Reuse(
        caches, s.prepared(), networks.generation(), options.prefillChunk(), s.client());
  }

  /// Whether the first token can come before the deadline, as far as is known.
  private boolean inTime(Submission s, int tiles, int rows) {
    return (s.deadline() - nanos.getAsLong()) / 1e6 >= rates.first(tiles, rows);
  }

  private boolean fits(PreparedRequest request) {
    int answers = 0;
    for (Running r : running) {
      answers += r.answers();
    }
    return running.isEmpty()
        || (answers + request.parameters().choices() <= options.mostAnswers()
            && (positions() + request.cost()) * bytesPerPosition <= budget);
  }

  private long positions() {
    long sum = 0;
    for (Running r : running) {
      sum += r.generation().positions();
    }
    return sum;
  }

  private List<Choice> answers() {
    List<Choice> answers = new ArrayList<>();
    for (Running r : running) {
      answers.addAll(r.generation().running());
    }
    return answers;
  }

  /// No more than go into one step; where there are more, they take turns.
  private List<Choice> some(List<Choice> answers) {
    int n = answers.size();
    if (n <= options.mostAnswers()) {
      return answers;
    }
    List<Choice> some = new ArrayList<>();
    for (int i = 0; i < options.mostAnswers(); i++) {
      some.add(answers.get((turn + i) % n));
    }
    turn = (turn + options.mostAnswers()) % n;
    return some;
  }

  private @Nullable Running newcomer() {
    Running chosen = null;
    double least = Double.POSITIVE_INFINITY;
    for (Running r : running) {
      if (!r.isNewcomer()) {
        continue;
      }
      if (advances % OLDEST_EVERY == OLDEST_EVERY - 1) {
        return r;
      }
      double left = rates.first(r.generation().tilesLeft(), r.generation().rowsLeft());
      if (left < least) {
        chosen = r;
        least = left;
      }
    }
    return chosen;
  }

  private double advance(Running newcomer) {
    advances++;
    Generation g = newcomer.generation();
    int tiles = g.tilesLeft();
    int rows = g.rowsLeft();
    if (!inTime(newcomer.submission(), tiles, rows)) {
      newcomer.guarded(() -> g.end(FinishReason.DEADLINE));
      return 0;
    }
    var watch = new Stopwatch(nanos);
    newcomer.guarded(() -> {
      Generation.Advance made = g.advance();
      double millis = watch.elapsed();
      if (made.tiles() > 0) {
        rates.tile(millis);
        listeners.tell(l -> l.tileEncoded(millis));
      } else {
        rates.rows(made.rows(), millis);
        listeners.tell(l -> l.prefilled(made.rows(), millis));
      }
    });
    return watch.lap();
  }

  private void decode(List<Choice> answers) {
    var watch = new Stopwatch(nanos);
    DecodeStep.Gain gain = step.run(answers, this::fail);
    double millis = watch.lap();
    if (gain.tokens() > 0) {
      rates.step(gain.tokens(), millis);
    }
    listeners.tell(l -> l.decoded(answers.size(), gain.tokens(), millis));
    if (gain.drafted() > 0) {
      listeners.tell(l -> l.drafted(gain.drafted(), gain.right()));
    }
  }

  private void fail(Choice answer, Throwable failure) {
    for (Running r : running) {
      if (r.generation().has(answer)) {
        r.fail(failure);
      }
    }
  }

  /// Lets go of what has ended: first its memory, then its callers.
  private void leave() {
    List<Running> ended = running.stream().filter(Running::ended).toList();
    running.removeAll(ended);
    ended.forEach(r -> r.generation().close());
    if (!ended.isEmpty()) {
      tellRunning();
    }
    keyValueBytes = positions() * bytesPerPosition;
    restMillis = rest();
    ended.forEach(r -> end(r.submission()));
  }

  private void tellRunning() {
    submissions = running.stream().map(Running::submission).toList();
  }

  private double rest() {
    double sum = 0;
    for (Running r : running) {
      sum += rates.first(r.generation().tilesLeft(), r.generation().rowsLeft());
      sum += rates.rest(r.answers(), r.generation().tokens());
    }
    return sum;
  }

  /// Ends everything, running and waiting, with a failure.
  void abort(Throwable failure) {
    running.forEach(r -> r.fail(failure));
    leave();
    for (Submission s : queue.remove(_ -> true)) {
      s.stream().offer(new GenerationEvent.Failed(Faults.told(failure)));
      end(s);
    }
  }

  /// Ends what runs with a failure of the engine itself.
  void failRunning(Throwable failure) {
    running.forEach(r -> r.fail(failure));
    leave();
  }

  /// What runs; for any thread.
  List<Submission> submissions() {
    return submissions;
  }

  /// Bytes that caches may come to need; for any thread.
  long keyValueBytes() {
    return keyValueBytes;
  }

  long budget() {
    return budget;
  }

  /// For any thread; likewise [#prefixes].
  CacheStatus images() {
    return caches.images().status();
  }

  CacheStatus prefixes() {
    return caches.prefixes().status();
  }

  /// Estimated milliseconds that what runs will still take; for any thread.
  double restMillis() {
    return restMillis;
  }

  @Override
  public void close() {
    step.close();
    caches.close();
  }
}
