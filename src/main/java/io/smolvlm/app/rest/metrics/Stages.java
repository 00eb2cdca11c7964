package io.smolvlm.app.rest.metrics;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.smolvlm.models.engine.GenerationResult;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A span for each stage of a request, below the one of its route. Where tracing is off, which it
/// is unless an operator names a collector, this costs next to nothing. Spans hold counts and
/// times, never what was asked or answered.
@ApplicationScoped
public class Stages {
  private final Tracer tracer;

  Stages(Tracer tracer) {
    this.tracer = tracer;
  }

  /// Does a stage on the calling thread.
  public <T> T in(String name, Supplier<T> work) {
    Span span = tracer.spanBuilder(name).startSpan();
    try (Scope _ = span.makeCurrent()) {
      return work.get();
    } catch (RuntimeException e) {
      span.setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      span.end();
    }
  }

  /// Begins to watch what the engine does for a request.
  public Admitted admitted() {
    return new Admitted(Context.current(), Instant.now());
  }

  /// The stages of one answer. The engine says how long each took, and they follow each other: the
  /// spans are drawn when the answer has ended.
  public final class Admitted {
    private final Context parent;
    private final Instant begun;

    private Admitted(Context parent, Instant begun) {
      this.parent = parent;
      this.begun = begun;
    }

    public void ended(GenerationResult result) {
      GenerationResult.Timings times = result.timings();
      long at = nanos(begun);
      at = draw("queue", at, times.queueMillis(), 0);
      if (times.tiles() > 0) {
        at = draw("encode", at, times.encodeMillis(), times.tiles());
      }
      at = draw("prefill", at, times.prefillMillis(), result.usage().promptTokens());
      draw("decode", at, times.decodeMillis(), result.usage().completionTokens());
    }

    private long draw(String name, long begin, double millis, int count) {
      long end = begin + (long) (millis * 1e6);
      tracer
          .spanBuilder(name)
          .setParent(parent)
          .setStartTimestamp(begin, TimeUnit.NANOSECONDS)
          .setAttribute("smolvlm.count", count)
          .startSpan()
          .end(end, TimeUnit.NANOSECONDS);
      return end;
    }

    private static long nanos(Instant instant) {
      return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
  }
}
