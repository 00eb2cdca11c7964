package io.smolvlm.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What lies in the snapshots of a cached repository.
final class Snapshots {
  private static final Set<String> KINDS = Set.of("idefics3", "smolvlm", "llama");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Snapshots() {}

  /// Files that a checkpoint in this folder lacks; links to contents that are gone count as
  /// missing.
  static List<String> missing(Path snapshot) {
    var needed = new ArrayList<>(List.of(NeededFiles.CONFIG, NeededFiles.TOKENIZER));
    if (json(snapshot.resolve(NeededFiles.CONFIG)).has("vision_config")) {
      needed.add(NeededFiles.PREPROCESSOR);
    }
    needed.addAll(weights(snapshot));
    return needed.stream().filter(name -> !Files.isRegularFile(snapshot.resolve(name))).toList();
  }

  private static Set<String> weights(Path snapshot) {
    if (!Files.isRegularFile(snapshot.resolve(NeededFiles.INDEX))) {
      return Set.of(NeededFiles.WHOLE);
    }
    var shards = new TreeSet<String>();
    json(snapshot.resolve(NeededFiles.INDEX))
        .path("weight_map")
        .forEach(shard -> shards.add(shard.asText()));
    // Names that lead elsewhere are refused when the checkpoint is read.
    shards.removeIf(shard -> shard.contains("/") || shard.contains("\\"));
    return shards.isEmpty() ? Set.of(NeededFiles.WHOLE) : shards;
  }

  private static JsonNode json(Path file) {
    try {
      return Files.isRegularFile(file) ? MAPPER.readTree(file.toFile()) : MAPPER.createObjectNode();
    } catch (IOException e) {
      return MAPPER.createObjectNode();
    }
  }

  /// The models of a cached repository.
  ///
  /// @param folder of the repository
  static List<CachedModel> of(Path folder, String id) {
    Path snapshots = folder.resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return List.of();
    }
    Map<String, String> revisions = revisions(folder.resolve("refs"));
    try (Stream<Path> commits = Files.list(snapshots)) {
      return commits
          .filter(Files::isDirectory)
          .sorted()
          .flatMap(commit -> {
            String name = String.valueOf(commit.getFileName());
            return inside(commit, id, revisions.getOrDefault(name, name)).stream();
          })
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Branches and tags by commit; `main` wins.
  private static Map<String, String> revisions(Path refs) {
    var revisions = new HashMap<String, String>();
    if (!Files.isDirectory(refs)) {
      return revisions;
    }
    try (Stream<Path> all = Files.walk(refs)) {
      for (Path ref : all.filter(Files::isRegularFile).sorted().toList()) {
        String name = refs.relativize(ref).toString().replace('\\', '/');
        revisions.merge(
            Files.readString(ref).strip(),
            name,
            (old, other) -> other.equals(HubReference.MAIN) ? other : old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return revisions;
  }

  private static List<CachedModel> inside(Path snapshot, String id, String revision) {
    var models = new ArrayList<CachedModel>();
    String kind = json(snapshot.resolve(NeededFiles.CONFIG)).path("model_type").asText();
    if (KINDS.contains(kind)) {
      models.add(
          new CachedModel(
              new HubReference(id, Optional.empty(), revision),
              snapshot,
              kind,
              bytes(snapshot),
              missing(snapshot)));
    }
    for (Path file : files(snapshot)) {
      if (file.toString().endsWith(".gguf")) {
        String name = snapshot.relativize(file).toString().replace('\\', '/');
        models.add(
            new CachedModel(
                new HubReference(id, Optional.of(name), revision),
                file,
                "gguf",
                size(file),
                List.of()));
      }
    }
    return models;
  }

  private static long bytes(Path snapshot) {
    return files(snapshot).stream()
        .filter(file -> !file.toString().endsWith(".gguf"))
        .mapToLong(Snapshots::size)
        .sum();
  }

  private static List<Path> files(Path snapshot) {
    try (Stream<Path> all = Files.walk(snapshot)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }
}
