package io.smolvlm.app.rest.completions;

import io.smolvlm.models.engine.AnswerParameters;
import java.util.List;

/// A valid request to continue texts.
///
/// @param prompts each is continued for itself
/// @param echo whether an answer begins with its prompt
/// @param lengthAsked whether the client chose the most tokens itself
record CompletionRequest(
    List<PlainPrompt> prompts,
    AnswerParameters parameters,
    boolean echo,
    boolean lengthAsked,
    boolean stream,
    boolean includeUsage) {
  CompletionRequest {
    prompts = List.copyOf(prompts);
  }

  int choices() {
    return prompts.size() * parameters.choices();
  }
}
