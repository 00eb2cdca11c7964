package io.smolvlm.app.page.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// The page in a real browser, with the packaged service and the model in the box behind it: a
/// window for each test, about which nothing may be complained.
abstract class BrowserCase {
  static final JsonMapper JSON = JsonMapper.builder().build();
  static final String CHAT = "**/v1/chat/completions";

  static PageUnderTest tested;

  BrowserContext window;
  Page page;
  boolean refusalsExpected;
  private Complaints complaints;

  @BeforeAll
  static void start() throws Exception {
    // The first answers come from a cold model, maybe on a busy machine.
    PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    tested = PageUnderTest.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (tested != null) {
      tested.close();
    }
  }

  @BeforeEach
  void open() {
    openAs(new Browser.NewContextOptions().setViewportSize(1280, 900));
  }

  @AfterEach
  void nothingIsComplainedOfAndNothingLeaves() {
    List<String> said = refusalsExpected ? complaints.besidesRefusals() : complaints.all();
    window.close();
    assertEquals(List.of(), said);
  }

  final void openAs(Browser.NewContextOptions options) {
    if (window != null) {
      nothingIsComplainedOfAndNothingLeaves();
    }
    window = tested.window(options);
    complaints = Complaints.of(window, tested.origin());
    page = PageUnderTest.open(window);
  }

  final void chooseScene() {
    page.locator("#samples button").first().click();
    assertThat(page.locator("#picture"))
        .hasAttribute("alt", Pattern.compile("Four drawn shapes.*"));
  }

  /// @param type as in `image/png`
  final void chooseFile(String name, String type, byte[] bytes) {
    page.locator("#file").setInputFiles(new FilePayload(name, type, bytes));
  }

  final void ask(String question) {
    page.locator("#question").fill(question);
    page.locator("#ask").click();
  }

  final Locator answer() {
    return page.locator(".answer-text").last();
  }

  /// The answer to the curl command that the page shows, run where its files lie.
  static String answerOf(String curl, Path folder) throws IOException, InterruptedException {
    Process shell =
        new ProcessBuilder("sh", "-c", curl)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    byte[] said = shell.getInputStream().readAllBytes();
    if (!shell.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("curl does not end");
    }
    return JSON.readTree(said).at("/choices/0/message/content").asText();
  }
}
