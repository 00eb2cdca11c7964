package io.smolvlm.app.rest.ask;

import io.smolvlm.models.engine.GenerationResult;
import java.util.List;

/// Tokens counted, in the shape of chat completions.
public record Usage(
    int promptTokens, int completionTokens, int totalTokens, PromptDetails promptTokensDetails) {
  /// @param cachedTokens of the prompt that stood in a cache
  /// @param imageTokens of the prompt that stand for pictures
  public record PromptDetails(int cachedTokens, int imageTokens) {}

  /// Of one request: its prompt counts once, its answers together.
  public static Usage of(List<GenerationResult> results) {
    GenerationResult.Usage first = results.getFirst().usage();
    int completion = results.stream().mapToInt(r -> r.usage().completionTokens()).sum();
    return of(first.promptTokens(), completion, first.cachedTokens(), first.imageTokens());
  }

  /// Of several requests together.
  public static Usage sum(List<Usage> parts) {
    return of(
        parts.stream().mapToInt(Usage::promptTokens).sum(),
        parts.stream().mapToInt(Usage::completionTokens).sum(),
        parts.stream().mapToInt(u -> u.promptTokensDetails().cachedTokens()).sum(),
        parts.stream().mapToInt(u -> u.promptTokensDetails().imageTokens()).sum());
  }

  private static Usage of(int prompt, int completion, int cached, int image) {
    return new Usage(prompt, completion, prompt + completion, new PromptDetails(cached, image));
  }
}
