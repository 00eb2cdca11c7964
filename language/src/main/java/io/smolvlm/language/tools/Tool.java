package io.smolvlm.language.tools;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// A function that the model may ask to be called.
///
/// @param name 1 to 64 of letters, digits, `_` and `-`
/// @param definition the whole entry of `tools` as it stands in JSON (`type`, `function` with
///   `name`, `description`, `parameters`), values as maps, lists, strings, numbers, Booleans
/// @param parameters the schema of the arguments as JSON text; `{}` if there is none
public record Tool(String name, Map<String, Object> definition, String parameters) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for another name
  public Tool {
    if (!NAME.matcher(name).matches()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "tool name: found "
              + name.length()
              + " characters, allowed 1 to 64 of letters, digits, _ and -");
    }
    definition = new LinkedHashMap<>(definition);
  }
}
