package io.smolvlm.app.cli;

import io.smolvlm.models.Benchmark;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One thing that a benchmark measures, by the name that is typed and printed.
///
/// @param name `tile`, `prefill:TOKENS`, `decode:DEPTH:BATCH` or `first:WIDTHxHEIGHT`
/// @param kind its first word
/// @param a tokens, depth or width
/// @param b batch or height
record BenchStage(String name, String kind, int a, int b) {
  /// Decode steps that are timed together.
  private static final int STEPS = 16;

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(tile)|(prefill):(\\d{1,6})|(decode):(\\d{1,6}):(\\d{1,3})|(first):(\\d{1,4})x(\\d{1,4})");

  /// The stages of a whole run.
  static final List<String> ALL = all();

  private static List<String> all() {
    var all = new ArrayList<>(List.of("tile", "prefill:512", "prefill:1216"));
    for (int depth : new int[] {0, 1200, 8000}) {
      for (int batch : new int[] {1, 4, 8}) {
        all.add("decode:" + depth + ":" + batch);
      }
    }
    all.addAll(List.of("first:512x512", "first:2048x1536"));
    return List.copyOf(all);
  }

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for another name
  static BenchStage named(String name) {
    Matcher m = SYNTAX.matcher(name);
    if (!m.matches()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "stage: found '"
              + name
              + "', allowed are tile, prefill:TOKENS, decode:DEPTH:BATCH, first:WIDTHxHEIGHT");
    }
    BenchStage stage =
        m.group(1) != null
            ? new BenchStage(name, "tile", 1, 1)
            : m.group(2) != null
                ? new BenchStage(name, "prefill", Integer.parseInt(m.group(3)), 1)
                : m.group(4) != null
                    ? new BenchStage(
                        name, "decode", Integer.parseInt(m.group(5)), Integer.parseInt(m.group(6)))
                    : new BenchStage(
                        name, "first", Integer.parseInt(m.group(8)), Integer.parseInt(m.group(9)));
    if (stage.b < 1 || (stage.a < 1 && !stage.kind.equals("decode"))) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "stage: found '" + name + "', allowed are numbers from 1 on");
    }
    return stage;
  }

  /// Whether a model can do it: tiles need an encoder, positions a context.
  boolean fits(Benchmark benchmark, boolean sees) {
    return switch (kind) {
      case "tile", "first" -> sees;
      case "prefill" -> benchmark.reaches(a);
      default -> benchmark.reaches(a + STEPS);
    };
  }

  /// Milliseconds of one round.
  double run(Benchmark benchmark) {
    return switch (kind) {
      case "tile" -> benchmark.tile();
      case "prefill" -> benchmark.prefill(a);
      case "decode" -> benchmark.decode(a, b, STEPS);
      default -> benchmark.firstToken(a, b);
    };
  }

  /// Tokens a second; 0 where tokens are not what is made.
  double rate(double millis) {
    return switch (kind) {
      case "prefill" -> 1000.0 * a / millis;
      case "decode" -> 1000.0 * b / millis;
      default -> 0;
    };
  }
}
