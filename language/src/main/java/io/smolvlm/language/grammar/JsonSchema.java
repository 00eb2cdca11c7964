package io.smolvlm.language.grammar;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// A JSON schema that answers can be held to. Immutable.
public final class JsonSchema {
  private JsonSchema() {}

  /// Reads and compiles a schema.
  ///
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] if it is no schema, holds a keyword
  ///   that is not supported, allows no value, or is too large; the message names keyword and path
  @SuppressWarnings("DoNotCallSuggester") // until the engine lands
  public static JsonSchema parse(String json) {
    throw new SmolVlmException(ErrorCode.INVALID_VALUE, "schema: not supported yet");
  }

  /// Any JSON object, as `response_format` `json_object` asks for.
  public static JsonSchema anyObject() {
    return new JsonSchema();
  }

  /// The schema for the tokens of one model.
  @SuppressWarnings("DoNotCallSuggester") // until the engine lands
  public AnswerGrammar grammar(TokenVocabulary vocabulary) {
    throw new SmolVlmException(ErrorCode.INVALID_VALUE, "schema: not supported yet");
  }
}
