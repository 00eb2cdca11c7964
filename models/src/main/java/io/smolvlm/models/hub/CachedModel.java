package io.smolvlm.models.hub;

import java.nio.file.Path;
import java.util.List;

/// A model in the cache at one revision.
///
/// @param reference as it is asked for
/// @param path its folder, or its GGUF file
/// @param kind its `model_type`, or `gguf`
/// @param bytes of its files
/// @param missing files that it cannot be used without; empty when it can be used
public record CachedModel(
    HubReference reference, Path path, String kind, long bytes, List<String> missing) {
  public CachedModel {
    missing = List.copyOf(missing);
  }
}
