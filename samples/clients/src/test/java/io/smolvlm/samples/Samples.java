package io.smolvlm.samples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/// The sample pictures and the answers that the embedded model must give to questions about them.
final class Samples {
  /// The model that comes with the service.
  static final String MODEL = "tiny";

  private Samples() {}

  /// The root of the checkout.
  static Path root() {
    return Path.of(System.getProperty("smolvlm.root", "../..")).toAbsolutePath().normalize();
  }

  static byte[] picture(String name) {
    try {
      return Files.readAllBytes(root().resolve("samples/images").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String base64(String name) {
    return Base64.getEncoder().encodeToString(picture(name));
  }

  static String dataUri(String name) {
    return "data:image/png;base64," + base64(name);
  }

  /// The right answer; a question that expected.json does not list is an error of the test.
  static String answer(String picture, String question) {
    for (JsonNode entry : expected().get("answers")) {
      if (entry.get("picture").asText().equals(picture)
          && entry.get("question").asText().equals(question)) {
        return entry.get("answer").asText();
      }
    }
    throw new AssertionError("expected.json has no answer to " + question + " for " + picture);
  }

  private static JsonNode expected() {
    try {
      return new ObjectMapper().readTree(root().resolve("samples/expected.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
