package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.language.DecoderWeights;
import io.smolvlm.tensor.Fixtures;
import io.smolvlm.tensor.LargePages;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.Linear;
import io.smolvlm.tensor.ops.PackedWeight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Packed weights come from a copy, the same to the byte, and a copy that does not fit is made
/// again.
class PackedCopiesTest {
  private static final Duration AT_ONCE = Duration.ZERO;

  private final Arena arena = Arena.ofShared();
  private final Team team = new Team(2);
  private Path model;
  private Path folder;

  @BeforeEach
  void copyModel(@TempDir Path temp) throws IOException {
    folder = temp.resolve("packed");
    model = Files.createDirectory(temp.resolve("model"));
    Path tiny = Fixtures.projectRoot().resolve("samples/reference/fixtures/tiny/llama_text");
    try (Stream<Path> files = Files.list(tiny)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
  }

  @AfterEach
  void close() {
    team.close();
    arena.close();
  }

  private PackedCopies copies() {
    return new PackedCopies(folder, 1 << 30, AT_ONCE);
  }

  /// Packs, or says that it packed nothing.
  private Loaded load(PackedCopies copies, Precision precision) {
    try (Checkpoint checkpoint = new ModelCatalog().resolve(model.toString(), null)) {
      var packed = new ArrayList<Weight>();
      var networks =
          new NetworkWeights(checkpoint.weights(), arena, team, false) {
            @Override
            PackedWeight pack(PackedWeight.Format format, Weight weight, int layer) {
              packed.add(weight);
              return super.pack(format, weight, layer);
            }
          };
      DecoderWeights weights =
          copies.decoder(checkpoint.weights(), networks, precision, team, new LargePages(arena));
      return new Loaded(bytes(weights), packed);
    }
  }

  private record Loaded(List<Long> bytes, List<Weight> packed) {}

  /// All numbers of all packed weights, in order.
  private static List<Long> bytes(DecoderWeights weights) {
    var all = new ArrayList<Linear>();
    for (DecoderWeights.Layer w : weights.layers()) {
      all.addAll(List.of(w.query(), w.key(), w.value(), w.output(), w.gate(), w.up(), w.down()));
    }
    all.add(weights.head());
    var sums = new ArrayList<Long>();
    for (Linear linear : all) {
      var sum = new CRC32C();
      sum.update(((PackedWeight) linear.weight()).data().asByteBuffer());
      sums.add(sum.getValue());
    }
    return sums;
  }

  private List<Path> kept() throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void aCopyHasTheSameBytesAndNothingIsPacked(Precision precision) throws IOException {
    Loaded first = load(copies(), precision);
    assertTrue(first.packed().size() > 7);
    assertEquals(1, kept().size());
    assertEquals(new Loaded(first.bytes(), List.of()), load(copies(), precision));
  }

  @Test
  void precisionsHaveCopiesOfTheirOwn() throws IOException {
    Loaded eight = load(copies(), Precision.INT8);
    Loaded four = load(copies(), Precision.INT4);
    assertEquals(2, kept().size());
    assertNotEquals(eight.bytes(), four.bytes());
    assertEquals(new Loaded(four.bytes(), List.of()), load(copies(), Precision.INT4));
  }

  @Test
  void packingThatIsQuickLeavesNoCopy() throws IOException {
    load(new PackedCopies(folder, 1 << 30, Duration.ofMinutes(1)), Precision.INT8);
    assertEquals(List.of(), kept());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 8, 9, 300, Long.MAX_VALUE})
  void aDamagedCopyIsMadeAgain(long where) throws IOException {
    Loaded first = load(copies(), Precision.INT8);
    Path copy = kept().getFirst();
    byte[] bytes = Files.readAllBytes(copy);
    byte[] whole = bytes.clone();
    if (where < 0) {
      bytes = Arrays.copyOf(bytes, bytes.length / 2);
    } else {
      bytes[(int) Math.min(where, bytes.length - 1)] ^= 0x10;
    }
    Files.write(copy, bytes);
    Loaded again = load(copies(), Precision.INT8);
    assertEquals(first, again);
    assertEquals(List.of(copy), kept());
    assertTrue(Arrays.equals(whole, Files.readAllBytes(copy)));
  }

  @Test
  void otherNumbersHaveAnotherCopy() throws IOException {
    Loaded first = load(copies(), Precision.INT8);
    Path weights = model.resolve("model.safetensors");
    FileTime time = Files.getLastModifiedTime(weights);
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 3] ^= 1;
    Files.write(weights, bytes);
    Files.setLastModifiedTime(weights, time);
    assertTrue(load(copies(), Precision.INT8).packed().size() > 7);
    Files.setLastModifiedTime(weights, FileTime.from(time.toInstant().plusSeconds(1)));
    assertEquals(first.packed(), load(copies(), Precision.INT8).packed());
    assertEquals(3, kept().size());
  }

  @Test
  void theOneUsedLeastLatelyMakesRoom() throws IOException {
    load(copies(), Precision.INT8);
    Path eight = kept().getFirst();
    long bytes = Files.size(eight);
    Files.setLastModifiedTime(eight, FileTime.from(Instant.now().minusSeconds(60)));
    Path left = Files.createFile(folder.resolve("1-x.packed.safetensors.unfinished"));
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    load(new PackedCopies(folder, bytes, AT_ONCE), Precision.INT4);
    assertEquals(1, kept().size());
    assertNotEquals(List.of(eight), kept());
  }

  @Test
  void oneThatIsLargerThanAllRoomIsNotKept() throws IOException {
    load(new PackedCopies(folder, 100, AT_ONCE), Precision.INT8);
    assertEquals(List.of(), kept());
  }

  @Test
  void theCatalogueSaysWhatTheyTake() throws IOException {
    Path cache = Objects.requireNonNull(folder.getParent());
    var catalog = new ModelCatalog(cache, cache.resolve("hub"));
    assertNull(catalog.packedWeights());
    load(copies(), Precision.INT8);
    assertEquals(
        new ModelCatalog.PackedWeights(folder, Files.size(kept().getFirst())),
        catalog.packedWeights());
  }

  @Test
  void noRoomAndNoFolderAreNoFailure() throws IOException {
    assertTrue(load(new PackedCopies(folder, 0, AT_ONCE), Precision.INT8).packed().size() > 7);
    assertEquals(List.of(), kept());
    Files.createFile(folder); // a file where the folder would be
    assertTrue(load(copies(), Precision.INT8).packed().size() > 7);
  }
}
