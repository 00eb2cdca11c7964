package io.smolvlm.app.page.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Pictures of the page for people to look at, into the folder `-Dsmolvlm.screenshots=..`.
class ScreenshotsIT {
  private static final int MOST_BYTES = 250_000;

  private static PageUnderTest tested;
  private static Path folder;

  @BeforeAll
  static void start() throws Exception {
    folder = Files.createDirectories(Path.of(System.getProperty("smolvlm.screenshots")));
    // The first answers come from a cold model, maybe on a busy machine.
    PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    tested = PageUnderTest.start();
    // The pictures show the times of a warm model.
    try (BrowserContext window = tested.window(desktop(ColorScheme.LIGHT))) {
      answered(window);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (tested != null) {
      tested.close();
    }
  }

  @Test
  void empty() throws IOException {
    try (BrowserContext window = tested.window(desktop(ColorScheme.LIGHT))) {
      save(PageUnderTest.open(window), "page-empty.png");
    }
  }

  @Test
  void light() throws IOException {
    try (BrowserContext window = tested.window(desktop(ColorScheme.LIGHT))) {
      save(answered(window), "page-desktop.png");
    }
  }

  @Test
  void dark() throws IOException {
    try (BrowserContext window = tested.window(desktop(ColorScheme.DARK))) {
      save(answered(window), "page-dark.png");
    }
  }

  @Test
  void phone() throws IOException {
    var options =
        new Browser.NewContextOptions()
            .setViewportSize(390, 844)
            .setDeviceScaleFactor(1.5)
            .setIsMobile(true)
            .setHasTouch(true);
    try (BrowserContext window = tested.window(options)) {
      save(answered(window), "page-phone.png");
    }
  }

  @Test
  void pdf() throws IOException {
    try (BrowserContext window = tested.window(desktop(ColorScheme.LIGHT))) {
      Page page = PageUnderTest.open(window);
      page.getByAltText("A PDF of two pages").click();
      assertThat(page.locator("#thumbs .thumb")).hasCount(2);
      asked(page, "What is the total on page 1?", "What is on page 2?");
      page.getByLabel("Page 2 of order.pdf").click();
      page.waitForTimeout(500);
      save(page, "page-pdf.png");
    }
  }

  private static Browser.NewContextOptions desktop(ColorScheme scheme) {
    return new Browser.NewContextOptions().setViewportSize(1280, 900).setColorScheme(scheme);
  }

  /// A described sample and a follow-up.
  private static Page answered(BrowserContext window) {
    Page page = PageUnderTest.open(window);
    page.locator("#samples button").first().click();
    assertThat(page.locator("#tiles span")).hasCount(4);
    asked(page, "Describe this image.", "Which colour does the triangle have?");
    return page;
  }

  private static void asked(Page page, String... questions) {
    int asked = 0;
    for (String question : questions) {
      page.locator("#question").fill(question);
      page.locator("#ask").click();
      assertThat(page.locator(".timing")).hasCount(++asked);
    }
    page.evaluate("() => document.activeElement.blur()");
    page.evaluate("() => scrollTo(0, 0)");
    page.waitForTimeout(500);
  }

  /// Without the alpha channel that browsers add, which makes the file smaller.
  private static void save(Page page, String name) throws IOException {
    byte[] png = page.screenshot(new Page.ScreenshotOptions().setFullPage(true));
    BufferedImage shot = ImageIO.read(new ByteArrayInputStream(png));
    var opaque = new BufferedImage(shot.getWidth(), shot.getHeight(), BufferedImage.TYPE_INT_RGB);
    opaque.createGraphics().drawImage(shot, 0, 0, null);
    Path file = folder.resolve(name);
    ImageIO.write(opaque, "png", file.toFile());
    long size = Files.size(file);
    assertTrue(size < MOST_BYTES, name + " has " + size + " bytes");
  }
}
