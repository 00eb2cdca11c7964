package io.smolvlm.app.cli;

import io.smolvlm.models.Benchmark;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// One thing that a benchmark measures, by the name that is typed and printed.
///
/// @param name `tile`, `tile:COUNT`, `prefill:TOKENS`, `decode:DEPTH:BATCH`, `captions:COUNT`, or
///   `first`, `again` or `single` with `:WIDTHxHEIGHT`
/// @param kind its first word
/// @param a tiles, tokens, depth, pictures or width
/// @param b batch or height, 1 where there is none
record BenchStage(String name, String kind, int a, int b) {
  /// Decode steps that are timed together.
  private static final int STEPS = 16;

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(tile)|(tile|prefill|captions):(\\d{1,6})|(decode):(\\d{1,6}):(\\d{1,3})"
              + "|(first|again|single):(\\d{1,4})x(\\d{1,4})");

  private static final String ALLOWED =
      "tile, tile:COUNT, prefill:TOKENS, decode:DEPTH:BATCH, captions:COUNT,"
          + " and first, again or single with :WIDTHxHEIGHT";

  /// The stages of a whole run.
  static final List<String> ALL = all();

  private static List<String> all() {
    var all = new ArrayList<>(List.of("tile", "prefill:512", "prefill:1216"));
    for (int depth : new int[] {0, 1200, 8000}) {
      for (int batch : new int[] {1, 4, 8}) {
        all.add("decode:" + depth + ":" + batch);
      }
    }
    all.addAll(List.of("first:512x512", "single:512x512", "first:2048x1536", "again:2048x1536"));
    all.add("captions:8");
    return List.copyOf(all);
  }

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for another name
  static BenchStage named(String name) {
    Matcher m = SYNTAX.matcher(name);
    if (!m.matches()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "stage: found '" + name + "', allowed are " + ALLOWED);
    }
    List<String> parts =
        IntStream.rangeClosed(1, m.groupCount())
            .mapToObj(m::group)
            .filter(Objects::nonNull)
            .toList();
    var stage = new BenchStage(name, parts.getFirst(), number(parts, 1), number(parts, 2));
    if (stage.b < 1 || (stage.a < 1 && !stage.kind.equals("decode"))) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "stage: found '" + name + "', allowed are numbers from 1 on");
    }
    return stage;
  }

  private static int number(List<String> parts, int at) {
    return at < parts.size() ? Integer.parseInt(parts.get(at)) : 1;
  }

  /// Whether a model can do it: tiles need an encoder, positions a context.
  boolean fits(Benchmark benchmark, boolean sees) {
    return switch (kind) {
      case "prefill" -> benchmark.reaches(a);
      case "decode" -> benchmark.reaches(a + STEPS);
      default -> sees;
    };
  }

  /// Milliseconds of one round.
  double run(Benchmark benchmark) {
    return switch (kind) {
      case "tile" -> benchmark.tiles(a);
      case "prefill" -> benchmark.prefill(a);
      case "decode" -> benchmark.decode(a, b, STEPS);
      case "captions" -> benchmark.captions(a);
      case "again" -> benchmark.firstTokenAgain(a, b);
      case "single" -> benchmark.firstTokenOfFewTiles(a, b);
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
