package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import java.util.Locale;
import java.util.function.Consumer;

/// Shows an answer while it is made: tiles and prefill as progress on a terminal, then the text
/// piece by piece.
final class AnswerPrinter implements Consumer<GenerationEvent> {
  private final Terminal terminal;
  private final boolean quiet;
  private String before;

  /// @param quiet whether the text is left to somebody else, and only progress is shown
  AnswerPrinter(Terminal terminal, boolean quiet) {
    this(terminal, quiet, "");
  }

  /// @param before stands on the answer's line; printed with its first piece, since progress is
  ///   written over the line until then
  AnswerPrinter(Terminal terminal, boolean quiet, String before) {
    this.terminal = terminal;
    this.quiet = quiet;
    this.before = before;
  }

  @Override
  public void accept(GenerationEvent event) {
    switch (event) {
      case GenerationEvent.Started _ -> {}
      case GenerationEvent.TilesEncoded e ->
          terminal.progress("tiles " + e.done() + "/" + e.total());
      case GenerationEvent.Prefilled e ->
          terminal.progress("prompt " + e.done() + "/" + e.total() + " tokens");
      case GenerationEvent.Token e -> show(e.text());
      case GenerationEvent.Finished e -> {
        terminal.clearProgress();
        show(e.rest());
      }
      case GenerationEvent.Failed _ -> terminal.clearProgress();
    }
  }

  private void show(String piece) {
    if (!quiet && !piece.isEmpty()) {
      terminal.print(before + terminal.harmless(piece));
      before = "";
    }
  }

  /// Ends the line of a shown answer; on a terminal, says what it took.
  void end(GenerationResult result) {
    if (!quiet) {
      terminal.println(before);
    }
    terminal.remark(summary(result));
  }

  static String summary(GenerationResult result) {
    GenerationResult.Usage usage = result.usage();
    GenerationResult.Timings timings = result.timings();
    double before = timings.resizeMillis() + timings.encodeMillis() + timings.prefillMillis();
    double perSecond = usage.completionTokens() * 1000.0 / Math.max(1e-3, timings.decodeMillis());
    return String.format(
        Locale.ROOT,
        "%s%d prompt tokens in %.2f s, %d tokens at %.1f/s%s",
        timings.tiles() == 0 ? "" : timings.tiles() + " tiles, ",
        usage.promptTokens(),
        before / 1000,
        usage.completionTokens(),
        perSecond,
        result.finishReason() == GenerationResult.FinishReason.STOP
            ? ""
            : ", ended by " + result.finishReason().label());
  }
}
