package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a pull asks for, lays down and says.
class HubTest {
  private static final int BYTES = 300_000;

  @TempDir Path folder;
  private HubWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new HubWorld(folder.resolve("hub"), BYTES);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private SmolVlmException refused(Token token, String reference) {
    try (var client = new Hub(world.settings(token, false), HubWorld.QUICK)) {
      HubReference asked = HubReference.parse(reference).orElseThrow();
      return assertThrows(SmolVlmException.class, () -> client.pull(asked, PullListener.NONE));
    }
  }

  @Test
  void modelLiesInTheCacheAsPythonLaysIt() throws IOException {
    Path snapshot = world.pull();
    world.assertWhole(snapshot);
    Path repository = world.cache.resolve("models--owner--small-model");
    String commit = world.hub.commit(HubWorld.ID);
    assertEquals(repository.resolve("snapshots").resolve(commit).toAbsolutePath(), snapshot);
    assertEquals(commit, Files.readString(repository.resolve("refs/main")));
    Path link = Files.readSymbolicLink(snapshot.resolve("model.safetensors"));
    assertEquals(Path.of("../../blobs", FakeHub.sha256(world.weights)), link);
    assertTrue(Files.exists(repository.resolve(".no_exist/" + commit + "/generation_config.json")));
    assertTrue(
        Files.exists(
            world.cache.resolve(
                ".locks/models--owner--small-model/" + FakeHub.sha256(world.weights) + ".lock")));
  }

  @Test
  void onlyNeededFilesAreFetchedAndOnce() throws IOException {
    world.pull();
    Set<String> asked =
        world.hub.seen.stream()
            .filter(seen -> seen.path().contains("/resolve/"))
            .map(seen -> seen.path().replaceAll(".*/", ""))
            .collect(Collectors.toSet());
    assertEquals(
        Set.of(
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "preprocessor_config.json",
            "chat_template.json",
            "model.safetensors"),
        asked);
    world.hub.seen.clear();
    world.pull();
    assertEquals(1, world.hub.seen.size(), "a second pull only asks whether there is news");
  }

  @Test
  void shardsComeWithTheirIndex() {
    String id = "owner/sharded";
    world
        .hub
        .file(id, "config.json", "{\"model_type\": \"llama\"}")
        .file(id, "tokenizer.json", "{}")
        .file(
            id,
            "model.safetensors.index.json",
            "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\","
                + " \"b\": \"model-00002-of-00002.safetensors\"}}")
        .file(id, "model-00001-of-00002.safetensors", HubWorld.random(1000, 1))
        .file(id, "model-00002-of-00002.safetensors", HubWorld.random(1000, 2))
        .file(id, "consolidated.safetensors", HubWorld.random(1000, 3));
    HubReference reference = HubReference.parse(id).orElseThrow();
    Path snapshot = world.pull(reference);
    assertTrue(Files.exists(snapshot.resolve("model-00002-of-00002.safetensors")));
    assertFalse(Files.exists(snapshot.resolve("consolidated.safetensors")));
    assertEquals(snapshot, world.files().find(reference).orElseThrow());
  }

  @Test
  void ggufFilesAreFetchedByName() throws IOException {
    String id = "owner/small-GGUF";
    byte[] model = HubWorld.random(5000, 4);
    world.hub.file(id, "m-q8_0.gguf", model).file(id, "m-f16.gguf", HubWorld.random(9000, 5));
    Path file = world.pull(HubReference.parse(id + "/m-q8_0.gguf").orElseThrow());
    assertEquals(FakeHub.sha256(model), FakeHub.sha256(Files.readAllBytes(file)));
    assertFalse(Files.exists(file.resolveSibling("m-f16.gguf")));
    SmolVlmException e = refused(Token.NONE, id);
    assertTrue(String.valueOf(e.getMessage()).contains("m-q8_0.gguf"), e.getMessage());
    assertTrue(refused(Token.NONE, id + "/no.gguf").getMessage().contains("m-f16.gguf"));
  }

  @Test
  void tokenGoesToTheHubAlone() {
    world.hub.gate(HubWorld.ID);
    try (var client = new Hub(world.settings(Token.of(FakeHub.TOKEN), false), HubWorld.QUICK)) {
      client.pull(HubWorld.REFERENCE, PullListener.NONE);
    }
    List<FakeHub.Seen> contents =
        world.hub.seen.stream().filter(seen -> seen.server().equals("contents")).toList();
    assertFalse(contents.isEmpty());
    for (FakeHub.Seen seen : contents) {
      assertFalse(seen.headers().containsKey("Authorization"), seen.toString());
      assertFalse(seen.headers().toString().contains(FakeHub.TOKEN));
    }
    assertTrue(
        world.hub.seen.stream()
            .filter(seen -> seen.server().equals("names"))
            .allMatch(seen -> seen.headers().containsKey("Authorization")));
    assertFalse(world.settings(Token.of(FakeHub.TOKEN), false).toString().contains("secret"));
  }

