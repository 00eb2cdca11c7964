package io.smolvlm.app.config;

import io.smallrye.config.WithDefault;

/// What a request may ask of an answer.
public interface AnswerSettings {
  /// Most tokens of an answer where the request does not say.
  @WithDefault("512")
  @Allowed(from = "1", to = "1000000")
  int maxTokens();

  /// Most tokens that a request may ask for; the model's context limits it further.
  @WithDefault("8192")
  @Allowed(from = "1", to = "1000000")
  int maxTokensLimit();

  /// Most answers to one request (`n`).
  @WithDefault("8")
  @Allowed(from = "1", to = "128")
  int choices();

  /// Most stop texts of a request.
  @WithDefault("4")
  @Allowed(from = "0", to = "64")
  int stops();

  /// Most characters of a stop text.
  @WithDefault("256")
  @Allowed(from = "1", to = "10000")
  int stopLength();

  /// Most messages of a conversation.
  @WithDefault("1024")
  @Allowed(from = "1", to = "100000")
  int messages();

  /// Most tools of a request.
  @WithDefault("128")
  @Allowed(from = "0", to = "1024")
  int tools();

  /// Most entries of `logit_bias`.
  @WithDefault("1024")
  @Allowed(from = "0", to = "100000")
  int logitBias();

  /// Most nesting of a JSON schema that an answer must keep to.
  @WithDefault("32")
  @Allowed(from = "1", to = "64")
  int schemaDepth();
}
