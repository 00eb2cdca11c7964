package io.smolvlm.models.convert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.tensor.Safetensors;
import io.smolvlm.tensor.ShardedSafetensors;
import io.smolvlm.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How tensors are spread over files: in their order, a new file before one would pass 5 GB, named
/// as the model hub has them.
record Shards(List<Shard> files) {
  /// As transformers cuts by default.
  static final long MAX_BYTES = 5_000_000_000L;

  record Shard(String name, List<TensorInfo> tensors) {}

  static Shards of(List<TensorInfo> tensors, long most) {
    List<List<TensorInfo>> parts = new ArrayList<>();
    long held = 0;
    for (TensorInfo tensor : tensors) {
      if (parts.isEmpty() || (held > 0 && held + tensor.bytes() > most)) {
        parts.add(new ArrayList<>());
        held = 0;
      }
      parts.getLast().add(tensor);
      held += tensor.bytes();
    }
    var files = new ArrayList<Shard>();
    for (int i = 0; i < parts.size(); i++) {
      String name =
          parts.size() == 1
              ? Safetensors.SINGLE
              : "model-%05d-of-%05d.safetensors".formatted(i + 1, parts.size());
      files.add(new Shard(name, List.copyOf(parts.get(i))));
    }
    return new Shards(List.copyOf(files));
  }

  long bytes() {
    return files.stream().flatMap(file -> file.tensors.stream()).mapToLong(TensorInfo::bytes).sum();
  }

  /// Writes the index of several files; nothing for one.
  void writeIndex(Path folder, JsonMapper json) throws IOException {
    if (files.size() == 1) {
      return;
    }
    var map = new LinkedHashMap<String, String>();
    files.forEach(file -> file.tensors.forEach(tensor -> map.put(tensor.name(), file.name)));
    var index = new LinkedHashMap<String, Object>();
    index.put("metadata", Map.of("total_size", bytes()));
    index.put("weight_map", map);
    Files.writeString(
        folder.resolve(ShardedSafetensors.INDEX),
        json.writerWithDefaultPrettyPrinter().writeValueAsString(index));
  }
}
