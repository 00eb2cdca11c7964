package io.smolvlm.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The lists of methods that the launcher gives to the compiler. A method that was renamed would
/// silently be slow.
class CompilerDirectivesTest {
  private static final Pattern NAMED = Pattern.compile("\"(io/smolvlm/[\\w/]+)\\.(\\w+)\"");

  @Test
  void everyMethodOfTheQuickFormExists() throws Exception {
    List<MatchResult> named = NAMED.matcher(text("quick.directives")).results().toList();
    assertEquals(4, named.size());
    for (MatchResult method : named) {
      Class<?> in = Class.forName(method.group(1).replace('/', '.'));
      assertTrue(
          Arrays.stream(in.getDeclaredMethods()).anyMatch(m -> m.getName().equals(method.group(2))),
          method.group());
    }
  }

  @Test
  void theServiceKeepsC2ForTheMaths() throws IOException {
    String text = text("service.directives");
    assertTrue(text.contains("\"io/smolvlm/app*.*\""), text);
    for (String room : List.of("tensor", "vision", "language", "models")) {
      assertFalse(text.contains("io/smolvlm/" + room), room);
    }
  }

  /// A JVM that cannot read such a file does not start.
  @ParameterizedTest
  @ValueSource(strings = {"quick.directives", "service.directives"})
  void theJvmReadsThem(String name) throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:CompilerDirectivesFile=" + file(name),
                "-version")
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), said);
    assertTrue(said.contains("compiler directives added"), said);
  }

  private static Path file(String name) {
    return Path.of(System.getProperty("smolvlm.root", ".."), "src/main/launcher", name);
  }

  private static String text(String name) throws IOException {
    return Files.readString(file(name));
  }
}