  @Test
  void refusalsSayWhatToDo() {
    world
        .hub
        .file("owner/pickled", "config.json", "{}")
        .file("owner/pickled", "pytorch_model.bin", "x");
    SmolVlmException missing = refused(Token.NONE, "owner/none");
    assertEquals(ErrorCode.MODEL_NOT_FOUND, missing.code());
    assertTrue(missing.getMessage().contains("no such repository, or it is private"));
    assertTrue(refused(Token.NONE, HubWorld.ID + "@v9").getMessage().contains("no such revision"));
    assertTrue(refused(Token.NONE, "owner/pickled").getMessage().contains("no safetensors"));
    world.hub.gate(HubWorld.ID);
    String gated = refused(Token.NONE, HubWorld.ID).getMessage();
    assertTrue(gated.contains("accept its terms on " + world.hub.endpoint()), gated);
    assertTrue(gated.contains("HF_TOKEN"), gated);
    String refusedToken = refused(Token.of("hf_other"), HubWorld.ID).getMessage();
    assertTrue(refusedToken.contains("has not been let in"), refusedToken);
    assertFalse(refusedToken.contains("hf_other"), refusedToken);
  }

  @Test
  void renamedRepositoryIsFollowedAndTold() throws IOException {
    world.hub.rename("old/name", HubWorld.ID);
    HubReference old = HubReference.parse("old/name").orElseThrow();
    var plans = new ArrayList<PullPlan>();
    try (var client = new Hub(world.settings(), HubWorld.QUICK)) {
      client.pull(
          old,
          new PullListener() {
            @Override
            public void planned(PullPlan plan) {
              plans.add(plan);
            }
          });
    }
    assertEquals(HubWorld.ID, plans.getFirst().movedTo().orElseThrow());
    assertEquals(BYTES, plans.getFirst().missingBytes() - smallBytes(plans.getFirst()));
    assertTrue(world.files().find(old).isPresent(), "who asks by the old name finds it");
  }

  private static long smallBytes(PullPlan plan) {
    return plan.missing().stream()
        .filter(file -> !file.path().endsWith(".safetensors"))
        .mapToLong(RemoteFile::bytes)
        .sum();
  }

  @Test
  void newCommitReplacesTheOldWhenItIsComplete() throws IOException {
    Path before = world.pull();
    world.hub.file(HubWorld.ID, "config.json", "{\"model_type\": \"smolvlm\", \"new\": 1}");
    long sent = world.hub.sent();
    Path after = world.pull();
    assertFalse(before.equals(after));
    assertEquals(sent, world.hub.sent(), "the weights are the same and are not fetched again");
    assertEquals(after, world.files().find(HubWorld.REFERENCE).orElseThrow());
    HubReference pinned =
        HubReference.parse(HubWorld.ID + "@" + before.getFileName()).orElseThrow();
    assertEquals(before, world.files().find(pinned).orElseThrow(), "a commit stays what it is");
  }

  @Test
  void offlineIsOffline() throws IOException {
    var offline = world.settings(Token.NONE, true);
    try (var client = new Hub(offline, HubWorld.QUICK)) {
      var e =
          assertThrows(
              SmolVlmException.class, () -> client.pull(HubWorld.REFERENCE, PullListener.NONE));
      assertEquals(ErrorCode.UNREACHABLE, e.code());
      assertTrue(e.getMessage().contains("HF_HUB_OFFLINE"), e.getMessage());
    }
    assertEquals(List.of(), world.hub.seen);
    world.pull();
    assertTrue(world.files().find(HubWorld.REFERENCE).isPresent());
  }

  @Test
  void cacheIsListedAndEmptied() throws IOException {
    world.pull();
    String id = "owner/small-GGUF";
    world.hub.file(id, "m.gguf", HubWorld.random(5000, 4));
    world.pull(HubReference.parse(id + "/m.gguf").orElseThrow());
    Files.createDirectories(world.cache.resolve("models--other--bert/snapshots/abc"));
    List<CachedModel> models = world.files().list();
    assertEquals(
        List.of("owner/small-GGUF/m.gguf", HubWorld.ID),
        models.stream().map(model -> model.reference().toString()).toList());
    assertEquals("smolvlm", models.getLast().kind());
    assertTrue(models.getLast().bytes() > BYTES);
    Files.delete(models.getLast().path().resolve("tokenizer.json"));
    assertEquals(List.of("tokenizer.json"), world.files().list().getLast().missing());
    assertTrue(world.files().find(HubWorld.REFERENCE).isEmpty(), "half a model is none");

    assertTrue(world.files().bytes(HubWorld.ID).orElseThrow() > BYTES);
    world.files().remove(HubWorld.ID);
    assertTrue(world.files().bytes(HubWorld.ID).isEmpty());
    assertEquals(1, world.files().list().size());
    assertFalse(Files.exists(world.cache.resolve(".locks/models--owner--small-model")));
  }

  @Test
  void filesComeSideBySide() {
    String id = "owner/sharded";
    world.hub.file(id, "config.json", "{}").file(id, "tokenizer.json", "{}");
    world.hub.file(id, "model.safetensors.index.json", "{}");
    for (int i = 1; i <= 4; i++) {
      world.hub.file(
          id, "model-0000" + i + "-of-00004.safetensors", HubWorld.random(200_000, 10 + i));
    }
    world.hub.slowly(java.time.Duration.ofMillis(5));
    var order = Collections.synchronizedList(new ArrayList<String>());
    try (var client = new Hub(world.settings(), HubWorld.QUICK)) {
      client.pull(
          HubReference.parse(id).orElseThrow(),
          new PullListener() {
            @Override
            public void received(RemoteFile file, long bytes) {
              order.add(file.path());
            }
          });
    }
    int changes = 0;
    for (int i = 1; i < order.size(); i++) {
      changes += order.get(i).equals(order.get(i - 1)) ? 0 : 1;
    }
    assertTrue(changes > 12, order.toString());
  }
}
