package io.smolvlm.app.rest.documents;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.PdfFiles;
import io.smolvlm.app.rest.Service;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The pages that people look at before they ask.
@QuarkusTest
class DocumentPagesTest {
  private static final String PNG = "data:image/png;base64,";

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  private static String file(String data, String more) {
    return "{\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"%s\"}%s}".formatted(data, more);
  }

  private static JsonNode pages(byte[] pdf, String more) throws Exception {
    return Service.ok(Service.post(DocumentPages.ROUTE, file(PdfFiles.dataUri(pdf), more)));
  }

  private static RgbImage preview(JsonNode page) throws IOException {
    String uri = page.get("preview").textValue();
    assertTrue(uri.startsWith(PNG), uri.substring(0, 30));
    return new ImageReader()
        .read(Base64.getDecoder().decode(uri.substring(PNG.length())), "preview");
  }

  private static String code(String body, String param) throws Exception {
    HttpResponse<String> response = Service.post(DocumentPages.ROUTE, body);
    assertEquals(400, response.statusCode(), response.body());
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals(param, error.get("param").asText(), response.body());
    return error.get("code").asText();
  }

  @Test
  void pagesAreThoseThatTheModelSees() throws Exception {
    byte[] order =
        Files.readAllBytes(Path.of(System.getProperty("smolvlm.root"), "samples/images/order.pdf"));
    JsonNode answer = pages(order, "");
    assertEquals(2, answer.get("data").size());
    JsonNode asked =
        Service.ok(
            Service.post(
                "/v1/chat/completions",
                Service.question(
                    "order.pdf", "What is on page 2?", ",\"include_image_info\":true")));
    assertEquals(asked.at("/images/0"), answer.at("/data/0/image"));
    assertEquals(asked.at("/images/1"), answer.at("/data/1/image"));
    assertEquals(
        answer.at("/data/0/image/tokens").intValue() + answer.at("/data/1/image/tokens").intValue(),
        answer.get("tokens").intValue());
    for (int i = 0; i < 2; i++) {
      JsonNode page = answer.get("data").get(i);
      assertEquals(i + 1, page.get("page").intValue());
      RgbImage preview = preview(page);
      assertEquals(page.at("/image/width").intValue(), preview.width());
      assertEquals(page.at("/image/height").intValue(), preview.height());
    }
  }

  /// A picture that fills its page is drawn pixel by pixel.
  @Test
  void previewShowsThePage() throws Exception {
    JsonNode answer =
        pages(
            PdfFiles.ofPictures("heart.png"),
            ",\"mm_processor_kwargs\":{\"size\":{\"longest_edge\":256}}");
    RgbImage heart =
        new ImageReader()
            .read(Path.of(System.getProperty("smolvlm.root"), "samples/images/heart.png"));
    RgbImage preview = preview(answer.at("/data/0"));
    assertEquals(256, Math.max(preview.width(), preview.height()));
    byte[] corner = Arrays.copyOf(heart.rgb(), 3);
    assertArrayEquals(corner, Arrays.copyOf(preview.rgb(), 3));
  }

  @Test
  void budgetDecidesHowLargeAPageIsDrawnAndAScreenHowLargeItIsShown() throws Exception {
    String edge = ",\"mm_processor_kwargs\":{\"size\":{\"longest_edge\":%d}}";
    JsonNode small = pages(PdfFiles.ofText(1), edge.formatted(384)).at("/data/0");
    assertEquals(384, small.at("/image/height").intValue());
    assertEquals(384, preview(small).height());
    JsonNode large = pages(PdfFiles.ofText(1), edge.formatted(1536)).at("/data/0");
    assertEquals(1536, large.at("/image/height").intValue());
    assertEquals(PagePreview.MOST, preview(large).height());
    assertTrue(large.at("/image/tiles").intValue() > small.at("/image/tiles").intValue());
  }

  @Test
  void refusalsAreTyped() throws Exception {
    String path = "file.file_data";
    byte[] whole = PdfFiles.ofText(1);
    String cut = PdfFiles.dataUri(Arrays.copyOf(whole, 70));
    String locked = PdfFiles.dataUri(PdfFiles.ofText(1, "secret"));
    String long_ = PdfFiles.dataUri(PdfFiles.ofText(17));
    assertEquals("too_many_pages", code(file(long_, ""), path));
    assertEquals("invalid_image", code(file(locked, ""), path));
    assertEquals("invalid_image", code(file(cut, ""), path));
    assertEquals("unsupported_image", code(file(Service.picture("heart.png"), ""), path));
    assertEquals("invalid_base64", code(file("JVBERi0xLjQ=", ""), path));
    assertEquals("missing_required_parameter", code("{\"file\":{}}", path));
    assertEquals("missing_required_parameter", code("{}", "file"));
    assertEquals("invalid_type", code("{\"file\":\"a.pdf\"}", "file"));
    assertEquals(
        "unsupported_content_type", code("{\"file\":{\"file_id\":\"file-1\"}}", "file.file_id"));
    HttpResponse<String> other =
        Service.post(DocumentPages.ROUTE, file(PdfFiles.dataUri(whole), ",\"model\":\"none\""));
    assertEquals(404, other.statusCode(), other.body());
  }
}
