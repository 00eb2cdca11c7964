package io.smolvlm.app.page.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pictures on the page, the conversation, and what holds for all of the page; [DocumentsIT] has
/// PDFs.
class PageIT extends BrowserCase {
  private static final String DESCRIBE = "Describe this image.";
  private static final String SCENE =
      "From top to bottom: a purple cross, a purple square, a brown triangle and a gray cross.";

  @Test
  void sampleIsAnsweredWithItsTilesAndTimes() {
    chooseScene();
    assertThat(page.locator("#tiles span")).hasCount(4);
    assertThat(page.locator("#facts")).containsText("240 × 320");
    assertThat(page.locator("#facts")).containsText("256 × 256");
    assertThat(page.locator("#facts")).containsText("5 tiles");
    assertThat(page.locator("#facts")).containsText("80");

    ask(DESCRIBE);

    assertThat(answer()).hasText(SCENE);
    Locator times = page.locator(".timing");
    for (String stage : List.of("Read", "Resize", "Encode 5 tiles", "Prefill", "Decode")) {
      assertThat(times.locator(".stages")).containsText(stage);
    }
    assertThat(times.locator(".strip"))
        .hasAttribute("aria-label", Pattern.compile("Encode \\d+ %"));
    assertThat(times.locator(".tokens")).containsText("(80 image)");
    assertThat(page.locator("#announcer")).hasText(SCENE);
  }

  @Test
  void answerAppearsAsItIsWritten() {
    page.evaluate(
        """
        () => {
          window.lengths = new Set();
          new MutationObserver(() => {
            const text = document.querySelector(".answer-text")?.textContent ?? "";
            window.lengths.add(text.length);
          }).observe(document.getElementById("turns"), { subtree: true, childList: true });
        }\
        """);
    chooseScene();
    ask(DESCRIBE);
    assertThat(answer()).hasText(SCENE);
    int steps = (int) page.evaluate("() => window.lengths.size");
    assertTrue(steps > 5, "the answer grew in " + steps + " steps");
  }

  @Test
  void modelIsNamedAndItsLimitsAreTold() {
    assertThat(page.locator("#model-name")).hasText("tiny");
    assertThat(page.locator("#model-note")).containsText("demonstration model");
    assertThat(page.locator("#model-note")).containsText("drawn shapes");
    assertThat(page.locator("#model-note")).containsText("receipts");
  }

  @Test
  void followUpCarriesTheConversation() throws Exception {
    chooseScene();
    ask(DESCRIBE);
    page.locator(".timing").waitFor();
    Request request = page.waitForRequest(CHAT, () -> ask("Which colour does the triangle have?"));
    JsonNode messages = JSON.readTree(request.postData()).get("messages");
    assertEquals(3, messages.size());
    assertEquals("image_url", messages.at("/0/content/0/type").asText());
    assertEquals(SCENE, messages.at("/1/content").asText());
    assertEquals("Which colour does the triangle have?", messages.at("/2/content").asText());
    assertThat(page.locator(".timing")).hasCount(2);
    page.getByText("New conversation").click();
    assertThat(page.locator(".turn")).hasCount(0);
  }

  @Test
  void budgetChangesTheTilesAndTheRequest() throws Exception {
    chooseScene();
    assertThat(page.locator("#tiles span")).hasCount(4);
    page.getByText("Picture budget").click();
    page.getByLabel("Cut into tiles").selectOption("off");
    assertThat(page.locator("#facts")).containsText("1 tile");
    assertThat(page.locator("#tiles span")).hasCount(0);
    page.getByLabel("Cut into tiles").selectOption("on");
    page.getByLabel("Longest edge").selectOption("384");
    assertThat(page.locator("#tiles span")).hasCount(9);
    Request request = page.waitForRequest(CHAT, () -> ask(DESCRIBE));
    JsonNode budget = JSON.readTree(request.postData()).get("mm_processor_kwargs");
    assertTrue(budget.get("do_image_splitting").asBoolean());
    assertEquals(384, budget.at("/size/longest_edge").asInt());
    page.locator(".timing").waitFor();
  }

