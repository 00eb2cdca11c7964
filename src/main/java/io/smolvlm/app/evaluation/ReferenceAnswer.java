package io.smolvlm.app.evaluation;

import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Optional;

/// What the reference implementation answers to a question, as `models/recipe/parity.py` writes it.
///
/// @param promptIds the whole prompt, image tokens among them
/// @param answerIds greedy, the end token included
/// @param text of the answer
/// @param smallestMargin the least gap between the best and the second logit on the way
/// @param margins that gap at each answer token; empty when the file has only the least
public record ReferenceAnswer(
    Question question,
    List<Integer> promptIds,
    List<Integer> answerIds,
    String text,
    double smallestMargin,
    List<Double> margins) {
  public ReferenceAnswer {
    promptIds = List.copyOf(promptIds);
    answerIds = List.copyOf(answerIds);
    margins = List.copyOf(margins);
  }

  /// @throws SmolVlmException naming place and rule
  static ReferenceAnswer read(JsonPart sample, Question question) {
    List<Integer> answer = sample.integers("answer_ids");
    if (answer.isEmpty()) {
      throw sample.wrong("answer_ids", "at least one");
    }
    List<Double> margins = sample.numbers("margins");
    if (!margins.isEmpty() && margins.size() != answer.size()) {
      throw sample.wrong("margins", "one for each of answer_ids");
    }
    return new ReferenceAnswer(
        question,
        sample.integers("prompt_ids"),
        answer,
        sample.text("text"),
        sample
            .number("smallest_margin")
            .orElseThrow(() -> sample.wrong("smallest_margin", "a number")),
        margins);
  }

  /// Where other ids part from the reference's.
  ///
  /// @param part `prompt` or `answer`
  /// @param position from 0
  /// @param expected the reference's id; -1 where it has ended
  /// @param found the other id; -1 where those have ended
  /// @param margin of the reference there; infinite in a prompt, where nothing is chosen
  public record Difference(String part, int position, int expected, int found, double margin) {}

  /// The first difference; empty when prompt and answer are identical.
  public Optional<Difference> difference(List<Integer> prompt, List<Integer> answer) {
    int position = parting(promptIds, prompt);
    if (position >= 0) {
      return Optional.of(
          new Difference(
              "prompt",
              position,
              at(promptIds, position),
              at(prompt, position),
              Double.POSITIVE_INFINITY));
    }
    int token = parting(answerIds, answer);
    return token < 0
        ? Optional.empty()
        : Optional.of(
            new Difference(
                "answer", token, at(answerIds, token), at(answer, token), margin(token)));
  }

  private double margin(int token) {
    return token < margins.size() ? margins.get(token) : smallestMargin;
  }

  private static int parting(List<Integer> a, List<Integer> b) {
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      if (at(a, i) != at(b, i)) {
        return i;
      }
    }
    return -1;
  }

  private static int at(List<Integer> ids, int position) {
    return position < ids.size() ? ids.get(position) : -1;
  }
}
