package io.smolvlm.app.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// What a client reads when a request is refused; all four keys always stand there.
///
/// @param error the one object that OpenAI's clients look for
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ErrorBody(Detail error) {
  public record Detail(String message, String type, @Nullable String param, String code) {}

  /// The body of a refusal.
  public static ErrorBody of(ApiException refusal) {
    return new ErrorBody(
        new Detail(
            refusal.sentence(), refusal.error().type(), refusal.param(), refusal.error().code()));
  }
}
