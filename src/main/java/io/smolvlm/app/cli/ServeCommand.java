package io.smolvlm.app.cli;

import io.smolvlm.app.access.ApiKeys;
import io.smolvlm.app.access.PublicBind;
import io.smolvlm.models.Precision;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Boots the packaged Quarkus application in this process. The launcher puts its entry point on the
/// class path for this command alone; the rest lives in the class loader that it makes.
@Command(name = "serve", description = "Starts the HTTP service and runs until it is stopped.")
final class ServeCommand implements Runnable {
  private static final String ENTRY_POINT = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";

  private final Terminal terminal;

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Listen on this address; default: 127.0.0.1, this machine only.")
  @Nullable String host;

  @Option(names = "--port", paramLabel = "N", description = "Default: 8080.")
  @Nullable Integer port;

  @Option(
      names = "--api-keys",
      paramLabel = "FILE",
      description = {
        "Ask callers for one of the keys in this file, see smolvlm key; needed to listen on an"
            + " address that other machines reach."
      })
  @Nullable Path apiKeys;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    if (port != null && (port < 0 || port > 65535)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "port: found " + port + ", allowed 0 to 65535");
    }
    setProperty("quarkus.http.host", host);
    setProperty("quarkus.http.port", port == null ? null : port.toString());
    // The default is left to the settings, so that the environment may name another model.
    setProperty("smolvlm.model", model.reference.isEmpty() ? null : model.reference);
    setProperty("smolvlm.mmproj", model.mmproj);
    // An unknown name is refused before anything is started.
    setProperty(
        "smolvlm.precision",
        model.precision() == Precision.AUTO ? null : model.precision().toString());
    if (apiKeys != null) {
      new ApiKeys(apiKeys, Duration.ofSeconds(1)); // what is wrong with the file is said at once
      setProperty("smolvlm.api-keys", apiKeys.toAbsolutePath().toString());
    }
    if (host != null) {
      PublicBind.check(host, apiKeys != null || configured("smolvlm.api-keys", "SMOLVLM_API_KEYS"));
    }
    boot();
  }

  private static boolean configured(String property, String variable) {
    return System.getProperty(property) != null || System.getenv(variable) != null;
  }

  private static void setProperty(String name, @Nullable String value) {
    if (value != null) {
      System.setProperty(name, value);
    }
  }

  private void boot() {
    terminal.clearProgress();
    terminal.out().flush();
    try {
      Class.forName(ENTRY_POINT)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[0]);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "Quarkus is not on the class path; start the service with ./smolvlm serve", e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the service did not start: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the service cannot be started", e);
    }
  }
}
