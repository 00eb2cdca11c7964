package io.smolvlm.app.cli;

import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/// How an error is told: one line for people, an object for programs, a stack trace for nobody who
/// did not ask for it.
final class Failure {
  private Failure() {}

  /// Tells an error and says which exit status it means.
  static int report(Throwable error, Terminal terminal, boolean json, boolean debug) {
    if (json) {
      terminal.println(Json.text(Map.of("error", describe(error))));
    }
    terminal.error(message(error));
    if (debug) {
      PrintStream err = terminal.err();
      error.printStackTrace(err);
      err.flush();
    }
    return ExitStatus.of(error);
  }

  static Map<String, Object> describe(Throwable error) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("kind", error instanceof SmolVlmException e ? e.code().label() : "internal");
    if (error instanceof FormatException e) {
      fields.put("file", e.file());
      fields.put("part", e.part());
      fields.put("found", e.found());
      fields.put("needed", e.needed());
    }
    fields.put("message", message(error));
    return fields;
  }

  static String message(Throwable error) {
    return switch (error) {
      case SmolVlmException e -> String.valueOf(e.getMessage());
      case OutOfMemoryError _ ->
          "out of memory; more heap: SMOLVLM_JAVA_OPTS=-Xmx" + 2 * heapMegabytes() + "m";
      default -> {
        String message = error.getMessage();
        String type = error.getClass().getSimpleName();
        yield message == null ? type : type + ": " + message;
      }
    };
  }

  private static long heapMegabytes() {
    return Runtime.getRuntime().maxMemory() >> 20;
  }
}
