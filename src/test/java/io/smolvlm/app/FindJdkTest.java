package io.smolvlm.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// How the scripts find a JDK; with folders that only look like one.
@DisabledOnOs(OS.WINDOWS)
class FindJdkTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("smolvlm.root", ".."), ".mvn", "find-jdk.sh");

  @TempDir Path folder;

  @Test
  void newEnoughJavaHomeIsTaken() throws Exception {
    Path home = jdk("my jdk", "25.0.1");
    assertEquals(home.toString(), find(home));
    Path newer = jdk("newer", "26-ea");
    assertEquals(newer.toString(), find(newer));
  }

  @Test
  void oldJavaHomeIsPassedOver() throws Exception {
    for (String version : List.of("1.8.0_402", "17.0.15", "24.0.2")) {
      Path old = jdk("old-" + version, version);
      assertTrue(!find(old).equals(old.toString()), version);
    }
  }

  @Test
  void runtimeWithoutCompilerIsPassedOver() throws Exception {
    Path home = jdk("jre", "25.0.1");
    Files.delete(home.resolve("bin").resolve("javac"));
    assertTrue(!find(home).equals(home.toString()));
  }

  @Test
  void linkedJavaLeadsToItsJdk() throws Exception {
    Path home = jdk("jdk-25", "25");
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), home.resolve("bin").resolve("java"));
    assertEquals(
        home.toString(), shell("unset JAVA_HOME; PATH=" + quote(bin) + ":$PATH; find_jdk t"));
  }

  @Test
  void foldersOfVersionManagersAreSearched() throws Exception {
    for (String place :
        List.of(
            ".sdkman/candidates/java/25.0.1-tem",
            ".jdks/temurin-25.0.1",
            ".asdf/installs/java/temurin-25",
            ".local/share/mise/installs/java/25",
            ".jbang/cache/jdks/25")) {
      Path home = jdk("home/" + place, "25.0.1");
      // What the user has put into the home folder comes before what the machine has.
      String found =
          shell(
              "HOME="
                  + quote(folder.resolve("home"))
                  + "; unset JAVA_HOME; command() { return 1; }; find_jdk t");
      assertEquals(home.toString(), found, place);
      deleteAll(folder.resolve("home"));
    }
  }

  private String find(Path javaHome) throws Exception {
    return shell("JAVA_HOME=" + quote(javaHome) + "; find_jdk t");
  }

  private String shell(String commands) throws Exception {
    var line = new ArrayList<>(List.of("sh", "-c"));
    line.add(". " + quote(SCRIPT) + "; " + commands + " >&2 && printf %s \"$JAVA_HOME\"");
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    return out;
  }

  private static String quote(Path path) {
    return "'" + path + "'";
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Path bin = Files.createDirectories(home.resolve("bin"));
    for (String command : List.of("java", "javac")) {
      Path file = Files.writeString(bin.resolve(command), "#!/bin/sh\nexit 1\n");
      assertTrue(file.toFile().setExecutable(true));
    }
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\nJAVA_VERSION_DATE=\"2026\"\n");
    return home;
  }

  private static void deleteAll(Path root) throws IOException {
    try (var all = Files.walk(root)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
