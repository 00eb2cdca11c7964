package io.smolvlm.app.intake;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/// Makes the threads that watch deadlines.
final class Clocks {
  private Clocks() {}

  /// One daemon thread; alarms that are called off leave nothing behind.
  static ScheduledExecutorService daemon(String name) {
    var clock =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }
}
