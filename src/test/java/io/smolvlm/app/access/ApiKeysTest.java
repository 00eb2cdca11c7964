package io.smolvlm.app.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong();

  private ApiKeys keys(Path file) {
    return new ApiKeys(file, Duration.ofSeconds(2), now::get);
  }

  private Path write(String... lines) throws IOException {
    return Files.write(folder.resolve("keys"), List.of(lines));
  }

  @Test
  void keyIsKnownByItsName() throws IOException {
    var ann = ApiKeyFile.create("ann", RANDOM);
    var bob = ApiKeyFile.create("bob.2", RANDOM);
    ApiKeys keys =
        keys(
            write("# ours", "", ann.line(), "  " + bob.line().toUpperCase().replace("BOB", "bob")));
    assertEquals(Optional.of("ann"), keys.nameOf(ann.key()));
    assertEquals(Optional.of("bob.2"), keys.nameOf(bob.key()));
    assertEquals(Optional.empty(), keys.nameOf(ann.key() + "x"));
    assertEquals(Optional.empty(), keys.nameOf(""));
    assertEquals(Optional.empty(), keys.nameOf(ann.line().substring(4)), "the hash is no key");
  }

  @Test
  void keysAre256BitsAndNotInTheFile() {
    var made = ApiKeyFile.create("ann", RANDOM);
    assertTrue(made.key().matches("sk-[A-Za-z0-9_-]{43}"), made.key());
    assertFalse(made.line().contains(made.key().substring(3)));
  }

  @Test
  void changesCountWithoutARestart() throws IOException {
    var ann = ApiKeyFile.create("ann", RANDOM);
    var bob = ApiKeyFile.create("bob", RANDOM);
    ApiKeys keys = keys(write(ann.line()));
    write("# now two names", bob.line());
    assertEquals(Optional.empty(), keys.nameOf(bob.key()), "not looked at yet");
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    assertEquals(Optional.of("bob"), keys.nameOf(bob.key()));
    assertEquals(Optional.empty(), keys.nameOf(ann.key()));
  }

  @Test
  void brokenOrMissingFileLeavesTheKeysAsTheyWere() throws IOException {
    var ann = ApiKeyFile.create("ann", RANDOM);
    Path file = write(ann.line());
    ApiKeys keys = keys(file);
    write("ann");
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    assertEquals(Optional.of("ann"), keys.nameOf(ann.key()));
    Files.delete(file);
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    assertEquals(Optional.of("ann"), keys.nameOf(ann.key()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ann",
        "ann:",
        "ann:00",
        ":e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "a b:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ann:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "# nothing"
      })
  void otherLinesAreRefusedWithoutShowingThem(String line) throws IOException {
    Path file = write(line);
    FormatException e = assertThrows(FormatException.class, () -> ApiKeyFile.read(file));
    assertTrue(e.part().startsWith("line "), e.getMessage());
    assertFalse(line.length() > 10 && e.getMessage().contains(line.substring(5)), e.getMessage());
  }

  @Test
  void namesDiffer() throws IOException {
    Path file = write(ApiKeyFile.create("a", RANDOM).line(), ApiKeyFile.create("a", RANDOM).line());
    assertThrows(FormatException.class, () -> ApiKeyFile.read(file));
  }

  @Test
  void missingFileIsSaid() {
    assertThrows(SmolVlmException.class, () -> keys(folder.resolve("none")));
    assertThrows(SmolVlmException.class, () -> ApiKeyFile.create("no:colon", RANDOM));
    assertThrows(SmolVlmException.class, () -> ApiKeyFile.create("", RANDOM));
  }

  @Test
  void keyIsFoundInThreeHeaders() {
    assertEquals(Optional.of("k"), given("Authorization", "Bearer k"));
    assertEquals(Optional.of("k"), given("authorization", "bearer  k "));
    assertEquals(Optional.of("k"), given("api-key", "k"));
    assertEquals(Optional.of("k"), given("X-Api-Key", "k"));
    assertEquals(Optional.empty(), given("Authorization", "Basic k"));
    assertEquals(Optional.empty(), given("Cookie", "k"));
  }

  private static Optional<String> given(String name, String value) {
    return GivenKey.in(MultiMap.caseInsensitiveMultiMap().add(name, value)::get);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.3.2.1", "localhost", "::1", "[::1]"})
  void thisMachineNeedsNoKeys(String host) {
    PublicBind.check(host, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "::", "192.168.1.2", "example.org", "127.0.0.1.example.org", ""})
  void otherAddressesNeedKeys(String host) {
    String message =
        assertThrows(SmolVlmException.class, () -> PublicBind.check(host, false)).getMessage();
    assertTrue(message.contains("--api-keys"), message);
    PublicBind.check(host, true);
  }

  @Test
  void onlyWhatIsNamedIsOpen() {
    var all = new OpenPaths(true, true, true);
    var none = new OpenPaths(false, false, false);
    for (String path : List.of("/health", "/health/live", "/health/ready", "/version")) {
      assertTrue(none.contains(path), path);
    }
    for (String path : List.of("/", "/page/app.js", "/metrics", "/openapi", "/docs/x.css")) {
      assertTrue(all.contains(path), path);
      assertFalse(none.contains(path), path);
    }
    for (String path :
        List.of(
            "/v1/models",
            "/health/x",
            "/health/live/",
            "/health/live;x",
            "/metrics/x",
            "/docsx",
            "")) {
      assertFalse(all.contains(path), path);
    }
  }
}
