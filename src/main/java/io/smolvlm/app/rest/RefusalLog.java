package io.smolvlm.app.rest;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// One line a second and key for requests that were refused unread: how many, whose, and why. A
/// line each would cost more than the refusals.
///
/// Safe for use by several threads.
@ApplicationScoped
class RefusalLog {
  private static final Logger LOG = System.getLogger(RefusalLog.class.getName());

  private record Kind(String caller, ApiError why) {}

  private final Map<Kind, Integer> counts = new LinkedHashMap<>();

  /// @param clock runs what writes the line, if this is the first within its second
  synchronized void add(String caller, ApiError why, ScheduledExecutorService clock) {
    if (counts.isEmpty()) {
      var _ = clock.schedule(this::tell, 1, TimeUnit.SECONDS);
    }
    counts.merge(new Kind(caller, why), 1, Integer::sum);
  }

  /// Writes what was counted since the last time.
  @PreDestroy
  synchronized void tell() {
    counts.forEach((kind, count) ->
        LOG.log(
            Level.INFO,
            "refused "
                + count
                + " requests within a second: key="
                + kind.caller()
                + " status="
                + kind.why().status()
                + " "
                + kind.why().code()));
    counts.clear();
  }
}
