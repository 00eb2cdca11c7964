package io.smolvlm.app.page.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The packaged service and a browser to look at it.
///
/// `-Dsmolvlm.page.url=http://..` looks at a service that already runs; `-Dsmolvlm.chromium=FILE`
/// names the browser where it is not in a usual place.
final class PageUnderTest implements AutoCloseable {
  static final Path ROOT =
      Path.of(System.getProperty("smolvlm.root", "..")).toAbsolutePath().normalize();

  private static final List<String> BROWSERS =
      List.of(
          "/usr/bin/chromium",
          "/usr/bin/chromium-browser",
          "/usr/bin/google-chrome",
          "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  private static final int SECONDS = 180;

  private final @Nullable Process service;
  private final String origin;
  private final Playwright playwright;
  private final Browser browser;

  private PageUnderTest(@Nullable Process service, String origin) {
    this.service = service;
    this.origin = origin;
    this.playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    this.browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(chromium())
                    // Containers rarely allow the browser its own sandbox.
                    .setArgs(List.of("--no-sandbox")));
  }

  static PageUnderTest start() throws Exception {
    String running = System.getProperty("smolvlm.page.url", "");
    if (!running.isEmpty()) {
      return new PageUnderTest(null, running);
    }
    ProcessBuilder builder =
        new ProcessBuilder(ROOT.resolve("smolvlm").toString(), "serve", "--port", "0");
    Map<String, String> environment = builder.environment();
    environment.put("SMOLVLM_BUILD", "never");
    environment.put("SMOLVLM_MODEL", "tiny"); // whatever the hub's cache holds
    // Every answer shows all stages, in whatever order the tests come.
    environment.put("SMOLVLM_CACHE_IMAGES", "0");
    environment.put("SMOLVLM_CACHE_PREFIXES", "0");
    Process process = builder.redirectErrorStream(true).start();
    try {
      String origin = address(process);
      awaitReady(origin);
      return new PageUnderTest(process, origin);
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Path chromium() {
    return Stream.concat(Stream.of(System.getProperty("smolvlm.chromium", "")), BROWSERS.stream())
        .filter(file -> !file.isEmpty())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(
                "no Chromium in the usual places; name it with -Dsmolvlm.chromium=FILE"));
  }

  private static String address(Process process) throws IOException {
    Pattern listening = Pattern.compile("Listening on: (http://\\S+)");
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    var seen = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher found = listening.matcher(line);
      if (found.find()) {
        Thread.ofVirtual().start(() -> drain(lines));
        return found.group(1);
      }
      seen.append(line).append('\n');
    }
    throw new AssertionError("the service ended: " + seen);
  }

  /// A service whose words nobody takes would stop at the next one.
  private static void drain(BufferedReader lines) {
    try {
      lines.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // It was told to end.
    }
  }

  private static void awaitReady(String origin) throws Exception {
    var ready = HttpRequest.newBuilder(URI.create(origin + "/health/ready")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < 10 * SECONDS; i++) {
        if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
        Thread.sleep(100);
      }
    }
    throw new AssertionError("the service did not become ready");
  }

  String origin() {
    return origin;
  }

  /// A browser window of its own, without history.
  BrowserContext window(Browser.NewContextOptions options) {
    BrowserContext context = browser.newContext(options.setBaseURL(origin));
    context.setDefaultTimeout(60_000);
    return context;
  }

  /// The page, opened and connected.
  static Page open(BrowserContext window) {
    Page page = window.newPage();
    page.navigate("/");
    page.locator("#model-name").waitFor();
    return page;
  }

  static Path sample(String name) {
    return ROOT.resolve("samples/images").resolve(name);
  }

  @Override
  public void close() {
    playwright.close();
    if (service != null) {
      service.destroy();
      service.onExit().completeOnTimeout(service, SECONDS, TimeUnit.SECONDS).join();
      service.destroyForcibly();
    }
  }
}