  @Test
  void smallPictureNeedNotBeEnlarged() throws Exception {
    var small = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(100, 60, BufferedImage.TYPE_INT_RGB), "png", small);
    chooseFile("small.png", "image/png", small.toByteArray());
    assertThat(page.locator("#tiles span")).hasCount(4);
    page.getByText("Picture budget").click();
    page.getByLabel("Enlarge small pictures").selectOption("off");
    assertThat(page.locator("#tiles span")).hasCount(0);
    assertThat(page.locator("#facts")).containsText("1 tile");
    chooseScene();
    assertThat(page.locator("#tiles span")).hasCount(4);
    chooseFile("small.png", "image/png", small.toByteArray());
    assertThat(page.locator("#tiles span")).hasCount(0);
  }

  @Test
  void codeIsCopiedAndGivesTheSameAnswer(@TempDir Path folder) throws Exception {
    window.grantPermissions(List.of("clipboard-read", "clipboard-write"));
    chooseScene();
    ask(DESCRIBE);
    assertThat(answer()).hasText(SCENE);
    page.getByRole(AriaRole.BUTTON, named("Copy")).click();
    assertThat(page.locator("#copy-code")).hasText("Copied");
    String curl = (String) page.evaluate("() => navigator.clipboard.readText()");
    assertEquals(page.locator("#code-text").textContent(), curl);
    page.getByRole(AriaRole.TAB, named("Python")).click();
    assertThat(page.locator("#code-text")).containsText("client.chat.completions.create(");

    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl here");
    Files.copy(PageUnderTest.sample("scene.png"), folder.resolve("scene.png"));
    assertEquals(SCENE, answerOf(curl, folder));
  }

  @Test
  void questionWithShellsOwnCharactersStaysAQuestion(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl here");
    String odd = "What's \"$HOME\" `id` \\n $(id) ${x} END?";
    page.locator("#question").fill(odd);
    String code = page.locator("#code-text").textContent();
    Process shell =
        new ProcessBuilder("sh", "-c", "curl() { cat; }\n" + code)
            .directory(folder.toFile())
            .start();
    JsonNode body = JSON.readTree(shell.getInputStream().readAllBytes());
    assertEquals(odd, body.at("/messages/0/content").asText());
  }

  @Test
  void brokenFileIsRefusedInWords() {
    refusalsExpected = true;
    chooseFile("broken.png", "image/png", "not a picture".getBytes(StandardCharsets.UTF_8));
    assertThat(page.locator("#no-preview")).isVisible();
    assertThat(page.locator("#facts .bad")).containsText(Pattern.compile("\\w+ \\w+"));
    ask(DESCRIBE);
    assertThat(page.locator(".failed .error")).containsText(Pattern.compile("\\w+ \\w+"));
    assertThat(page.locator("#question")).hasValue(DESCRIBE);

    chooseScene();
    ask(DESCRIBE);
    assertThat(answer()).hasText(SCENE);
    assertThat(page.locator(".failed")).hasCount(0);
  }

  @Test
  void ownPictureIsAnswered() throws Exception {
    chooseFile("my heart.png", "image/png", Files.readAllBytes(PageUnderTest.sample("heart.png")));
    assertThat(page.locator("#picture")).hasAttribute("alt", "my heart.png");
    ask("Which color is the heart?");
    assertThat(answer()).hasText("Purple.");
    assertThat(page.locator("#code-text")).containsText("'my heart.png'");
  }

  @Test
  void droppedAndPastedPicturesAreTaken() throws Exception {
    String give =
        """
        async (kind) => {
          const file = new File([await (await fetch("/page/samples/heart.png")).blob()], "drop.png", { type: "image/png" });
          const data = new DataTransfer();
          data.items.add(file);
          const event = kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
          document.getElementById("stage").dispatchEvent(event);
        }\
        """;
    for (String kind : List.of("drop", "paste")) {
      chooseScene();
      page.evaluate(give, kind);
      assertThat(page.locator("#picture")).hasAttribute("alt", "drop.png");
    }
  }

  @Test
  void secondPictureStandsBesideTheFirst() {
    chooseScene();
    var chooser = page.waitForFileChooser(() -> page.locator("#add").click());
    chooser.setFiles(PageUnderTest.sample("heart.png"));
    assertThat(page.locator("#thumbs .thumb")).hasCount(2);
    assertThat(page.locator("#picture")).hasAttribute("alt", "heart.png");
    page.locator("#remove").click();
    assertThat(page.locator("#tiles span")).hasCount(4);
  }

  @Test
  void keyboardAloneIsEnough() {
    tabTo("#samples button");
    page.keyboard().press("Enter");
    assertThat(page.locator("#tiles span")).hasCount(4);
    tabTo("#question");
    page.keyboard().type(DESCRIBE);
    page.keyboard().press("Enter");
    assertThat(answer()).hasText(SCENE);
    assertThat(page.locator("#question")).isFocused();
    tabTo("#code-tab-curl");
    page.keyboard().press("ArrowRight");
    assertThat(page.locator("#code-tab-python")).isFocused();
    assertThat(page.locator("#code-text")).containsText("from openai import OpenAI");
  }

  @Test
  void stopEndsTheAnswer() {
    refusalsExpected = true;
    page.route(CHAT, route -> {});
    chooseScene();
    ask(DESCRIBE);
    List<String> ended = new ArrayList<>();
    page.onRequestFailed(request -> ended.add(request.url()));
    page.getByRole(AriaRole.BUTTON, named("Stop")).click();
    assertThat(page.locator(".answer .end")).containsText("You stopped it");
    assertEquals(List.of(tested.origin() + "/v1/chat/completions"), ended);
    page.unroute(CHAT);
    ask("Count the shapes.");
    assertThat(answer()).hasText("4");
  }

  @Test
  void keyIsAskedForAndUsed() {
    refusalsExpected = true;
    page.close();
    window.route(
        "**/v1/**",
        route -> {
          if ("Bearer sk-right".equals(route.request().headerValue("authorization"))) {
            route.resume();
          } else {
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(401)
                    .setContentType("application/json")
                    .setBody(
                        """
                        {"error":{"message":"This service needs an API key.",\
                        "type":"authentication_error","param":null,"code":"invalid_api_key"}}\
                        """));
          }
        });
    page = window.newPage();
    page.navigate("/");
    assertThat(page.locator("#key")).isFocused();
    assertThat(page.locator("#key-problem")).hasText("This service needs an API key.");
    page.keyboard().type("sk-right");
    page.keyboard().press("Enter");
    assertThat(page.locator("#model-name")).hasText("tiny");
    assertThat(page.locator("#key-form")).isHidden();
    assertThat(page.locator("#code-text")).containsText("Bearer $SMOLVLM_API_KEY");
    chooseScene();
    ask(DESCRIBE);
    assertThat(answer()).hasText(SCENE);
  }

  @Test
  void errorAmidTheAnswerIsTold() {
    answerWith(
        """
        data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}

        data: {"choices":[{"delta":{"content":"A purple"},"finish_reason":null}]}

        data: {"error":{"message":"The answer took too long.","type":"server_error","param":null,"code":"timeout"}}

        """);
    ask(DESCRIBE);
    assertThat(page.locator(".failed .error")).hasText("The answer took too long.");
    assertThat(answer()).hasText("A purple");
  }

  @Test
  void streamThatBreaksOffIsToldFromAnAnswer() {
    answerWith("data: {\"choices\":[{\"delta\":{\"content\":\"A\"},\"finish_reason\":null}]}\n\n");
    ask(DESCRIBE);
    assertThat(page.locator(".failed .error")).containsText("connection broke");
  }

  @Test
  void textOfTheModelIsNeverMarkup() {
    answerWith(
        """
        : keep-alive

        data: {"choices":[{"delta":{"content":"<img src=x onerror=alert(1)><b>bold</b>"},"finish_reason":null}]}\r
        \r
        data: {"choices":[{"delta":{},"finish_reason":"stop"}]}

        data: [DONE]

        """);
    ask(DESCRIBE);
    assertThat(answer()).hasText("<img src=x onerror=alert(1)><b>bold</b>");
    assertEquals(0, page.locator(".answer-text *").count());
  }

  @Test
  void phoneShowsEverythingWithoutSidewaysScrolling() {
    for (int width : new int[] {320, 390}) {
      openAs(
          new Browser.NewContextOptions()
              .setViewportSize(width, 780)
              .setDeviceScaleFactor(2)
              .setIsMobile(true)
              .setHasTouch(true));
      chooseScene();
      ask(DESCRIBE);
      assertThat(answer()).hasText(SCENE);
      page.locator(".timing").waitFor();
      int content = (int) page.evaluate("() => document.documentElement.scrollWidth");
      assertTrue(content <= width, content + " wide on " + width);
    }
  }

  @Test
  void lightAndDarkPassTheAccessibilityRules() {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      openAs(new Browser.NewContextOptions().setViewportSize(1280, 900).setColorScheme(scheme));
      assertRules(scheme + ", empty");
      chooseScene();
      ask(DESCRIBE);
      page.locator(".timing").waitFor();
      page.getByText("Picture budget").click();
      page.getByText("More", new Page.GetByTextOptions().setExact(true)).click();
      assertRules(scheme + ", answered");
    }
    String dark = (String) page.evaluate("() => getComputedStyle(document.body).backgroundColor");
    assertEquals("rgb(19, 21, 23)", dark);
  }

  private void assertRules(String state) {
    List<String> violations =
        new AxeBuilder(page)
            .analyze().getViolations().stream()
                .map(rule -> rule.getId() + ": " + rule.getNodes().getFirst().getHtml())
                .toList();
    assertEquals(List.of(), violations, state);
  }

  /// Answers the next questions with these events instead of the model's.
  private void answerWith(String events) {
    page.route(
        CHAT,
        route ->
            route.fulfill(
                new Route.FulfillOptions().setContentType("text/event-stream").setBody(events)));
  }

  private void tabTo(String selector) {
    for (int i = 0; i < 40; i++) {
      page.keyboard().press("Tab");
      if ((boolean)
          page.evaluate("(s) => document.activeElement === document.querySelector(s)", selector)) {
        return;
      }
    }
    fail("40 tabs do not reach " + selector);
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}
