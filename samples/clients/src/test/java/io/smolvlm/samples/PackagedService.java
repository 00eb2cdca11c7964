package io.smolvlm.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests the address of the service: one process for all of them, started from what Maven
/// packaged, on a free port, stopped after the last test. With the property `smolvlm.url` a service
/// that runs already is used.
public final class PackagedService implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(PackagedService.class);
  private static final Pattern LISTENING = Pattern.compile("Listening on: (http://\\S+)");
  private static final int SECONDS = 120;

  /// What the launcher `smolvlm` passes.
  private static final List<String> FLAGS =
      List.of(
          "--add-modules",
          "jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens",
          "java.base/java.io=ALL-UNNAMED",
          "-XX:-UsePerfData",
          "-Djava.awt.headless=true");

  private record Running(URI address, Process process) implements AutoCloseable {
    @Override
    public void close() {
      process.destroy();
      try {
        process.onExit().get(SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException | InterruptedException e) {
        process.destroyForcibly();
        throw new AssertionError("the service did not stop when told to", e);
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == URI.class;
  }

  @Override
  public URI resolveParameter(ParameterContext parameter, ExtensionContext context) {
    String given = System.getProperty("smolvlm.url", "");
    if (!given.isEmpty()) {
      return URI.create(given);
    }
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent("service", key -> start(), Running.class)
        .address();
  }

  private static Running start() {
    Path jar = Samples.root().resolve("target/app/quarkus-app/quarkus-run.jar");
    if (!Files.isRegularFile(jar)) {
      throw new AssertionError(jar + " is missing: build it with ./mvnw -DskipTests package");
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = new ArrayList<>(List.of(java));
    command.addAll(FLAGS);
    // Keep-alive comments in the shortest permitted distance, so that clients meet them.
    command.addAll(
        List.of("-Dquarkus.http.port=0", "-Dsmolvlm.http.keep-alive=1s", "-jar", jar.toString()));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("SMOLVLM_MODEL", Samples.MODEL); // whatever the hub's cache holds
      Process process = builder.start();
      return new Running(address(process), process);
    } catch (IOException e) {
      throw new AssertionError("the service cannot be started", e);
    }
  }

  /// Reads what the service prints until its address comes, and throws the rest away, so that the
  /// pipe never fills.
  private static URI address(Process process) {
    var found = new CompletableFuture<URI>();
    Thread.ofVirtual()
        .start(() -> {
          var seen = new StringBuilder();
          try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              Matcher listening = LISTENING.matcher(line);
              if (listening.find()) {
                found.complete(URI.create(listening.group(1)));
              }
              if (!found.isDone()) {
                seen.append(line).append('\n');
              } else if (line.contains("ERROR")) {
                System.err.println("service: " + line);
              }
            }
            found.completeExceptionally(new AssertionError("it ended:\n" + seen));
          } catch (IOException e) {
            found.completeExceptionally(e);
          }
        });
    try {
      return found.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError("the service did not start", e);
    }
  }
}
