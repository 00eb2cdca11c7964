package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// pull, models, rm and the choice of a model, in processes whose environment names a hub on this
/// machine. The hub holds the embedded model's files under a real member's name.
class HubCommandsTest {
  private static final String ID = "HuggingFaceTB/SmolVLM-256M-Instruct";
  private static final String COMMIT = "c".repeat(40);

  @TempDir Path folder;
  private final Map<String, byte[]> files = new TreeMap<>();
  private HttpServer hub;
  private int requests;

  record Result(int status, String out, String err) {}

  @BeforeEach
  void open() throws Exception {
    Path tiny = tiny();
    try (Stream<Path> all = Files.list(tiny)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/",
        exchange -> {
          requests++;
          String path = exchange.getRequestURI().getPath();
          byte[] answer =
              path.startsWith("/api/")
                  ? listing().getBytes(StandardCharsets.UTF_8)
                  : files.get(path.substring(path.lastIndexOf('/') + 1));
          exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    hub.start();
  }

  @AfterEach
  void close() {
    hub.stop(0);
  }

  private static Path tiny() {
    try (var model =
        new io.smolvlm.models.ModelCatalog().resolve(io.smolvlm.models.ModelCatalog.TINY, null)) {
      return model.path();
    }
  }

  private String listing() {
    var siblings = new ArrayList<String>();
    files.forEach((name, bytes) -> {
      String lfs =
          name.endsWith(".safetensors")
              ? ", \"lfs\": {\"sha256\": \"%s\", \"size\": %d}"
                  .formatted(hash("SHA-256", bytes), bytes.length)
              : "";
      byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
      byte[] blob = new byte[head.length + bytes.length];
      System.arraycopy(head, 0, blob, 0, head.length);
      System.arraycopy(bytes, 0, blob, head.length, bytes.length);
      siblings.add(
          "{\"rfilename\": \"%s\", \"size\": %d, \"blobId\": \"%s\"%s}"
              .formatted(name, bytes.length, hash("SHA-1", blob), lfs));
    });
    return "{\"id\": \"%s\", \"sha\": \"%s\", \"siblings\": [%s]}"
        .formatted(ID, COMMIT, String.join(", ", siblings));
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Result run(String input, Map<String, String> environment, String... args)
      throws Exception {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.toLowerCase().contains("proxy"));
    builder.environment().remove("SMOLVLM_MODEL");
    builder.environment().put("HF_HUB_CACHE", folder.resolve("hub").toString());
    builder.environment().put("HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort());
    builder.environment().putAll(environment);
    Path err = folder.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    try (var out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    return new Result(process.exitValue(), out.strip(), Files.readString(err));
  }

  @Test
  void modelIsPulledOnFirstUseThenPreferredListedAndRemoved() throws Exception {
    Map<String, String> none = Map.of();
    Result first = prompt(none, "--model", "256m");
    assertEquals(0, first.status(), first.err());
    assertTrue(first.err().contains("fetching " + ID + ": "), first.err());
    assertTrue(first.err().matches("(?s).*smolvlm: model\\.safetensors [0-9.]+ MB.*"), first.err());

    int asked = requests;
    Result preferred = prompt(Map.of("HF_HUB_OFFLINE", "1"));
    assertTrue(preferred.err().contains("using " + ID + ", found in the hub's cache"));
    assertEquals(first.out(), preferred.out());
    assertEquals(asked, requests, "what is here is not asked for again");
    Result named = prompt(Map.of("SMOLVLM_MODEL", "tiny"));
    assertTrue(named.err().contains("'tiny' is a demonstration model"), named.err());

    assertTrue(run("", none, "models").out().contains("256m"));
    Result kept = run("n\n", none, "rm", "256m");
    assertEquals(ExitStatus.BAD_INPUT, kept.status());
    assertTrue(kept.err().contains("kept " + ID), kept.err());
    assertEquals(0, run("y\n", none, "rm", "256m").status());
    assertFalse(run("", none, "models").out().contains(ID + " ("));
    assertEquals(asked, requests);
  }

  /// The prompt alone: what a model would be asked, without its answer.
  private Result prompt(Map<String, String> environment, String... options) throws Exception {
    var args = new ArrayList<>(List.of("inspect", "prompt", Run.sample("heart.png"), "Why?"));
    args.addAll(List.of(options));
    return run("", environment, args.toArray(String[]::new));
  }

  @Test
  void pullPrintsWhereItIsAndOfflineSaysWhy() throws Exception {
    Result offline = run("", Map.of("HF_HUB_OFFLINE", "1"), "pull", ID);
    assertEquals(ExitStatus.OTHER, offline.status());
    assertTrue(offline.err().contains("HF_HUB_OFFLINE"), offline.err());
    Result pulled = run("", Map.of(), "pull", ID, "--json");
    assertEquals(0, pulled.status(), pulled.err());
    assertTrue(pulled.out().contains("snapshots/" + COMMIT), pulled.out());
    assertEquals(ExitStatus.BAD_INPUT, run("", Map.of(), "pull", "nonsense").status());
  }
}
