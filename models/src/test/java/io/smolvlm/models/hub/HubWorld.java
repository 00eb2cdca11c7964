package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A hub with one small model, and an empty cache.
final class HubWorld implements AutoCloseable {
  static final String ID = "owner/small-model";
  static final HubReference REFERENCE = HubReference.parse(ID).orElseThrow();
  static final Patience QUICK =
      new Patience(
          5,
          Duration.ofMillis(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60));
  private static final String CONFIG =
      "{\"model_type\": \"smolvlm\", \"vision_config\": {}, \"text_config\": {}}";

  final FakeHub hub = new FakeHub();
  final Path cache;
  final byte[] weights;

  HubWorld(Path cache, int bytes) throws IOException {
    this.cache = cache;
    this.weights = random(bytes, 7);
    model(ID, weights);
  }

  HubWorld model(String id, byte[] content) {
    hub.file(id, "config.json", CONFIG)
        .file(id, "tokenizer.json", "{\"version\": \"1.0\"}")
        .file(id, "tokenizer_config.json", "{\"clean\": false}")
        .file(id, "preprocessor_config.json", "{}")
        .file(id, "chat_template.json", "{\"chat_template\": \"\"}")
        .file(id, "README.md", "read me")
        .file(id, "onnx/model.onnx", "another format")
        .file(id, "pytorch_model.bin", "pickled")
        .file(id, "model.safetensors", content);
    return this;
  }

  static byte[] random(int bytes, long seed) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return content;
  }

  HubSettings settings() {
    return settings(Token.NONE, false);
  }

  HubSettings settings(Token token, boolean offline) {
    return new HubSettings(hub.endpoint(), cache, token, offline, ProxySelector.of(null));
  }

  Path pull() {
    return pull(REFERENCE);
  }

  Path pull(HubReference reference) {
    try (var client = new Hub(settings(), QUICK)) {
      return client.pull(reference, PullListener.NONE);
    }
  }

  HubCache files() {
    return new HubCache(cache);
  }

  /// Blobs that carry their final name, each of which must hold what the name says.
  List<Path> checkedBlobs() throws IOException {
    return checkedBlobs(cache);
  }

  static List<Path> checkedBlobs(Path cache) throws IOException {
    if (!Files.exists(cache)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(cache)) {
      List<Path> blobs =
          all.filter(path -> path.getParent().endsWith("blobs"))
              .filter(path -> !path.toString().endsWith(".incomplete"))
              .toList();
      for (Path blob : blobs) {
        byte[] bytes = Files.readAllBytes(blob);
        String name = blob.getFileName().toString();
        String hash = name.length() == 64 ? FakeHub.sha256(bytes) : FakeHub.gitSha1(bytes);
        assertEquals(name, hash, "a blob holds other bytes than its name says");
      }
      return blobs;
    }
  }

  static List<Path> parts(Path cache) throws IOException {
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(path -> path.toString().endsWith(".incomplete")).toList();
    }
  }

  /// Nothing but whole files is there, and the model is found.
  void assertWhole(Path folder) throws IOException {
    assertEquals(6, checkedBlobs().size());
    assertEquals(List.of(), parts(cache));
    assertEquals(folder, files().find(REFERENCE).orElseThrow());
    assertTrue(
        java.util.Arrays.equals(weights, Files.readAllBytes(folder.resolve("model.safetensors"))));
  }

  @Override
  public void close() {
    hub.close();
  }
}
