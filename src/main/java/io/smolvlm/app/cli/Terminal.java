package io.smolvlm.app.cli;

import java.io.InputStream;
import java.io.PrintStream;

/// Where a command reads and writes: results to `out`, everything else to `err`.
///
/// Progress is one line of `err` that is written over, and only if that is a terminal; colours only
/// on a terminal and never when `NO_COLOR` is set. Used by one thread, and by the shutdown hook
/// that removes the progress line.
final class Terminal {
  private static final String ERASE_LINE = "\r\u001b[K";

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean outIsTerminal;
  private final boolean errIsTerminal;
  private final boolean colours;
  private boolean progressShown;

  Terminal(
      InputStream in,
      PrintStream out,
      PrintStream err,
      boolean outIsTerminal,
      boolean errIsTerminal,
      boolean colours) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.outIsTerminal = outIsTerminal;
    this.errIsTerminal = errIsTerminal;
    this.colours = colours;
  }

  InputStream in() {
    return in;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  boolean coloursOnOut() {
    return colours && outIsTerminal;
  }

  /// Whether a line can be written over.
  boolean showsProgress() {
    return errIsTerminal;
  }

  boolean interactive() {
    return outIsTerminal && errIsTerminal;
  }

  /// Text that somebody else wrote, without what would steer a terminal.
  String harmless(String text) {
    return outIsTerminal ? text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?") : text;
  }

  /// A piece of a result, visible at once.
  void print(String text) {
    clearProgress();
    out.print(text);
    out.flush();
  }

  void println(String text) {
    print(text + System.lineSeparator());
  }

  /// A line for the person at the keyboard, as in `smolvlm: scene.png: no such file`.
  void message(String text) {
    clearProgress();
    err.println("smolvlm: " + text);
    err.flush();
  }

  void error(String text) {
    clearProgress();
    String name = colours && errIsTerminal ? "\u001b[31msmolvlm:\u001b[0m " : "smolvlm: ";
    err.println(name + text);
    err.flush();
  }

  /// A remark that only a terminal gets, in a faint colour.
  void remark(String text) {
    if (errIsTerminal) {
      clearProgress();
      err.println(faint(text));
      err.flush();
    }
  }

  /// Writes over the progress line.
  synchronized void progress(String text) {
    if (errIsTerminal) {
      err.print(ERASE_LINE + faint(text));
      err.flush();
      progressShown = true;
    }
  }

  synchronized void clearProgress() {
    if (progressShown) {
      err.print(ERASE_LINE);
      err.flush();
      progressShown = false;
    }
  }

  private String faint(String text) {
    return colours ? "\u001b[2m" + text + "\u001b[0m" : text;
  }
}
