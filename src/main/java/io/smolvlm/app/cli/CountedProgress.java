package io.smolvlm.app.cli;

import java.util.Locale;

/// The progress line of a long list of questions: how many are done, how many of them well, and how
/// long the rest will take.
final class CountedProgress {
  private final Terminal terminal;
  private final int all;
  private final String well;
  private final long began = System.nanoTime();
  private int done;
  private int good;

  /// @param well what a good one is called, as in `right`
  CountedProgress(Terminal terminal, int all, String well) {
    this.terminal = terminal;
    this.all = all;
    this.well = well;
  }

  void add(boolean isGood) {
    done++;
    good += isGood ? 1 : 0;
    long left = Math.round(seconds() / done * (all - done));
    terminal.progress(
        String.format(
            Locale.ROOT,
            "%d/%d, %d %s, %d:%02d left",
            done,
            all,
            good,
            well,
            left / 60,
            left % 60));
  }

  String summary() {
    return String.format(
        Locale.ROOT,
        "%d of %d %s in %.0f s, %.2f s each",
        good,
        done,
        well,
        seconds(),
        seconds() / Math.max(1, done));
  }

  private double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }
}
