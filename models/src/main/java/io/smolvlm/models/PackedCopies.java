package io.smolvlm.models;

import io.smolvlm.language.DecoderWeights;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.kernel.Packer;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.PackedWeight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.SegmentAllocator;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Decoders that took long to pack are kept on disk, packed, and read from there at the next start.
///
/// A copy is named by what its numbers were made of: length, time of change, first mebibyte and 64
/// samples of each file of the checkpoint, the precision, and the version and width of the layout.
/// Its own bytes are checked when it is read. One that is damaged is made again, the one that was
/// used least lately goes when they take more than their room, and nothing fails when none can be
/// kept.
final class PackedCopies {
  /// Bytes that all copies may take; 0 for none at all.
  static final String PROPERTY = "smolvlm.cache.packed-bytes";

  private static final Logger LOG = System.getLogger(PackedCopies.class.getName());

  private static final long DEFAULT_BYTES = 16L << 30;

  /// Packing that is over sooner is not worth the disk. 135 million numbers take a second.
  private static final Duration WORTH = Duration.ofMillis(500);

  private static final String SUFFIX = ".packed.safetensors";
  private static final int SAMPLES = 64;
  private static final int SAMPLE_BYTES = 4096;
  private static final int HEAD_BYTES = 1 << 20;

  private final Path folder;
  private final long room;
  private final Duration worth;

  /// @param folder made when it is needed
  /// @param room bytes that all copies may take
  /// @param worth packing of this length is worth a copy
  PackedCopies(Path folder, long room, Duration worth) {
    this.folder = folder;
    this.room = room;
    this.worth = worth;
  }

  /// In the user's cache folder.
  static PackedCopies ofUser() {
    return in(CacheFolder.find());
  }

  /// In a folder of that cache.
  static PackedCopies in(Path cache) {
    return new PackedCopies(cache.resolve("packed"), Long.getLong(PROPERTY, DEFAULT_BYTES), WORTH);
  }

  Path folder() {
    return folder;
  }

  /// Bytes of all copies.
  long bytes() {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long sum = 0;
    try {
      for (Path copy : copies()) {
        sum += Files.size(copy);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.DEBUG, "{0} cannot be listed: {1}", folder, e.toString());
    }
    return sum;
  }

  private List<Path> copies() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(all.filter(PackedCopies::isCopy).toList());
    }
  }

  /// Those that are being written begin with the number of a process and a dash.
  private static boolean isCopy(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(SUFFIX) && name.indexOf('-') < 0;
  }

  /// A decoder's packed weights, from a copy if there is one.
  ///
  /// @param stored the checkpoint's weights, likewise `networks`
  /// @param memory gives those of a copy their memory
  DecoderWeights decoder(
      Weights stored,
      NetworkWeights networks,
      Precision precision,
      Team team,
      SegmentAllocator memory) {
    if (room <= 0) {
      return networks.decoder(precision);
    }
    String source;
    try {
      source = source(stored, precision);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "mapped and cannot be read otherwise: {0}", e.toString());
      return networks.decoder(precision);
    }
    Path file = folder.resolve(source.substring(0, 32) + SUFFIX);
    if (Files.exists(file)) {
      try {
        Map<String, PackedWeight> copy = PackedCopy.read(file, source, team, memory);
        touch(file);
        return networks.decoder(
            precision,
            (format, weight, layer) -> {
              PackedWeight found = copy.get(name(weight, layer));
              return found == null || found.format() != format
                  ? networks.pack(format, weight, layer)
                  : found;
            });
      } catch (FormatException e) {
        LOG.log(Level.WARNING, "packed weights are made again: {0}", e.getMessage());
      }
    }
    var made = new LinkedHashMap<String, PackedWeight>();
    long begun = System.nanoTime();
    DecoderWeights packed =
        networks.decoder(
            precision,
            (format, weight, layer) -> {
              PackedWeight one = networks.pack(format, weight, layer);
              made.put(name(weight, layer), one);
              return one;
            });
    if (System.nanoTime() - begun >= worth.toNanos()) {
      keep(file, source, made);
    }
    return packed;
  }

  private static String name(Weight weight, int layer) {
    return weight.name() + "." + layer;
  }

  private void keep(Path file, String source, Map<String, PackedWeight> weights) {
    long bytes = weights.values().stream().mapToLong(w -> w.data().byteSize()).sum();
    // Another process may write the same.
    Path own = folder.resolve(ProcessHandle.current().pid() + "-" + file.getFileName());
    try {
      Files.createDirectories(folder);
      makeRoom(bytes);
      if (bytes > room || Files.getFileStore(folder).getUsableSpace() < 2 * bytes) {
        LOG.log(Level.INFO, "no room for {0} MB of packed weights in {1}", bytes >> 20, folder);
        return;
      }
      PackedCopy.write(own, source, weights);
      Files.move(own, file, StandardCopyOption.REPLACE_EXISTING);
      LOG.log(Level.DEBUG, "kept packed weights: {0}, {1} MB", file, bytes >> 20);
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.WARNING, "packed weights are not kept in {0}: {1}", folder, e.toString());
    }
  }

  /// Deletes what was used least lately until so many more bytes may come, and what processes that
  /// ended in between left half written.
  private void makeRoom(long bytes) throws IOException {
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    try (Stream<Path> all = Files.list(folder)) {
      for (Path left : all.filter(file -> !isCopy(file)).toList()) {
        if (Files.getLastModifiedTime(left).toInstant().isBefore(yesterday)) {
          Files.deleteIfExists(left);
        }
      }
    }
    List<Path> copies = copies();
    var used = new LinkedHashMap<Path, FileTime>();
    long taken = bytes;
    for (Path copy : copies) {
      used.put(copy, Files.getLastModifiedTime(copy));
      taken += Files.size(copy);
    }
    copies.sort(Comparator.comparing(used::get));
    for (Path copy : copies) {
      if (taken <= room) {
        break;
      }
      taken -= Files.size(copy);
      Files.deleteIfExists(copy);
    }
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} keeps its time: {1}", file, e.toString());
    }
  }

  /// Names the numbers that are packed, in hexadecimal digits.
  private static String source(Weights stored, Precision precision) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (Path file : stored.paths()) {
      add(digest, file);
    }
    String how = " " + precision + " " + PackedWeight.LAYOUT + " " + Packer.PANEL;
    return HexFormat.of().formatHex(digest.digest(how.getBytes(StandardCharsets.UTF_8)));
  }

  private static void add(MessageDigest digest, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      String times = size + " " + Files.getLastModifiedTime(file).toMillis();
      digest.update(times.getBytes(StandardCharsets.UTF_8));
      ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES);
      sample(digest, channel, 0, bytes);
      for (int i = 0; i < SAMPLES; i++) {
        long at = (size - SAMPLE_BYTES) / SAMPLES * (i + 1);
        if (at >= HEAD_BYTES) {
          sample(digest, channel, at, bytes.clear().limit(SAMPLE_BYTES));
        }
      }
    }
  }

  private static void sample(MessageDigest digest, FileChannel channel, long at, ByteBuffer bytes)
      throws IOException {
    long next = at;
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes, next);
      if (count < 0) {
        break;
      }
      next += count;
    }
    digest.update(bytes.flip());
  }
}
