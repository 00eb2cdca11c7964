package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.net.http.HttpHeaders;

/// What a refusal of the hub means and what can be done about it.
final class Refusal {
  private static final int MAX_TEXT = 200;

  private Refusal() {}

  static SmolVlmException of(String id, int status, HttpHeaders headers, HubSettings settings) {
    String code = headers.firstValue("X-Error-Code").orElse("");
    String text = harmless(headers.firstValue("X-Error-Message").orElse(""));
    return new SmolVlmException(
        ErrorCode.MODEL_NOT_FOUND, "model " + id + ": " + why(id, status, code, text, settings));
  }

  private static String why(String id, int status, String code, String text, HubSettings settings) {
    boolean token = settings.token().given();
    String page = settings.endpoint() + "/" + id;
    if (code.equals("GatedRepo")) {
      return token
          ? "is gated, and the owner of the given token has not been let in; ask for access on "
              + page
          : "is gated: accept its terms on "
              + page
              + ", then give a token of that account as HF_TOKEN";
    }
    if (status == 401 && text.contains("Invalid credentials")) {
      return "the hub does not know the given token; make a new one, or unset HF_TOKEN and remove"
          + " the token file";
    }
    if (code.equals("RevisionNotFound")) {
      return "has no such revision";
    }
    if (code.equals("EntryNotFound")) {
      return "has no such file";
    }
    if (text.contains("disabled")) {
      return "was disabled by the hub";
    }
    // The hub does not tell strangers whether a private repository exists.
    if (code.equals("RepoNotFound") || status == 401 || status == 404) {
      return token
          ? "the hub has no such repository, or the given token may not see it"
          : "the hub has no such repository, or it is private: then give a token as HF_TOKEN";
    }
    return "the hub refused with status " + status + (text.isEmpty() ? "" : ": " + text);
  }

  private static String harmless(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", " ");
    return plain.length() > MAX_TEXT ? plain.substring(0, MAX_TEXT) : plain;
  }
}
