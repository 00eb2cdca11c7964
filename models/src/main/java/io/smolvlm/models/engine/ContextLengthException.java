package io.smolvlm.models.engine;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A prompt leaves no room for an answer. Says how many tokens the text and each picture take.
public final class ContextLengthException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  private final int limit;
  private final int prompt;
  private final ArrayList<Integer> perImage;

  /// @param limit tokens that the context holds
  public ContextLengthException(int limit, Prompt prompt) {
    super(ErrorCode.CONTEXT_LENGTH, message(limit, prompt));
    this.limit = limit;
    this.prompt = prompt.length();
    this.perImage = new ArrayList<>(perPicture(prompt));
  }

  private static List<Integer> perPicture(Prompt prompt) {
    int pictures = prompt.tiles().stream().mapToInt(t -> t.picture() + 1).max().orElse(0);
    return IntStream.range(0, pictures).mapToObj(prompt::imageTokens).toList();
  }

  private static String message(int limit, Prompt prompt) {
    List<Integer> each = perPicture(prompt);
    String pictures = each.isEmpty() ? "" : ", of which pictures take " + each;
    return "prompt: found "
        + prompt.length()
        + " tokens"
        + pictures
        + "; this model's context holds "
        + limit
        + " and at least one must be left for the answer";
  }

  /// Tokens that the model's context holds.
  public int limit() {
    return limit;
  }

  /// Tokens of the prompt.
  public int prompt() {
    return prompt;
  }

  /// Image tokens of each picture.
  public List<Integer> perImage() {
    return List.copyOf(perImage);
  }
}
