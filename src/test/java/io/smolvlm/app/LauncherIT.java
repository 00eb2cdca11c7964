package io.smolvlm.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The packaged program, started as a user does.
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path ROOT =
      Path.of(System.getProperty("smolvlm.root", "..")).toAbsolutePath().normalize();
  private static final int SECONDS = 120;

  @TempDir Path folder;

  record Result(int status, String out, String err) {}

  @Test
  void linkFromAnotherFolderStartsIt() throws Exception {
    Path elsewhere = Files.createDirectories(folder.resolve("a folder"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("vlm"), ROOT.resolve("smolvlm"));
    Path picture = Files.copy(sample("scene.png"), elsewhere.resolve("it's a \"scene\".png"));
    Result result = run(elsewhere, link, "inspect", "image", picture.getFileName().toString());
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().startsWith("picture        240x320"), result.out());
    assertEquals("", result.err(), "nothing of the JVM's own");
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws Exception {
    for (String odd : List.of("  two  spaces ", "*", "$HOME", "a\"b'c", "@file")) {
      Result result = run(folder, ROOT.resolve("smolvlm"), "inspect", "image", odd);
      assertEquals(2, result.status(), result.err());
      assertTrue(result.err().contains("smolvlm: " + odd + ": no such file"), result.err());
    }
  }

  /// Also where no locale is set; the shell writes the bytes, since this JVM may not know them.
  @Test
  void argumentsAreUtf8() throws Exception {
    String command =
        "exec '" + ROOT.resolve("smolvlm") + "' inspect image \"$(printf 'o\\303\\271')\"";
    Result result = run(folder, Path.of("sh"), "-c", "unset LANG LC_ALL LC_CTYPE; " + command);
    assertEquals(2, result.status(), result.err());
    assertTrue(result.err().contains("smolvlm: où: no such file"), result.err());
  }

  @Test
  void statusTellsWhatWentWrong() throws Exception {
    Path launcher = ROOT.resolve("smolvlm");
    assertEquals(2, run(folder, launcher, "caption", "no.png").status());
    assertEquals(3, run(folder, launcher, "caption", "-m", "none", "no.png").status());
  }

  @Test
  void wrongSettingsOfTheServiceAreNamedInOneLine() throws Exception {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("application.properties"),
        "smolvlm.queue.requests=-5\nsmolvlm.queue.request=5\n");
    Result result = run(folder, ROOT.resolve("smolvlm"), "serve", "--port", "0");
    assertEquals(2, result.status(), result.err());
    assertEquals(
        "smolvlm: smolvlm.queue.requests: found -5, allowed 0 to 10000; smolvlm.queue.request: found"
            + " a setting that there is not, allowed are those of docs/configuration.md",
        result.err().strip());
  }

  @Test
  void serviceAnswersAndStops() throws Exception {
    Process process = start(folder, ROOT.resolve("smolvlm"), "serve", "--port", "0");
    try {
      URI ready = URI.create(address(process) + "/health/ready");
      assertEquals(200, statusOnceLoaded(ready));
      process.destroy();
      assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "it stops when told to");
    } finally {
      process.destroyForcibly();
    }
  }

  /// 503 while the model is being loaded, which begins before the service listens.
  private static int statusOnceLoaded(URI ready) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(ready).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      int status;
      do {
        status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      } while (status == 503 && System.nanoTime() < end);
      return status;
    }
  }

  private static String address(Process process) throws IOException {
    Pattern listening = Pattern.compile("Listening on: (http://\\S+)");
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    var seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      seen.append(line).append('\n');
      Matcher found = listening.matcher(line);
      if (found.find()) {
        return found.group(1);
      }
    }
    throw new AssertionError("it ended: " + seen);
  }

  private static Result run(Path where, Path command, String... args) throws Exception {
    Process process = start(where, command, args);
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS));
    return new Result(process.exitValue(), out, err);
  }

  private static Process start(Path where, Path command, String... args) throws IOException {
    var line = new ArrayList<>(List.of(command.toString()));
    line.addAll(List.of(args));
    var builder = new ProcessBuilder(line).directory(where.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("SMOLVLM_BUILD", "never");
    return builder.start();
  }

  private static Path sample(String name) {
    return ROOT.resolve("samples").resolve("images").resolve(name);
  }
}
