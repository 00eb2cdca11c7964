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
      "Makes an API key for the service. The key is shown this once, on standard error; standard"
          + " output gets the line for the file that `smolvlm serve --api-keys FILE` is given,"
          + " which holds a hash of it: smolvlm key ann >> keys",
      "A running service notices that its file has changed."
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
    terminal.err().println("key of " + name + ", shown this once: " + made.key());
    terminal.err().flush();
    terminal.println(made.line());
  }
}
