package io.smolvlm.models.hub;

import java.util.List;
import java.util.Optional;

/// What a pull will bring.
///
/// @param reference as it was asked for
/// @param commit that its revision stands at
/// @param files all that the model needs
/// @param missing those of them that are not on this machine
/// @param absent names that were looked for and that the repository lacks
/// @param movedTo the repository's new name; empty when it is the asked one
public record PullPlan(
    HubReference reference,
    String commit,
    List<RemoteFile> files,
    List<RemoteFile> missing,
    List<String> absent,
    Optional<String> movedTo) {
  public PullPlan {
    files = List.copyOf(files);
    missing = List.copyOf(missing);
    absent = List.copyOf(absent);
  }

  /// Bytes of all files.
  public long bytes() {
    return files.stream().mapToLong(RemoteFile::bytes).sum();
  }

  /// Bytes of those that are missing, whole; parts of them may be here.
  public long missingBytes() {
    return missing.stream().mapToLong(RemoteFile::bytes).sum();
  }
}
