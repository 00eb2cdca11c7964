package io.smolvlm.app.page;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The page as it is served, without a browser; PageIT has one.
@QuarkusTest
class PageTest {
  private static final Path SAMPLES = Path.of(System.getProperty("smolvlm.root"), "samples");
  private static final Pattern IMPORT = Pattern.compile("from \"\\./([\\w-]+\\.js)\"");
  private static final Pattern LINK = Pattern.compile("(?:src|href)=\"(/page/[^\"]+)\"");
  private static final Pattern OUTSIDE = Pattern.compile("(?<!xmlns=\")https?://|[\"'(]//");

  @Test
  void pageIsServedAsHtml() {
    get("/")
        .then()
        .statusCode(200)
        .header("Content-Type", startsWith("text/html"))
        .body(containsString("<title>SmolVLM"));
  }

  @Test
  void everyFileHasItsTypeAndTheSafetyHeaders() throws IOException {
    Set<String> files = new TreeSet<>(modules());
    Matcher links = LINK.matcher(text("/"));
    while (links.find()) {
      files.add(links.group(1));
    }
    files.add("/");
    files.add("/page/samples/scene.png");
    files.add("/page/samples/order.pdf");
    files.add("/page/order.png");
    for (String file : files) {
      get(file)
          .then()
          .statusCode(200)
          .header("Content-Type", startsWith(type(file)))
          .header("X-Content-Type-Options", "nosniff")
          .header("Content-Security-Policy", startsWith("default-src 'none'; script-src 'self';"))
          .header("Referrer-Policy", "no-referrer")
          .header("Cache-Control", "no-cache");
    }
  }

  @Test
  void otherAnswersAreNotBoundByThePolicyOfThePage() {
    get("/health/live").then().header("Content-Security-Policy", nullValue());
  }

  @Test
  void fileThatIsNotThereIsRefusedLikeEveryUnknownAddress() {
    get("/page/nothing.js").then().statusCode(404).body("error.code", equalTo("not_found"));
    given()
        .urlEncodingEnabled(false)
        .get("/page/..%2fapplication.properties")
        .then()
        .statusCode(404);
  }

  @Test
  void nothingOfThePageNamesAnotherHost() throws IOException {
    for (String module : modules()) {
      assertFalse(OUTSIDE.matcher(text(module)).find(), module);
    }
    for (String file : new String[] {"/", "/page/page.css", "/page/icon.svg"}) {
      assertFalse(OUTSIDE.matcher(text(file)).find(), file);
    }
  }

  @Test
  void noModuleMakesMarkupOfText() throws IOException {
    Pattern markup =
        Pattern.compile("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(");
    for (String module : modules()) {
      assertFalse(markup.matcher(text(module)).find(), module);
    }
  }

  @Test
  void samplesAreTheRepositorysPictures() throws IOException {
    for (String file : sampleFiles()) {
      assertArrayEquals(
          Files.readAllBytes(SAMPLES.resolve("images").resolve(file)),
          get("/page/samples/" + file).then().statusCode(200).extract().asByteArray(),
          file);
    }
  }

  /// A question offered beside a sample is one whose answer is known.
  @Test
  void suggestedQuestionsHaveAnswersThatAreKnown() throws IOException {
    JsonNode answers =
        JsonMapper.builder()
            .build()
            .readTree(SAMPLES.resolve("expected.json").toFile())
            .get("answers");
    Set<String> known = new HashSet<>();
    answers.forEach(
        a -> known.add(a.path("picture").asText() + ": " + a.path("question").asText()));
    int questions = 0;
    for (String sample : text("/page/samples.js").split("file: \"", -1)) {
      Matcher list =
          Pattern.compile("^([\\w.-]+)\".*?questions: \\[(.*?)]", Pattern.DOTALL).matcher(sample);
      if (list.find()) {
        for (String question : list.group(2).split("\"(?:,\\s*\")?", -1)) {
          if (!question.isBlank() && !question.strip().equals(",")) {
            assertTrue(
                known.contains(list.group(1) + ": " + question), list.group(1) + ": " + question);
            questions++;
          }
        }
      }
    }
    assertTrue(questions >= 15, questions + " questions");
  }

  private static Set<String> sampleFiles() {
    Set<String> files = new TreeSet<>();
    Matcher file = Pattern.compile("file: \"([^\"]+)\"").matcher(text("/page/samples.js"));
    while (file.find()) {
      files.add(file.group(1));
    }
    assertEquals(11, files.size());
    return files;
  }

  /// The module of the page and all that it imports.
  private static Set<String> modules() {
    Set<String> found = new TreeSet<>();
    follow("/page/page.js", found);
    assertTrue(found.size() > 10, found.toString());
    return found;
  }

  private static void follow(String module, Set<String> found) {
    if (found.add(module)) {
      Matcher imports = IMPORT.matcher(text(module));
      while (imports.find()) {
        follow("/page/" + imports.group(1), found);
      }
    }
  }

  private static String text(String path) {
    return get(path).then().statusCode(200).extract().asString();
  }

  private static String type(String file) {
    return switch (file.substring(file.lastIndexOf('.') + 1)) {
      case "js" -> "text/javascript";
      case "css" -> "text/css";
      case "svg" -> "image/svg+xml";
      case "png" -> "image/png";
      case "pdf" -> "application/pdf";
      case "woff2" -> "font/woff2";
      default -> "text/html";
    };
  }
}
