package io.smolvlm.app.cli;

import io.smolvlm.models.convert.Progress;
import java.util.Locale;

/// The progress line of a file that is written: share, bytes and how long the rest will take.
final class ByteProgress implements Progress {
  private final Terminal terminal;
  private final String what;
  private final long began = System.nanoTime();

  ByteProgress(Terminal terminal, String what) {
    this.terminal = terminal;
    this.what = what;
  }

  @Override
  public void at(long done, long all) {
    double seconds = (System.nanoTime() - began) / 1e9;
    long left = Math.round(seconds / Math.max(1, done) * (all - done));
    terminal.progress(
        String.format(
            Locale.ROOT,
            "%s: %d %%, %d of %d MB, %d:%02d left",
            what,
            100 * done / Math.max(1, all),
            done / 1_000_000,
            all / 1_000_000,
            left / 60,
            left % 60));
  }
}
