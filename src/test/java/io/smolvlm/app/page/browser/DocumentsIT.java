package io.smolvlm.app.page.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import io.smolvlm.app.PdfFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PDFs on the page.
class DocumentsIT extends BrowserCase {
  private static final String TOTAL = "What is the total on page 1?";
  private static final String SECOND = "What is on page 2?";

  private void chooseOrder() throws Exception {
    chooseFile(
        "order.pdf", "application/pdf", Files.readAllBytes(PageUnderTest.sample("order.pdf")));
    assertThat(page.locator("#thumbs .thumb")).hasCount(2);
  }

  private Locator thumb(String label) {
    return page.locator("#thumbs")
        .getByLabel(label, new Locator.GetByLabelOptions().setExact(true));
  }

  private boolean previewIsDrawn() {
    return (boolean)
        page.evaluate(
            "() => { const i = document.getElementById('picture'); return i.complete && i.naturalWidth > 0; }");
  }

  @Test
  void pagesOfADocumentAreShownAndAskedAboutAsOneFile() throws Exception {
    chooseOrder();
    assertThat(page.locator("#picture")).hasAttribute("alt", "Page 1 of order.pdf");
    assertThat(page.locator("#facts")).containsText("Page 1 of 2");
    page.waitForCondition(this::previewIsDrawn);
    int tiles = page.locator("#tiles span").count();
    thumb("Page 2 of order.pdf").click();
    assertThat(thumb("Page 2 of order.pdf")).isFocused();
    assertThat(page.locator("#picture")).hasAttribute("alt", "Page 2 of order.pdf");
    assertThat(page.locator("#facts")).containsText("Page 2 of 2");
    assertThat(page.locator("#question")).hasAttribute("placeholder", "Ask about the document");

    Request request = page.waitForRequest(CHAT, () -> ask(TOTAL));
    JsonNode content = JSON.readTree(request.postData()).at("/messages/0/content");
    assertEquals(2, content.size());
    assertEquals("file", content.at("/0/type").asText());
    assertEquals("order.pdf", content.at("/0/file/filename").asText());
    assertThat(answer()).hasText("26.01");
    assertThat(page.locator(".asked img")).hasCount(2);
    assertThat(page.locator("#facts")).containsText("Page 2 of 2");
    assertEquals(tiles, page.locator("#tiles span").count());
    ask(SECOND);
    assertThat(answer()).hasText("A table.");
  }

  @Test
  void sampleDocumentIsAnsweredAndItsCallInCodeIsTrue(@TempDir Path folder) throws Exception {
    page.getByAltText("A PDF of two pages").click();
    assertThat(page.locator("#thumbs .thumb")).hasCount(2);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(TOTAL)).click();
    assertThat(answer()).hasText("26.01");
    page.locator(".timing").waitFor();
    String curl = page.locator("#code-text").textContent();
    page.locator("#code-tab-python").click();
    assertThat(page.locator("#code-text")).containsText("\"file_data\": document(\"order.pdf\"),");
    assertThat(page.locator("#code-text")).containsText("def document(file):");

    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "no curl here");
    Files.copy(PageUnderTest.sample("order.pdf"), folder.resolve("order.pdf"));
    assertEquals("26.01", answerOf(curl, folder));
  }

  @Test
  void droppedAndPastedDocumentsAreTaken() {
    String give =
        """
        async ([kind, type]) => {
          const file = new File([await (await fetch("/page/samples/order.pdf")).blob()], "drop.pdf", { type });
          const data = new DataTransfer();
          data.items.add(file);
          const event = kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
          document.getElementById("stage").dispatchEvent(event);
        }\
        """;
    for (List<String> way :
        List.of(
            List.of("drop", "application/pdf"),
            List.of("drop", ""),
            List.of("paste", "application/pdf"))) {
      chooseScene();
      page.evaluate(give, way);
      assertThat(page.locator("#picture")).hasAttribute("alt", "Page 1 of drop.pdf");
      assertThat(page.locator("#thumbs .thumb")).hasCount(2);
    }
    page.evaluate(give, List.of("drop", "text/plain"));
    assertThat(page.locator("#problem")).hasText("drop.pdf: neither a picture nor a PDF.");
    assertThat(page.locator("#thumbs .thumb")).hasCount(2);
  }

  @Test
  void removingAPageRemovesItsDocument() throws Exception {
    chooseScene();
    var chooser = page.waitForFileChooser(() -> page.locator("#add").click());
    chooser.setFiles(PageUnderTest.sample("order.pdf"));
    assertThat(page.locator("#thumbs .thumb")).hasCount(3);
    assertThat(page.locator("#picture")).hasAttribute("alt", "Page 1 of order.pdf");
    assertThat(page.locator("#question")).hasAttribute("placeholder", "Ask about the pictures");
    thumb("Page 2 of order.pdf").click();
    assertThat(page.locator("#remove")).hasText("Remove PDF");
    page.locator("#remove").click();
    assertThat(page.locator("#thumbs .thumb")).hasCount(1);
    assertThat(page.locator("#picture"))
        .hasAttribute("alt", Pattern.compile("Four drawn shapes.*"));
    assertThat(page.locator("#remove")).hasText("Remove");
  }

  @Test
  void budgetDrawsThePagesAnew() throws Exception {
    chooseOrder();
    int tiles = page.locator("#tiles span").count();
    page.getByText("Picture budget").click();
    page.getByLabel("Longest edge").selectOption("384");
    assertThat(page.locator("#facts")).containsText("× 384");
    assertThat(page.locator("#tiles span")).not().hasCount(tiles);
    page.waitForCondition(
        () -> page.evaluate("() => document.getElementById('picture').naturalHeight").equals(384));
  }

  @Test
  void documentThatCannotBeReadIsRefusedInWords() throws Exception {
    refusalsExpected = true;
    Map<String, byte[]> refused =
        Map.of(
            "password", PdfFiles.ofText(1, "secret"),
            "more pages than are allowed", PdfFiles.ofText(17),
            "no PDF", "not a document".getBytes(StandardCharsets.UTF_8));
    for (var file : refused.entrySet()) {
      chooseFile("bad.pdf", "application/pdf", file.getValue());
      assertThat(page.locator("#facts .bad")).containsText(file.getKey());
      assertThat(page.locator("#no-preview")).hasText("No preview");
    }
    ask(SECOND);
    assertThat(page.locator(".failed .error")).containsText(Pattern.compile("\\w+ \\w+"));
    assertThat(page.locator("#question")).hasValue(SECOND);

    chooseOrder();
    ask(SECOND);
    assertThat(answer()).hasText("A table.");
    assertThat(page.locator(".failed")).hasCount(0);
  }
}
