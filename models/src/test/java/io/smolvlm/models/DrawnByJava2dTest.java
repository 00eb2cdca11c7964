package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.Message;
import io.smolvlm.models.DrawnQuestions.Asked;
import io.smolvlm.models.DrawnQuestions.Kind;
import io.smolvlm.models.engine.GenerationRequest;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// The embedded model understands pictures of another program than its trainer's. Larger runs:
/// `-Dsmolvlm.drawn=400`, other scenes: `-Dsmolvlm.drawn.seed=2`, another checkpoint:
/// `-Dsmolvlm.drawn.model=DIR`.
@Tag("held-out")
class DrawnByJava2dTest {
  private static final int PICTURES = Integer.getInteger("smolvlm.drawn", 24);
  private static final long SEED = Long.getLong("smolvlm.drawn.seed", 1);
  private static final String MODEL = System.getProperty("smolvlm.drawn.model", "tiny");
  private static final int WRONG_SHOWN = 12;

  /// Least percentage right of each kind: five points below what the model gets right of pictures
  /// that its own generator drew (models/recipe/MODEL_CARD.md, held out, split). Of 150 pictures of
  /// seed 77 it got 98.7, 100, 99.3, 99.3 and 98.7 %.
  private static final Map<Kind, Integer> FLOORS =
      new EnumMap<>(
          Map.of(
              Kind.CAPTION,
              91,
              Kind.COLOUR,
              92,
              Kind.COUNT,
              91,
              Kind.PRESENCE,
              92,
              Kind.PLACE,
              93));

  @Test
  void scenesAreUnderstood() {
    Map<Kind, int[]> counts = new EnumMap<>(Kind.class);
    var report = new StringBuilder();
    int wrong = 0;
    RandomGenerator random = new java.util.SplittableRandom(SEED);
    try (var model = SmolVlm.load(MODEL)) {
      for (int i = 0; i < PICTURES; i++) {
        DrawnScene scene = DrawnScene.draw(random, 1 + i % 4);
        for (Asked asked : DrawnQuestions.about(scene, random)) {
          String answer = answer(model, scene, asked);
          int[] count = counts.computeIfAbsent(asked.kind(), _ -> new int[2]);
          count[0]++;
          if (asked.rightIs(answer)) {
            count[1]++;
          } else if (wrong++ < WRONG_SHOWN) {
            report.append(
                "picture %d of %d on %s: %s %s, not %s%n"
                    .formatted(
                        i,
                        scene.image().width(),
                        scene.ground(),
                        asked.question(),
                        answer,
                        asked.expected()));
          }
        }
      }
    }
    System.out.print(table(counts).append(report));
    assertAll(
        counts.entrySet().stream()
            .map(e ->
                (Executable)
                    () ->
                        assertTrue(
                            percent(e.getValue()) >= FLOORS.get(e.getKey()),
                            () ->
                                "%s: %.1f %% right, floor %d; seed %d%n%s"
                                    .formatted(
                                        e.getKey(),
                                        percent(e.getValue()),
                                        FLOORS.get(e.getKey()),
                                        SEED,
                                        report))));
  }

  private static String answer(SmolVlm model, DrawnScene scene, Asked asked) {
    return model
        .generate(
            GenerationRequest.of(List.of(Message.user(1, asked.question())), List.of(scene.image()))
                .withMaxTokens(96),
            _ -> {})
        .text();
  }

  private static StringBuilder table(Map<Kind, int[]> counts) {
    var text =
        new StringBuilder(
            "%s, %d pictures drawn by Java2D, seed %d%n| kind | asked | right | percent |%n|---|---:|---:|---:|%n"
                .formatted(MODEL, PICTURES, SEED));
    counts.forEach((kind, count) ->
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.1f |%n",
                kind.name().toLowerCase(Locale.ROOT),
                count[0],
                count[1],
                percent(count))));
    return text;
  }

  private static double percent(int[] count) {
    return 100.0 * count[1] / Math.max(1, count[0]);
  }

  @Test
  void captionsAreComparedByWhatTheyTell() {
    List<String> facts =
        DrawnQuestions.facts("An orange star at the top left and a red ring on the right.");
    assertEquals(List.of("orange star at the top left", "red ring on the right"), facts);
    assertEquals(
        facts, DrawnQuestions.facts("a red ring on the right, an orange star at the top left"));
    assertNotEquals(
        facts, DrawnQuestions.facts("An orange star at the top and a red ring on the right."));
    assertEquals(
        List.of("white circle in the middle"),
        DrawnQuestions.facts("A white circle in the middle of a gray background."));
  }
}
