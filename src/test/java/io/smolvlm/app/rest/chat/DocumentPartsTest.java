package io.smolvlm.app.rest.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.smolvlm.app.PdfFiles;
import io.smolvlm.app.rest.Service;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Documents as clients send them, drawn by the processes that the service starts.
@QuarkusTest
class DocumentPartsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String COLOUR = "Which color is the heart?";

  @BeforeEach
  void ready() throws Exception {
    Service.awaitReady();
  }

  /// As OpenAI's and LangChain4j's clients send it.
  private static String file(String data) {
    return "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"" + data + "\"}}";
  }

  private static String picture(String name) throws IOException {
    return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + Service.picture(name) + "\"}}";
  }

  private static String question(String... parts) {
    return """
    {"model":"tiny","include_image_info":true,"messages":[{"role":"user","content":[%s,\
    {"type":"text","text":"%s"}]}]}\
    """
        .formatted(String.join(",", parts), COLOUR);
  }

  private static String code(String body, String param) throws Exception {
    HttpResponse<String> response = Service.post(PATH, body);
    assertEquals(400, response.statusCode(), response.body());
    JsonNode error = Service.JSON.readTree(response.body()).get("error");
    assertEquals(param, error.get("param").asText(), response.body());
    assertEquals("invalid_request_error", error.get("type").asText());
    return error.get("code").asText();
  }

  private static double pagesDrawn() throws Exception {
    return Service.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("smolvlm_pdf_pages_total{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void pagesArePicturesOfTheMessage() throws Exception {
    double before = pagesDrawn();
    byte[] pdf = PdfFiles.ofPictures("heart.png", "two-stars.png");
    JsonNode pages = Service.ok(Service.post(PATH, question(file(PdfFiles.dataUri(pdf)))));
    JsonNode pictures =
        Service.ok(Service.post(PATH, question(picture("heart.png"), picture("two-stars.png"))));
    assertEquals(2, pages.get("images").size());
    assertEquals(256, pages.at("/images/0/height").intValue());
    assertEquals(pictures.at("/usage/prompt_tokens"), pages.at("/usage/prompt_tokens"));
    assertEquals(before + 2, pagesDrawn());
  }

  @Test
  void answerIsAboutThePage() throws Exception {
    String pdf = PdfFiles.dataUri(PdfFiles.ofPictures("heart.png"));
    JsonNode answer = Service.ok(Service.post(PATH, question(file(pdf))));
    assertEquals("Purple.", answer.at("/choices/0/message/content").textValue());
    JsonNode response =
        Service.ok(
            Service.post(
                "/v1/responses",
                """
                {"model":"tiny","input":[{"role":"user","content":[\
                {"type":"input_file","filename":"a.pdf","file_data":"%s"},\
                {"type":"input_text","text":"%s"}]}]}\
                """
                    .formatted(pdf, COLOUR)));
    assertEquals("Purple.", response.at("/output/0/content/0/text").textValue());
  }

  @Test
  void pagesAndPicturesKeepTheirOrder() throws Exception {
    String pdf = PdfFiles.dataUri(PdfFiles.ofText(3));
    JsonNode answer =
        Service.ok(
            Service.post(PATH, question(picture("scene.png"), file(pdf), picture("scene.png"))));
    assertEquals(5, answer.get("images").size());
    assertEquals(
        Arrays.asList(320, 256, 256, 256, 320),
        answer.get("images").valueStream().map(i -> i.get("height").intValue()).toList());
  }

  @Test
  void refusalsAreTyped() throws Exception {
    String path = "messages[0].content[0].file.file_data";
    assertEquals(
        "too_many_pages", code(question(file(PdfFiles.dataUri(PdfFiles.ofText(17)))), path));
    assertEquals(
        "invalid_image",
        code(question(file(PdfFiles.dataUri(PdfFiles.ofText(1, "secret")))), path));
    byte[] cut = Arrays.copyOf(PdfFiles.ofText(1), 70);
    assertEquals("invalid_image", code(question(file(PdfFiles.dataUri(cut))), path));
    assertEquals("unsupported_image", code(question(file(Service.picture("heart.png"))), path));
    assertEquals("invalid_base64", code(question(file("JVBERi0xLjQ=")), path));
    assertEquals(
        "missing_required_parameter", code(question("{\"type\":\"file\",\"file\":{}}"), path));
    assertEquals(
        "unsupported_content_type",
        code(
            question("{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}"),
            "messages[0].content[0].file.file_id"));
    String nine = file(PdfFiles.dataUri(PdfFiles.ofText(9)));
    assertEquals("too_many_images", code(question(nine, nine), "messages"));
  }

  /// A document is no picture: where pictures are named, it stays refused.
  @Test
  void documentAsAPictureIsRefused() throws Exception {
    String pdf = Base64.getEncoder().encodeToString(PdfFiles.ofText(1));
    assertEquals(
        "unsupported_image",
        code(
            question(
                "{\"type\":\"image_url\",\"image_url\":\"data:application/pdf;base64,"
                    + pdf
                    + "\"}"),
            "messages[0].content[0].image_url"));
  }
}
