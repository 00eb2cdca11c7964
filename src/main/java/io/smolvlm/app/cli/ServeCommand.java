package io.smolvlm.app.cli;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.reflect.InvocationTargetException;
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
    setProperty("smolvlm.model", model.reference);
    setProperty("smolvlm.mmproj", model.mmproj == null ? null : model.mmproj.toString());
    boot();
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
