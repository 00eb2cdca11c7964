package io.smolvlm.app.cli;

import io.smolvlm.models.hub.PullListener;
import io.smolvlm.models.hub.PullPlan;
import io.smolvlm.models.hub.RemoteFile;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Shows a pull: first how much it will be, then one line that is written over on a terminal, or a
/// plain line now and then where there is none. Called by several threads.
final class PullProgress implements PullListener {
  private static final int BAR = 24;
  private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();

  private final Terminal terminal;
  private final Map<String, Long> here = new HashMap<>();
  private long began;
  private long hereAtBeginning;
  private long all;
  private long shown;

  PullProgress(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void planned(PullPlan plan) {
    plan.movedTo()
        .ifPresent(name -> terminal.message(plan.reference().id() + " is now called " + name));
    if (plan.missing().isEmpty()) {
      return;
    }
    terminal.message(
        String.format(
            Locale.ROOT,
            "fetching %s: %s in %d of %d files",
            plan.reference(),
            size(plan.missingBytes()),
            plan.missing().size(),
            plan.files().size()));
    here.clear();
    all = plan.missingBytes();
    began = System.nanoTime();
    shown = began;
    hereAtBeginning = 0;
  }

  @Override
  public synchronized void received(RemoteFile file, long bytes) {
    // What an earlier pull left counts as here, not as fetched by us.
    if (here.put(file.path(), bytes) == null) {
      hereAtBeginning += bytes;
    }
    long now = System.nanoTime();
    if (now - shown >= (terminal.showsProgress() ? REDRAW_NANOS : LINE_NANOS)) {
      shown = now;
      String line = line(here(), now - began);
      if (terminal.showsProgress()) {
        terminal.progress(line);
      } else {
        terminal.message(line);
      }
    }
  }

  private long here() {
    return here.values().stream().mapToLong(Long::longValue).sum();
  }

  /// Bar, bytes, rate and time left.
  String line(long bytes, long nanos) {
    double seconds = Math.max(1e-3, nanos / 1e9);
    double rate = Math.max(1, (bytes - hereAtBeginning) / seconds);
    long left = Math.round((all - bytes) / rate);
    int filled = (int) (BAR * bytes / Math.max(1, all));
    return String.format(
        Locale.ROOT,
        "[%s%s] %3d%%  %s of %s  %s/s  %d:%02d left",
        "#".repeat(filled),
        "-".repeat(BAR - filled),
        100 * bytes / Math.max(1, all),
        size(bytes),
        size(all),
        size((long) rate),
        left / 60,
        left % 60);
  }

  /// Decimal units, as the hub shows them.
  static String size(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
    return bytes < 10_000_000_000L
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  @Override
  public synchronized void waiting(RemoteFile file) {
    terminal.message(file.path() + " is being fetched by another process, waiting for it");
  }

  @Override
  public synchronized void retrying(RemoteFile file, String why, Duration pause) {
    String again =
        pause.isZero()
            ? ""
            : String.format(Locale.ROOT, "; again in %.1f s", pause.toMillis() / 1000.0);
    terminal.message(file.path() + ": " + why + again);
  }

  @Override
  public synchronized void finished(RemoteFile file) {
    if (!terminal.showsProgress()) {
      terminal.message(file.path() + " " + size(file.bytes()));
    } else if (here() == all) {
      terminal.clearProgress();
    }
  }
}
