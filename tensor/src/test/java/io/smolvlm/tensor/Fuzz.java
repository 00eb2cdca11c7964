package io.smolvlm.tensor;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/// Runs Jazzer, a coverage-guided fuzzer, over a parser in a child JVM and fails on whatever
/// escapes it. Works offline.
///
/// A target is a class with `public static void fuzzerTestOneInput(byte[] data)` that parses the
/// bytes and swallows [SmolVlmException] only: every other throwable, also OutOfMemoryError and
/// StackOverflowError, and an input that takes longer than 10 seconds are findings. The input of a
/// finding lies in `target/fuzz/<target>` afterwards; put it into the corpus when it is fixed.
///
/// Jazzer 0.24 cannot instrument classes of Java 24 and later, and would then fuzz blindly. So the
/// child sees copies of our classes whose version number is lowered to that of Java 23; nothing in
/// their format differs.
public final class Fuzz {
  /// Class file version of Java 23, the newest that Jazzer 0.24 reads.
  private static final int NEWEST_VERSION = 67;

  private static final int VERSION_AT = 7;
  private static final int DEFAULT_SECONDS = 20;
  private static final int SECONDS_PER_INPUT = 10;
  private static final int TAIL = 4000;
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs");
  private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+)");

  private Fuzz() {}

  /// The time for a parser: `-Dsmolvlm.fuzz.seconds`, else 20.
  public static int seconds() {
    return Integer.getInteger("smolvlm.fuzz.seconds", DEFAULT_SECONDS);
  }

  /// What was done, for the test's output.
  public record Result(long runs, int coverage) {}

  /// @param target the class with `fuzzerTestOneInput`
  /// @param corpus seeds, one file each; read only
  /// @param seconds how long; 0 leaves fuzzing out
  public static Result run(Class<?> target, Path corpus, int seconds)
      throws IOException, InterruptedException {
    if (seconds <= 0) {
      return new Result(0, 0);
    }
    Path work = Path.of("target", "fuzz", target.getSimpleName()).toAbsolutePath();
    Path found = Files.createDirectories(work.resolve("found"));
    Path log = work.resolve("log.txt");
    Process process =
        new ProcessBuilder(command(target, work, found, corpus, seconds))
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = process.waitFor(seconds + 120L, TimeUnit.SECONDS);
      Assertions.assertTrue(ended, () -> "Jazzer does not end: " + tail(log));
    } finally {
      process.destroyForcibly();
    }
    Assertions.assertEquals(
        0, process.exitValue(), () -> target.getSimpleName() + ": a finding, see " + tail(log));
    return result(log);
  }

  private static List<String> command(
      Class<?> target, Path work, Path found, Path corpus, int seconds) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx1g",
            "-Xss512k",
            "-XX:+EnableDynamicAgentLoading",
            "-XX:-OmitStackTraceInFastThrow",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules",
            "jdk.incubator.vector",
            "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", classPath(work.resolve("classes"))));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.addAll(
        List.of(
            "--target_class=" + target.getName(),
            "--keep_going=1",
            "-max_total_time=" + seconds,
            "-timeout=" + SECONDS_PER_INPUT,
            "-rss_limit_mb=6000",
            "-max_len=65536",
            "-artifact_prefix=" + work + File.separator));
    command.add(found.toString());
    command.add(corpus.toAbsolutePath().toString());
    return command;
  }

  private static String classPath(Path copies) throws IOException {
    List<String> entries = new ArrayList<>();
    int count = 0;
    String path =
        System.getProperty(
            "surefire.test.class.path", ManagementFactory.getRuntimeMXBean().getClassPath());
    for (String entry : path.split(File.pathSeparator, -1)) {
      if (entry.isEmpty()) {
        continue;
      }
      Path file = Path.of(entry);
      if (Files.isDirectory(file)) {
        entries.add(lowered(file, copies.resolve("" + count++)).toString());
      } else if (file.getFileName().toString().startsWith("smolvlm-")) {
        try (FileSystem jar = FileSystems.newFileSystem(file)) {
          entries.add(lowered(jar.getPath("/"), copies.resolve("" + count++)).toString());
        }
      } else {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /// Copies a tree of classes and resources, with class versions that Jazzer reads.
  private static Path lowered(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
          bytes = in.readAllBytes();
        }
        if (file.toString().endsWith(".class") && bytes[VERSION_AT] > NEWEST_VERSION) {
          bytes[VERSION_AT] = NEWEST_VERSION;
        }
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.write(copy, bytes);
      }
    }
    return to;
  }

  private static Result result(Path log) {
    String text = read(log);
    Matcher done = DONE.matcher(text);
    Assertions.assertTrue(done.find(), () -> "Jazzer did not run: " + tail(log));
    int coverage = 0;
    Matcher found = COVERAGE.matcher(text);
    while (found.find()) {
      coverage = Math.max(coverage, Integer.parseInt(found.group(1)));
    }
    Assertions.assertTrue(coverage > 0, () -> "Jazzer saw no coverage: " + tail(log));
    return new Result(Long.parseLong(done.group(1)), coverage);
  }

  private static String tail(Path log) {
    String text = read(log);
    return log + "\n" + text.substring(Math.max(0, text.length() - TAIL));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
