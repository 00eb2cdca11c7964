package io.smolvlm.app.rest;

import java.util.Locale;

/// What a Content-Type says.
public final class MediaTypes {
  private MediaTypes() {}

  /// Type and subtype in lower case, without parameters.
  static String essence(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /// Whether a type, as [#essence] gives it, is JSON.
  public static boolean isJson(String essence) {
    return essence.equals("application/json")
        || (essence.startsWith("application/") && essence.endsWith("+json"));
  }

  /// The refusal of another type.
  public static ApiException refusal(String needed) {
    return new ApiException(
        ApiError.UNSUPPORTED_MEDIA_TYPE, null, "The Content-Type must be " + needed + ".");
  }
}
