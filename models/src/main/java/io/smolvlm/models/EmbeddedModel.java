package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// A checkpoint among the resources of this module. Weights are mapped, and a file inside a jar
/// cannot be: so its files are laid once into the user's cache, in a folder named by their content,
/// and used from there by every later start. Run from a folder of classes, it is used in place.
///
/// Measured for 8.5 MB: inflating from the jar 130 to 170 ms at every start, mapping 2 ms.
///
/// `files.txt` beside the files lists them, a line each: SHA-256, bytes, name.
final class EmbeddedModel {
  private static final System.Logger LOG = System.getLogger(EmbeddedModel.class.getName());

  /// A file of the checkpoint.
  record Item(String sha256, long bytes, String name) {}

  private final String name;
  private final String listing;
  private final List<Item> items;

  /// @param name of the folder of resources beside this class
  EmbeddedModel(String name) {
    this.name = name;
    try (InputStream in = open("files.txt")) {
      listing = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unusable("cannot be read", e);
    }
    var all = new ArrayList<Item>();
    for (String line : listing.lines().toList()) {
      String[] parts = line.split(" ", 3);
      all.add(new Item(parts[0], Long.parseLong(parts[1]), parts[2]));
    }
    items = List.copyOf(all);
  }

  List<Item> items() {
    return items;
  }

  /// Bytes of all files together.
  long bytes() {
    return items.stream().mapToLong(Item::bytes).sum();
  }

  InputStream open(String file) throws IOException {
    return Objects.requireNonNull(
            EmbeddedModel.class.getResource(name + "/" + file), name + "/" + file)
        .openStream();
  }

  /// A folder with all files, made now if need be.
  ///
  /// @param cache where folders of this kind are kept
  /// @throws SmolVlmException with [ErrorCode#MISSING] when they can be laid nowhere
  Path folder(Path cache) {
    URL here = EmbeddedModel.class.getResource(name + "/files.txt");
    if (here != null && here.getProtocol().equals("file")) {
      try {
        return Objects.requireNonNull(Path.of(here.toURI()).getParent());
      } catch (URISyntaxException e) {
        throw unusable("has no usable place", e);
      }
    }
    return laid(cache);
  }

  /// A folder below the cache with all files.
  Path laid(Path cache) {
    Path folder = cache.resolve("models").resolve(name + "-" + key());
    if (complete(folder)) {
      return folder;
    }
    try {
      return lay(folder);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING, "cache {0} is not writable, using a temporary one", cache);
      return layTemporarily();
    }
  }

  private Path layTemporarily() {
    try {
      Path folder = Files.createTempDirectory("smolvlm-" + name);
      Path laid = lay(folder.resolve(key()));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return laid;
    } catch (IOException e) {
      throw unusable("found neither a writable cache nor a temporary folder", e);
    }
  }

  /// Names the content: two builds with the same files share a folder, others never meet.
  String key() {
    return HexFormat.of()
        .formatHex(digest().digest(listing.getBytes(StandardCharsets.UTF_8)))
        .substring(0, 16);
  }

  /// Whether every file is there with its size. Their bytes were checked when they were laid.
  private boolean complete(Path folder) {
    return items.stream()
        .allMatch(item -> {
          try {
            return Files.size(folder.resolve(item.name())) == item.bytes();
          } catch (IOException e) {
            return false;
          }
        });
  }

  /// Writes all files beside their place and moves them there in one step, so that no other process
  /// ever sees half of them.
  private Path lay(Path folder) throws IOException {
    Path parent = Objects.requireNonNull(folder.getParent());
    Files.createDirectories(parent);
    Path beside = Files.createTempDirectory(parent, "." + name);
    try {
      for (Item item : items) {
        copy(item, beside.resolve(item.name()));
      }
      move(beside, folder);
      return folder;
    } finally {
      delete(beside);
    }
  }

  private void move(Path beside, Path folder) throws IOException {
    try {
      Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileSystemException e) {
      // Another process was first, or an earlier folder lost files: whole ones are kept.
      if (complete(folder)) {
        return;
      }
      delete(folder);
      Files.move(beside, folder, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void copy(Item item, Path to) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = open(item.name());
        OutputStream out = new DigestOutputStream(Files.newOutputStream(to), digest)) {
      in.transferTo(out);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(item.sha256())) {
      throw new SmolVlmException(
          ErrorCode.CORRUPT, "model " + name + ": " + item.name() + " was changed when packed");
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "left behind: {0}", folder);
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private SmolVlmException unusable(String why, Exception cause) {
    return new SmolVlmException(
        ErrorCode.MISSING, "the model " + name + " of this build " + why, cause);
  }
}
