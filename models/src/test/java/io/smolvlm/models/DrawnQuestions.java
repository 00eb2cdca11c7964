package io.smolvlm.models;

import io.smolvlm.models.DrawnScene.Fill;
import io.smolvlm.models.DrawnScene.Form;
import io.smolvlm.models.DrawnScene.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is asked about a drawn scene, in the words of `models/recipe/shape_questions.py`, and when
/// an answer is right.
final class DrawnQuestions {
  enum Kind {
    CAPTION,
    COLOUR,
    COUNT,
    PRESENCE,
    PLACE
  }

  /// A question with one right answer; for captions, whatever tells of the same things.
  record Asked(Kind kind, String question, String expected) {
    boolean rightIs(String answer) {
      return kind == Kind.CAPTION ? facts(answer).equals(facts(expected)) : answer.equals(expected);
    }
  }

  private static final Pattern FACT =
      Pattern.compile(
          "\\ban? (%s) (%s)(?: (at the (?:top|bottom)(?: left| right)?|on the (?:left|right)|in the middle))?"
              .formatted(
                  alternatives(Stream.of(Fill.values()).map(Fill::label)),
                  alternatives(Stream.of(Form.values()).map(Form::label))),
          Pattern.CASE_INSENSITIVE);

  private DrawnQuestions() {}

  private static String alternatives(Stream<String> words) {
    return words.collect(Collectors.joining("|"));
  }

  /// The things of a caption with colour, shape and place, sorted; a thing told twice stands twice.
  static List<String> facts(String caption) {
    return FACT.matcher(caption).results().map(DrawnQuestions::fact).sorted().toList();
  }

  private static String fact(MatchResult found) {
    String place = found.group(3);
    return found.group(1).toLowerCase(java.util.Locale.ROOT)
        + " "
        + found.group(2)
        + (place == null ? "" : " " + place);
  }

  static List<Asked> about(DrawnScene scene, RandomGenerator random) {
    var all = new ArrayList<Asked>();
    List<Thing> things = scene.things();
    all.add(new Asked(Kind.CAPTION, "Describe this image.", caption(things)));
    all.add(new Asked(Kind.COUNT, "How many shapes are there?", Integer.toString(things.size())));
    things.stream()
        .filter(t -> things.stream().filter(u -> u.shape().equals(t.shape())).count() == 1)
        .findFirst()
        .ifPresent(t ->
            all.add(
                new Asked(
                    Kind.COLOUR, "What color is the " + t.shape() + "?", upper(t.colour()) + ".")));
    things.reversed().stream()
        .filter(t -> things.stream().filter(u -> u.name().equals(t.name())).count() == 1)
        .findFirst()
        .ifPresent(t ->
            all.add(
                new Asked(Kind.PLACE, "Where is the " + t.name() + "?", upper(t.place()) + ".")));
    all.add(present(things.get(random.nextInt(things.size())).name(), "Yes."));
    all.add(present(absent(things, random), "No."));
    return all;
  }

  private static Asked present(String name, String expected) {
    return new Asked(Kind.PRESENCE, "Is there " + article(name) + "?", expected);
  }

  /// Of a colour that is there, in a shape that is not.
  private static String absent(List<Thing> things, RandomGenerator random) {
    List<String> forms =
        Stream.of(Form.values())
            .map(Form::label)
            .filter(f -> things.stream().noneMatch(t -> t.shape().equals(f)))
            .toList();
    return things.get(random.nextInt(things.size())).colour()
        + " "
        + forms.get(random.nextInt(forms.size()));
  }

  private static String caption(List<Thing> things) {
    return things.stream()
        .map(t -> article(t.name()) + " " + t.place())
        .collect(Collectors.joining(", "));
  }

  private static String article(String phrase) {
    return ("aeiou".indexOf(phrase.charAt(0)) >= 0 ? "an " : "a ") + phrase;
  }

  private static String upper(String phrase) {
    return Character.toUpperCase(phrase.charAt(0)) + phrase.substring(1);
  }
}
