package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/// Files of published members that come with this build: the tokenizer of 49,280 tokens, chat
/// templates, Granite's added tokens.
final class PublishedFiles {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private PublishedFiles() {}

  /// tokenizer.json of SmolVLM-256M-Instruct, a new tree.
  static JsonNode tokenizer() {
    try (InputStream in = new GZIPInputStream(open("tokenizer-49280.json.gz"))) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String name) {
    try (InputStream in = open(name)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream in = PublishedFiles.class.getResourceAsStream("published/" + name);
    if (in == null) {
      throw new FileNotFoundException(name + " is not part of this build");
    }
    return in;
  }
}
