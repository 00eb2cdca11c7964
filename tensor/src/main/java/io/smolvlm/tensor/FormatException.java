package io.smolvlm.tensor;

/// A model file or folder breaks a rule of its format.
///
/// The message reads `<file>: <part>: found <found>, needed <needed>`; the parts are also fields,
/// so that callers need not parse it.
public final class FormatException extends SmolVlmException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String part;
  private final String found;
  private final String needed;

  /// @param file the file's name as the user gave it
  /// @param part the tensor, key or place inside it that breaks the rule
  /// @param found what stands there
  /// @param needed what the rule asks for
  public FormatException(ErrorCode code, String file, String part, String found, String needed) {
    super(code, file + ": " + part + ": found " + found + ", needed " + needed);
    this.file = file;
    this.part = part;
    this.found = found;
    this.needed = needed;
  }

  public String file() {
    return file;
  }

  public String part() {
    return part;
  }

  public String found() {
    return found;
  }

  public String needed() {
    return needed;
  }
}
