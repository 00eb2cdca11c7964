package io.smolvlm.models.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// The folder that huggingface_hub keeps its downloads in, and this library too:
///
/// - `models--OWNER--NAME/blobs/HASH`: contents, each once;
/// - `models--OWNER--NAME/snapshots/COMMIT/PATH`: links to them, relative, by the files' names;
/// - `models--OWNER--NAME/refs/REVISION`: the commit that a branch or tag stood at;
/// - `models--OWNER--NAME/.no_exist/COMMIT/PATH`: names that a commit is known to lack;
/// - `.locks/models--OWNER--NAME/HASH.lock`.
///
/// Source: huggingface_hub 2.4.0, `file_download.py`.
public final class HubCache {
  private static final String PREFIX = "models--";
  private static final String SEPARATOR = "--";

  private final Path root;

  /// @param root `HF_HUB_CACHE`; need not exist
  public HubCache(Path root) {
    this.root = root;
  }

  /// The cache's folder.
  public Path root() {
    return root;
  }

  Path folder(String id) {
    return root.resolve(PREFIX + id.replace("/", SEPARATOR));
  }

  Path blob(String id, RemoteFile file) {
    return folder(id).resolve("blobs").resolve(file.hash());
  }

  Path lock(String id, RemoteFile file) {
    return root.resolve(".locks")
        .resolve(String.valueOf(folder(id).getFileName()))
        .resolve(file.hash() + ".lock");
  }

  private Path snapshot(String id, String commit) {
    return folder(id).resolve("snapshots").resolve(commit);
  }

  /// Where a file of a commit is found.
  Path pointer(String id, String commit, RemoteFile file) {
    return snapshot(id, commit).resolve(file.path());
  }

  /// Whether a file is here, whole as far as its length tells.
  boolean holds(Path path, RemoteFile file) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == file.bytes();
    } catch (IOException e) {
      return false;
    }
  }

  /// The model that a reference means, if all that it needs is here: a folder, or a GGUF file.
  public Optional<Path> find(HubReference reference) {
    return commit(reference)
        .map(commit -> snapshot(reference.id(), commit))
        .flatMap(snapshot ->
            reference
                .file()
                .map(name -> Optional.of(snapshot.resolve(name)).filter(Files::isRegularFile))
                .orElseGet(
                    () -> Optional.of(snapshot).filter(s -> Snapshots.missing(s).isEmpty())));
  }

  /// The commit that a revision was last seen at.
  Optional<String> commit(HubReference reference) {
    if (reference.pinned()) {
      return Optional.of(reference.revision());
    }
    Path ref = folder(reference.id()).resolve("refs").resolve(reference.revision());
    try {
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip()).filter(HubReference::isCommit)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// All models of kinds that are read here, by name; those that lack files included.
  public List<CachedModel> list() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(folder -> String.valueOf(folder.getFileName()).startsWith(PREFIX))
          .sorted()
          .flatMap(folder -> Snapshots.of(folder, id(folder)).stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String id(Path folder) {
    return String.valueOf(folder.getFileName())
        .substring(PREFIX.length())
        .replaceFirst(SEPARATOR, "/");
  }

  /// Bytes that a repository takes, all its snapshots and half downloads together; empty when it is
  /// not here.
  public Optional<Long> bytes(String id) {
    Path folder = folder(id);
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return Optional.of(
          all.filter(path -> Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
              .mapToLong(HubCache::size)
              .sum());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      return 0;
    }
  }

  /// Removes a repository with all its revisions. Names go before contents, so that nobody finds
  /// half of it.
  public void remove(String id) {
    Path folder = folder(id);
    for (Path part :
        List.of(
            folder.resolve("refs"),
            folder.resolve("snapshots"),
            folder,
            root.resolve(".locks").resolve(String.valueOf(folder.getFileName())))) {
      delete(part);
    }
  }

  private static void delete(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gives a content its file name in a commit.
  void link(String id, String commit, RemoteFile file) throws IOException {
    Path pointer = pointer(id, commit, file);
    if (holds(pointer, file)) {
      return;
    }
    Path blob = blob(id, file).toAbsolutePath();
    Path folder = Objects.requireNonNull(pointer.toAbsolutePath().getParent());
    Files.createDirectories(folder);
    Files.deleteIfExists(pointer);
    try {
      Files.createSymbolicLink(pointer, folder.relativize(blob));
    } catch (FileAlreadyExistsException e) {
      // Another process made the same link.
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Windows without the right to make links: a copy, as huggingface_hub has it.
      replace(pointer, copy -> Files.copy(blob, copy));
    }
  }

  void writeRef(HubReference reference, String commit) throws IOException {
    Path ref = folder(reference.id()).resolve("refs").resolve(reference.revision());
    if (!reference.pinned() && !Optional.of(commit).equals(commit(reference))) {
      Files.createDirectories(ref.toAbsolutePath().getParent());
      replace(ref, path -> Files.writeString(path, commit));
    }
  }

  void noteAbsent(String id, String commit, List<String> names) throws IOException {
    Path folder = folder(id).resolve(".no_exist").resolve(commit);
    Files.createDirectories(folder);
    for (String name : names) {
      if (!Files.exists(folder.resolve(name))) {
        Files.write(folder.resolve(name), new byte[0]);
      }
    }
  }

  private interface Writing {
    void to(Path path) throws IOException;
  }

  private static void replace(Path path, Writing writing) throws IOException {
    Path beside =
        path.resolveSibling(
            path.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    try {
      writing.to(beside);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }
}
