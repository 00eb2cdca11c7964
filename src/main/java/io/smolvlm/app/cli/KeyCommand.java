package io.smolvlm.app.cli;

import io.smolvlm.app.access.ApiKeyFile;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes an API key. Nothing is kept: who loses it makes another one.
@Command(
    name = "key",
    description = {
      "Makes an API key for the service: prints the key, which is shown this once, and the line"
          + " for the file given to `smolvlm serve --api-keys FILE`.",
      "The line holds a hash of the key, not the key. A running service notices the change."
    })
final class KeyCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "NAME",
      description = "Whose key it is, as logs name it: letters, digits and . _ -")
  String name = "";

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  KeyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    ApiKeyFile.NewKey made = ApiKeyFile.create(name, new SecureRandom());
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("name", name);
      fields.put("key", made.key());
      fields.put("line", made.line());
      terminal.println(Json.text(fields));
      return;
    }
    terminal.println("key:  " + made.key());
    terminal.println("line: " + made.line());
  }
}
