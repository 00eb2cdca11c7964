package io.smolvlm.tensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A checkpoint cut into several safetensors files, opened as one set of tensors by the index that
/// names the file of each tensor. Index and files must agree both ways.
public final class ShardedSafetensors implements TensorFile {
  /// The index file inside the folder.
  public static final String INDEX = "model.safetensors.index.json";

  private static final long MAX_INDEX_BYTES = 100_000_000;
  private static final int MAX_SHARDS = 4096;

  /// A plain file name: no folder, drive, address or control character, and not hidden.
  private static final Pattern SHARD_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._ -]*");

  private final Path folder;
  private final List<Safetensors> shards;
  private final Map<String, Tensor> tensors;

  private ShardedSafetensors(Path folder, List<Safetensors> shards, Map<String, Tensor> tensors) {
    this.folder = folder;
    this.shards = shards;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /// @param folder holds the index and its shards
  /// @throws FormatException `UNSAFE` if a shard's name is no plain file name, `MISSING` if a shard
  ///   or a listed tensor is absent, `MISMATCH` if a tensor lies in another file than the index
  ///   says or is not listed, and whatever [Safetensors#open] finds wrong with a shard
  public static ShardedSafetensors open(Path folder) {
    Path index = folder.resolve(INDEX);
    Map<String, String> files = readIndex(index);
    Map<String, Safetensors> shards = new TreeMap<>();
    boolean opened = false;
    try {
      for (String shard : shardNames(index, files)) {
        shards.put(shard, Safetensors.open(folder.resolve(shard)));
      }
      Map<String, Tensor> tensors = collect(index.toString(), files, shards);
      opened = true;
      return new ShardedSafetensors(folder, List.copyOf(shards.values()), tensors);
    } finally {
      if (!opened) {
        shards.values().forEach(Safetensors::close);
      }
    }
  }

  private static Map<String, String> readIndex(Path index) {
    String name = index.toString();
    Map<String, String> files = new LinkedHashMap<>();
    try (MappedFile file = MappedFile.open(index)) {
      if (file.segment().byteSize() > MAX_INDEX_BYTES) {
        throw new FormatException(
            ErrorCode.LIMIT,
            name,
            "file",
            file.segment().byteSize() + " bytes",
            "at most " + MAX_INDEX_BYTES);
      }
      new StrictJson(name, file.segment()).read(json -> readWeightMap(json, files));
    }
    if (files.isEmpty()) {
      throw new FormatException(
          ErrorCode.MISSING, name, "weight_map", "no tensors", "tensor names with their files");
    }
    return files;
  }

  private static Set<String> shardNames(Path index, Map<String, String> files) {
    Set<String> names = new TreeSet<>(files.values());
    if (names.size() > MAX_SHARDS) {
      throw new FormatException(
          ErrorCode.LIMIT,
          index.toString(),
          "weight_map",
          names.size() + " files",
          "at most " + MAX_SHARDS);
    }
    return names;
  }

  private static void readWeightMap(StrictJson json, Map<String, String> files) throws IOException {
    json.object(
        "index",
        field -> {
          if (field.equals("weight_map")) {
            json.object(
                field, tensor -> files.put(tensor, shardName(json, tensor, json.string(tensor))));
          } else {
            json.skip();
          }
        });
  }

  private static String shardName(StrictJson json, String tensor, String shard) {
    if (!SHARD_NAME.matcher(shard).matches()) {
      throw json.failure(
          ErrorCode.UNSAFE,
          tensor,
          "file name '" + StrictJson.shorten(shard) + "'",
          "the plain name of a file in the same folder");
    }
    return shard;
  }

  private static Map<String, Tensor> collect(
      String index, Map<String, String> files, Map<String, Safetensors> shards) {
    shards.forEach((shard, file) -> checkListed(index, files, shard, file));
    Map<String, Tensor> tensors = LinkedHashMap.newLinkedHashMap(files.size());
    files.forEach((name, shard) -> {
      Safetensors file = Objects.requireNonNull(shards.get(shard));
      Tensor tensor = file.tensors().get(name);
      if (tensor == null) {
        throw new FormatException(
            ErrorCode.MISSING, index, name, "no such tensor in " + shard, "it to be there");
      }
      tensors.put(name, tensor);
    });
    return tensors;
  }

  private static void checkListed(
      String index, Map<String, String> files, String shard, Safetensors file) {
    for (String name : file.tensors().keySet()) {
      String listed = files.get(name);
      if (!shard.equals(listed)) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            index,
            StrictJson.shorten(name),
            listed == null ? "no entry" : "file " + listed,
            shard + ", which holds it");
      }
    }
  }

  /// The files, in the order of their names.
  public List<Path> shards() {
    List<Path> paths = new ArrayList<>();
    shards.forEach(shard -> paths.add(shard.path()));
    return paths;
  }

  @Override
  public Path path() {
    return folder;
  }

  @Override
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    shards.forEach(Safetensors::close);
  }
}
