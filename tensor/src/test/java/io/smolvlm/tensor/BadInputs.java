package io.smolvlm.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The malformed inputs of the reference: cases of a target with what is expected of each.
public final class BadInputs {
  private BadInputs() {}

  /// The directory given by `-Dsmolvlm.badInputs`, else the committed one.
  public static Path root() {
    return Fixtures.directory("smolvlm.badInputs", "samples/reference/bad-inputs");
  }

  /// All cases of a target, such as `model-gguf`.
  public static List<Case> cases(String target) {
    List<Case> cases = new ArrayList<>();
    JsonNode manifest = Fixtures.json(root().resolve("manifest-" + target + ".json"));
    JsonNode list = manifest.isArray() ? manifest : manifest.get("cases");
    list.forEach(node -> cases.add(new Case(node)));
    return cases;
  }

  /// One input and its expected outcome.
  ///
  /// @param node the manifest's entry, for fields of one target only (`rgb_at`, `level`, ...)
  public record Case(JsonNode node) {
    /// As in the manifest: `model-gguf/cut-3`.
    public String id() {
      return node.get("id").textValue();
    }

    /// What is wrong with it.
    public String why() {
      return node.path("why").asText();
    }

    public JsonNode expect() {
      return node.get("expect");
    }

    /// True if any clean outcome will do: an answer or a typed error.
    public boolean any() {
      return expect().path("any").asBoolean();
    }

    /// True if success is the expected outcome or an accepted one.
    public boolean mayLoad() {
      return outcomes().anyMatch(outcome -> outcome.path("ok").asBoolean());
    }

    /// The error labels that are expected or accepted.
    public Set<String> errors() {
      Set<String> labels = new TreeSet<>();
      outcomes()
          .filter(outcome -> outcome.has("error"))
          .forEach(outcome -> labels.add(outcome.get("error").textValue()));
      return labels;
    }

    /// The expected and the accepted outcomes, the expected one first.
    public Stream<JsonNode> outcomes() {
      List<JsonNode> all = new ArrayList<>();
      all.add(expect());
      node.path("accept").forEach(all::add);
      return all.stream();
    }

    public Duration limit() {
      return Duration.ofMillis((long) (node.get("limits").get("seconds").asDouble() * 1000));
    }

    /// Allowed above the idle level.
    public long heapLimitBytes() {
      return node.get("limits").get("heap_mb").asLong() << 20;
    }

    /// The file or folder to open: where it lies if it is stored as it is, otherwise put together
    /// in `scratch`. A file keeps its ending.
    public Path materialize(Path scratch) throws IOException {
      JsonNode file = node.path("file");
      if (file.isTextual()) {
        return root().resolve(file.textValue());
      }
      Path target = scratch.resolve(id().replace('/', '_'));
      if (node.has("gen")) {
        Path generated = Path.of(target + "." + node.get("gen").path("ext").asText("bin"));
        try (OutputStream out = Files.newOutputStream(generated)) {
          for (JsonNode part : node.get("gen").get("parts")) {
            writePart(part, out);
          }
        }
        return generated;
      }
      if (node.has("base")) {
        copyTree(root().resolve(node.get("base").textValue()), target);
        if (node.path("overlay").isTextual()) {
          copyTree(root().resolve(node.get("overlay").textValue()), target);
        }
        for (JsonNode name : node.path("remove")) {
          Files.delete(target.resolve(name.textValue()));
        }
        return target;
      }
      throw new IllegalStateException(id() + ": neither file, gen nor base");
    }

    @Override
    public String toString() {
      return id() + ": " + why();
    }
  }

  private static void writePart(JsonNode part, OutputStream out) throws IOException {
    byte[] bytes =
        part.has("text")
            ? part.get("text").textValue().getBytes(StandardCharsets.UTF_8)
            : Base64.getDecoder().decode(part.get("b64").textValue());
    int times = part.path("times").asInt(1);
    // Single blanks come a hundred million times: written in pieces of about 64 kB.
    int perPiece = Math.max(1, Math.min(times, (1 << 16) / Math.max(1, bytes.length)));
    byte[] piece = new byte[bytes.length * perPiece];
    for (int i = 0; i < perPiece; i++) {
      System.arraycopy(bytes, 0, piece, i * bytes.length, bytes.length);
    }
    for (int left = times; left > 0; left -= perPiece) {
      out.write(piece, 0, Math.min(left, perPiece) * bytes.length);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
