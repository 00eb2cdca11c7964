package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.Optional;

/// An access token, or none. It goes to the configured endpoint and nowhere else, and never into a
/// text.
public final class Token {
  /// No token.
  public static final Token NONE = new Token("");

  private final String value;

  private Token(String value) {
    this.value = value;
  }

  /// @param value blank for none; white space around it is dropped
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for what no header can hold
  public static Token of(String value) {
    String plain = value.strip();
    if (!plain.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "HF_TOKEN: found blanks or characters that no token has, needed one as the hub gave it");
    }
    return plain.isEmpty() ? NONE : new Token(plain);
  }

  boolean given() {
    return !value.isEmpty();
  }

  /// The header's value; empty without a token.
  Optional<String> bearer() {
    return given() ? Optional.of("Bearer " + value) : Optional.empty();
  }

  @Override
  public String toString() {
    return given() ? "a token" : "no token";
  }
}
