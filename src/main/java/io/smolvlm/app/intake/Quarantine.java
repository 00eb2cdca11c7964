package io.smolvlm.app.intake;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Pictures that ended a worker, by the hash of their files. One that ended two is refused unseen
/// for a while: who sends it again and again must not keep the workers busy dying.
final class Quarantine {
  private static final int DEATHS = 2;
  private static final int MOST = 10_000;

  private record Case(int deaths, long until) {}

  private final long nanos;
  private final LongSupplier clock;
  private final Map<String, Case> cases =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Case> eldest) {
          return size() > MOST;
        }
      };

  /// @param clock in nanoseconds, as [System#nanoTime]
  Quarantine(Duration time, LongSupplier clock) {
    this.nanos = time.toNanos();
    this.clock = clock;
  }

  synchronized boolean refuses(String hash) {
    Case known = cases.get(hash);
    if (known != null && clock.getAsLong() - known.until >= 0) {
      cases.remove(hash);
      return false;
    }
    return known != null && known.deaths >= DEATHS;
  }

  synchronized void died(String hash) {
    Case before = cases.remove(hash);
    long now = clock.getAsLong();
    int earlier = before == null || now - before.until >= 0 ? 0 : before.deaths;
    cases.put(hash, new Case(earlier + 1, now + nanos));
  }
}
