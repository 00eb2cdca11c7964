package io.smolvlm.app.rest;

import java.util.Locale;

/// Every refusal the service can answer with: a fixed vocabulary, so that clients may compare
/// codes. Status and type are chosen by what clients do with them: they repeat 429 and 5xx, and
/// some tell a server's fault from a caller's by the type alone.
public enum ApiError {
  INVALID_JSON(400, Type.INVALID_REQUEST),
  INVALID_TYPE(400, Type.INVALID_REQUEST),
  MISSING_REQUIRED_PARAMETER(400, Type.INVALID_REQUEST),
  INVALID_VALUE(400, Type.INVALID_REQUEST),
  INVALID_BASE64(400, Type.INVALID_REQUEST),
  INVALID_IMAGE(400, Type.INVALID_REQUEST),
  UNSUPPORTED_IMAGE(400, Type.INVALID_REQUEST),
  IMAGE_TOO_LARGE(400, Type.INVALID_REQUEST),
  TOO_MANY_IMAGES(400, Type.INVALID_REQUEST),
  TOO_MANY_PAGES(400, Type.INVALID_REQUEST),
  BLOCKED_URL(400, Type.INVALID_REQUEST),
  INVALID_SCHEMA(400, Type.INVALID_REQUEST),
  CONTEXT_LENGTH_EXCEEDED(400, Type.INVALID_REQUEST),
  /// A parameter that would change the answer and is not offered.
  UNSUPPORTED_PARAMETER(400, Type.INVALID_REQUEST),
  /// A content part that is not read here, as video.
  UNSUPPORTED_CONTENT_TYPE(400, Type.INVALID_REQUEST),
  INVALID_API_KEY(401, Type.AUTHENTICATION),
  PERMISSION_DENIED(403, Type.PERMISSION),
  MODEL_NOT_FOUND(404, Type.INVALID_REQUEST),
  NOT_FOUND(404, Type.INVALID_REQUEST),
  METHOD_NOT_ALLOWED(405, Type.INVALID_REQUEST),
  REQUEST_TOO_LARGE(413, Type.INVALID_REQUEST),
  UNSUPPORTED_MEDIA_TYPE(415, Type.INVALID_REQUEST),
  /// A key's own quota, never the load of the service.
  RATE_LIMITED(429, Type.RATE_LIMIT),
  INTERNAL(500, Type.SERVER),
  OVERLOADED(503, Type.SERVER),
  MODEL_LOADING(503, Type.SERVER),
  TIMEOUT(504, Type.SERVER);

  /// OpenAI's families of errors.
  enum Type {
    INVALID_REQUEST("invalid_request_error"),
    AUTHENTICATION("authentication_error"),
    PERMISSION("permission_error"),
    RATE_LIMIT("rate_limit_error"),
    SERVER("server_error");

    private final String label;

    Type(String label) {
      this.label = label;
    }
  }

  private final int status;
  private final Type type;

  ApiError(int status, Type type) {
    this.status = status;
    this.type = type;
  }

  /// The HTTP status.
  public int status() {
    return status;
  }

  /// `error.type`.
  public String type() {
    return type.label;
  }

  /// `error.code`: the name in lower case.
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether the same request may succeed later, so that the answer says when.
  public boolean passes() {
    return status == 429 || status == 503;
  }
}
