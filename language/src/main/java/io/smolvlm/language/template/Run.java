package io.smolvlm.language.template;

import io.smolvlm.tensor.ErrorCode;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// One rendering: what it may use, and why it was stopped. The engine catches exceptions, so the
/// first failure is kept here and thrown again at the end.
final class Run {
  static final ScopedValue<Run> CURRENT = ScopedValue.newInstance();

  /// Characters that all strings of one rendering may have together.
  private static final long MAX_WORK = 64L << 20;

  private final long deadline;
  private final Clock clock;
  private long work;
  private long steps;
  private @Nullable TemplateFailure failure;

  Run(long nanos, Clock clock) {
    this.deadline = System.nanoTime() + nanos;
    this.clock = clock;
  }

  static TemplateFailure stop(ErrorCode code, String found, String needed) {
    var failure = new TemplateFailure(code, found, needed);
    if (CURRENT.isBound() && CURRENT.get().failure == null) {
      CURRENT.get().failure = failure;
    }
    return failure;
  }

  /// Called at every node, and with the length of every range.
  void step(long count) {
    steps += count;
    check();
  }

  private void check() {
    if (failure != null) {
      throw failure;
    }
    if (steps > TemplateEngine.MAX_STEPS || System.nanoTime() > deadline) {
      throw stop(ErrorCode.LIMIT, "rendering that does not end", "an end sooner");
    }
  }

  /// Called before a string is made.
  static long spend(long characters) {
    if (characters > TemplateEngine.MAX_OUTPUT) {
      throw stop(
          ErrorCode.LIMIT,
          "a text of " + characters + " characters",
          "at most " + TemplateEngine.MAX_OUTPUT);
    }
    if (CURRENT.isBound()) {
      Run run = CURRENT.get();
      run.work += characters;
      if (run.work > MAX_WORK) {
        throw stop(ErrorCode.LIMIT, "too many long texts", "fewer");
      }
      run.check();
    }
    return characters;
  }

  Clock clock() {
    return clock;
  }

  @Nullable TemplateFailure failure() {
    return failure;
  }
}
