package io.smolvlm.language.template;

import io.smolvlm.tensor.ErrorCode;

/// Why a template was refused or stopped; the chat template adds the file's name.
public final class TemplateFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String found;
  private final String needed;

  TemplateFailure(ErrorCode code, String found, String needed) {
    super(found + ", needed " + needed, null, false, false);
    this.code = code;
    this.found = found;
    this.needed = needed;
  }

  public ErrorCode code() {
    return code;
  }

  public String found() {
    return found;
  }

  public String needed() {
    return needed;
  }
}
