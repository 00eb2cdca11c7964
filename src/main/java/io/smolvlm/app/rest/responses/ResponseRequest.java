package io.smolvlm.app.rest.responses;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.rest.ask.Ask;
import org.jspecify.annotations.Nullable;

/// A valid request for a response.
///
/// @param ask the question
/// @param stream whether the answer comes as events
/// @param echo what the answer repeats of the request
record ResponseRequest(Ask ask, boolean stream, Echo echo) {
  /// Fields of the request that stand in the answer as well.
  record Echo(
      @Nullable String instructions,
      @Nullable Integer maxOutputTokens,
      JsonNode metadata,
      JsonNode tools,
      JsonNode toolChoice,
      boolean parallelToolCalls,
      double temperature,
      double topP,
      JsonNode text) {}
}
