package io.smolvlm.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;

/// The reference fixtures that the parity tests of all rooms read, and what they assert with.
///
/// Every parity test begins with [#requireKnown] for its group, so that a file it does not know
/// makes it fail instead of passing unread.
public final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Fixtures() {}

  /// The directory given by `-Dsmolvlm.fixtures`, else the committed one.
  public static Path root() {
    return directory("smolvlm.fixtures", "samples/reference/fixtures");
  }

  /// A group, such as `tiny`. `tokenizers` does not depend on the seed: directories made with
  /// `--light` lack it, then the committed one is taken.
  public static Path group(String name) {
    Path own = root().resolve(name);
    return name.equals("tokenizers") && !Files.isDirectory(own)
        ? projectRoot().resolve("samples/reference/fixtures").resolve(name)
        : own;
  }

  /// The folder of the whole project.
  public static Path projectRoot() {
    String given = System.getProperty("smolvlm.root");
    if (given != null) {
      return Path.of(given);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("samples/reference"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException(
            "no samples/reference above " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }

  static Path directory(String property, String fallback) {
    String given = System.getProperty(property);
    Path path = given == null || given.isBlank() ? projectRoot().resolve(fallback) : Path.of(given);
    if (!Files.isDirectory(path)) {
      throw new IllegalStateException("-D" + property + ": no directory " + path.toAbsolutePath());
    }
    return path;
  }

  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `cases.json` of a group.
  public static JsonNode cases(String group) {
    return json(group(group).resolve("cases.json"));
  }

  /// A safetensors file of a group; close it.
  public static TensorFile tensors(String group, String file) {
    return TensorFile.open(group(group).resolve(file));
  }

  /// A tensor's numbers as float32, row-major.
  public static float[] floats(TensorFile file, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return file.tensor(name).toMatrix(arena).toArray();
    }
  }

  /// Fails if the folder of a group holds anything but the named files and folders.
  public static void requireKnown(String group, Set<String> known) {
    Set<String> unknown = new TreeSet<>();
    try (var files = Files.list(group(group))) {
      files.map(file -> file.getFileName().toString()).forEach(unknown::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    unknown.removeAll(known);
    Assertions.assertTrue(
        unknown.isEmpty(), () -> group + ": files this test does not know: " + unknown);
  }

  /// Fails if an object has a key that the test does not know.
  public static void requireKnownKeys(JsonNode object, String where, Set<String> known) {
    Set<String> unknown = new TreeSet<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      unknown.add(field.getKey());
    }
    unknown.removeAll(known);
    Assertions.assertTrue(
        unknown.isEmpty(), () -> where + ": keys this test does not know: " + unknown);
  }

  /// Fails if two arrays differ anywhere by more than `tolerance`, and says where and by how much.
  ///
  /// @return the largest difference
  public static double assertClose(
      String what, float[] expected, float[] actual, double tolerance) {
    Assertions.assertEquals(expected.length, actual.length, what + ": numbers");
    double worst = 0;
    int at = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      // Infinities, and not-a-number: the same on both sides, or as far apart as can be.
      if (Double.isNaN(difference)) {
        difference = Float.compare(expected[i], actual[i]) == 0 ? 0 : Double.POSITIVE_INFINITY;
      }
      if (difference > worst) {
        worst = difference;
        at = i;
      }
    }
    if (worst > tolerance) {
      Assertions.fail(
          String.format(
              Locale.ROOT,
              "%s: largest difference %.3g at [%d] of %d: expected %s, got %s; tolerance %.1g",
              what,
              worst,
              at,
              expected.length,
              expected[at],
              actual[at],
              tolerance));
    }
    return worst;
  }

  /// Fails unless two arrays have the same bits.
  public static void assertSameBits(String what, float[] expected, float[] actual) {
    Assertions.assertEquals(expected.length, actual.length, what + ": numbers");
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
        Assertions.fail(
            what + "[" + i + "]: expected " + expected[i] + ", got " + actual[i] + " (other bits)");
      }
    }
  }
}
