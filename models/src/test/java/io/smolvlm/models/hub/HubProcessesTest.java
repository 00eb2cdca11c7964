package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pulls in processes of their own, killed, side by side, and together with Python: `./mvnw verify
/// -Phub`.
@Tag("hub")
class HubProcessesTest {
  private static final int BYTES = 16 << 20;
  private static final int SECONDS = 300;

  @TempDir Path folder;
  private HubWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new HubWorld(folder.resolve("hub"), BYTES);
  }

  @AfterEach
  void close() throws IOException {
    world.checkedBlobs();
    world.close();
  }

  private Process start() throws IOException {
    return process(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            PullMain.class.getName(),
            HubWorld.ID));
  }

  private Process python(boolean offline, String... args) throws IOException {
    Path root = Path.of(System.getProperty("smolvlm.root"));
    var command =
        new ArrayList<>(
            List.of(
                System.getProperty("smolvlm.hubPython"),
                root.resolve("samples/hub/share.py").toString()));
    command.addAll(List.of(args));
    return process(command, offline ? "1" : "0");
  }

  private Process process(List<String> command) throws IOException {
    return process(command, "0");
  }

  private Process process(List<String> command, String offline) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(false);
    var environment = builder.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("HF_") || name.toLowerCase().contains("proxy"));
    environment.put("HF_HUB_CACHE", world.cache.toString());
    environment.put("HF_HOME", folder.resolve("home").toString());
    environment.put("HF_ENDPOINT", world.hub.endpoint().toString());
    environment.put("HF_HUB_OFFLINE", offline);
    environment.put("HF_HUB_DISABLE_XET", "1");
    environment.put("HF_HUB_DISABLE_TELEMETRY", "1");
    return builder.start();
  }

  private static String output(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), err);
    return out.strip();
  }

  /// What had arrived on the disk when a process was killed is what the next one goes on from.
  /// Bytes that were still on their way are lost with it, which is why the hub sends slowly.
  @Test
  void tenKillsCostNextToNothing() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    world.hub.slowly(Duration.ofMillis(10));
    long arrived = 0;
    for (int kill = 0; kill < 10; kill++) {
      long until = world.hub.sent() + random.nextInt(256 << 10, BYTES / 16);
      Process process = start();
      while (world.hub.sent() < until && process.isAlive()) {
        Thread.sleep(5);
      }
      assertTrue(process.isAlive(), "kill " + kill + " came too late; seed " + seed);
      process.destroyForcibly().waitFor();
      world.checkedBlobs();
      assertTrue(world.files().find(HubWorld.REFERENCE).isEmpty());
      arrived += longestPart();
    }
    world.hub.slowly(Duration.ZERO);
    world.assertWhole(Path.of(output(start())));
    long reused = ranges();
    System.out.printf(
        "10 kills: %d of %d bytes on the disk were reused; %d bytes were sent for a file of %d%n",
        reused, arrived, world.hub.sent(), BYTES);
    assertTrue(reused >= arrived * 8 / 10, reused + " of " + arrived + "; seed " + seed);
  }

  private long longestPart() throws IOException {
    long longest = 0;
    for (Path part : HubWorld.parts(world.cache)) {
      longest = Math.max(longest, Files.size(part));
    }
    return longest;
  }

  /// Where the transfers of the weights began, together.
  private long ranges() {
    return world.hub.seen.stream()
        .filter(seen -> seen.server().equals("contents"))
        .map(seen -> seen.headers().getFirst("Range"))
        .filter(java.util.Objects::nonNull)
        .mapToLong(range -> Long.parseLong(range.replaceAll("bytes=(\\d+)-", "$1")))
        .sum();
  }

  @Test
  void eightProcessesFetchOnce() throws Exception {
    world.hub.slowly(Duration.ofMillis(2));
    var processes = new ArrayList<Process>();
    for (int i = 0; i < 8; i++) {
      processes.add(start());
    }
    for (Process process : processes) {
      assertEquals(
          world.hub.commit(HubWorld.ID), Path.of(output(process)).getFileName().toString());
    }
    assertEquals(BYTES, world.hub.sent());
    world.assertWhole(world.files().find(HubWorld.REFERENCE).orElseThrow());
  }

  @Test
  void killedWinnerIsReplacedByAWaitingProcess() throws Exception {
    world.hub.slowly(Duration.ofMillis(2));
    Process first = start();
    while (world.hub.sent() < BYTES / 4) {
      Thread.sleep(5);
    }
    Process second = start();
    Thread.sleep(1000);
    first.destroyForcibly().waitFor();
    output(second);
    world.assertWhole(world.files().find(HubWorld.REFERENCE).orElseThrow());
    assertTrue(world.hub.sent() < BYTES + BYTES / 5);
  }

  @Test
  void pythonFindsWhatJavaFetched() throws Exception {
    Path snapshot = world.pull();
    JsonNode found =
        JsonMapper.builder()
            .build()
            .readTree(
                output(
                    python(
                        true, "find", HubWorld.ID, "model.safetensors", "generation_config.json")));
    assertEquals(snapshot.toString(), found.path("folder").asText());
    assertEquals(snapshot.resolve("model.safetensors").toString(), found.path("file").asText());
    assertTrue(found.path("absent").asBoolean());
    assertEquals(world.hub.commit(HubWorld.ID), found.path("commit").asText());
    assertEquals("[\"main\"]", found.path("refs").toString());
    assertEquals(6, found.path("files").size());
    assertEquals("[]", found.path("warnings").toString());
  }

  @Test
  void javaFindsWhatPythonFetched() throws Exception {
    String folderOfPython =
        JsonMapper.builder()
            .build()
            .readTree(output(python(false, "fetch", HubWorld.ID)))
            .path("folder")
            .asText();
    assertEquals(folderOfPython, world.files().find(HubWorld.REFERENCE).orElseThrow().toString());
    long sent = world.hub.sent();
    assertEquals(folderOfPython, world.pull().toString());
    assertEquals(sent, world.hub.sent(), "nothing is fetched again");
    assertEquals("smolvlm", world.files().list().getFirst().kind());
  }

  @Test
  void pythonsLockIsRespected() throws Exception {
    RemoteFile weights = new RemoteFile("model.safetensors", BYTES, FakeHub.sha256(world.weights));
    Path lock = world.files().lock(HubWorld.ID, weights);
    Files.createDirectories(lock.getParent());
    Process holder = python(true, "hold", lock.toString());
    assertEquals("held", holder.inputReader().readLine());
    Process pull = start();
    assertFalse(pull.waitFor(5, TimeUnit.SECONDS), "it waits for Python");
    assertEquals(0, world.hub.sent());
    holder.getOutputStream().close();
    assertTrue(holder.waitFor(SECONDS, TimeUnit.SECONDS));
    output(pull);
    assertEquals(BYTES, world.hub.sent());
  }
}
