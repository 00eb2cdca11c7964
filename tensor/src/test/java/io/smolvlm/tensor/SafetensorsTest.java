package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path scratch;

  @Test
  void everyTinyCheckpointOpens() {
    for (JsonNode checkpoint : Fixtures.cases("tiny").get("checkpoints")) {
      Path folder = Fixtures.group("tiny").resolve(checkpoint.get("checkpoint").textValue());
      try (TensorFile file = TensorFile.open(folder)) {
        assertTrue(file.tensors().size() > 10, folder.toString());
        file.tensors().forEach((name, tensor) -> assertEquals(name, tensor.name()));
      }
    }
  }

  @Test
  void shardedFolderIsOneSetOfTensors() {
    Path folder = Fixtures.group("tiny").resolve("smolvlm_sharded_bf16");
    JsonNode map = Fixtures.json(folder.resolve(ShardedSafetensors.INDEX)).get("weight_map");
    try (TensorFile file = TensorFile.open(folder)) {
      ShardedSafetensors sharded = (ShardedSafetensors) file;
      assertEquals(map.size(), sharded.tensors().size());
      assertTrue(sharded.shards().size() > 1);
      sharded
          .tensors()
          .forEach((name, tensor) ->
              assertEquals(folder.resolve(map.get(name).textValue()).toString(), tensor.file()));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatWasReadIsGivenBackAndReadAgain() throws IOException {
    Path path = scratch.resolve("large.safetensors");
    var info = new TensorInfo("w", DType.BF16, Shape.of(512, 4096));
    byte[] bytes = new byte[Math.toIntExact(info.bytes())];
    new Random(3).nextBytes(bytes);
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(info), Map.of())) {
      writer.write("w", MemorySegment.ofArray(bytes));
      writer.finish();
    }
    try (TensorFile file = TensorFile.open(path)) {
      MemorySegment data = file.tensors().get("w").data();
      assertArrayEquals(bytes, data.toArray(ValueLayout.JAVA_BYTE));
      assertTrue(residentKilobytes(path) > 4000);
      file.tensors().get("w").forget();
      assertTrue(residentKilobytes(path) < 100);
      assertArrayEquals(bytes, data.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /// Of a mapped file, as the kernel counts it.
  private static long residentKilobytes(Path path) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith(path.toRealPath().toString())) {
        while (!lines.get(i).startsWith("Rss:")) {
          i++;
        }
        return Long.parseLong(lines.get(i).replaceAll("\\D", ""));
      }
    }
    throw new AssertionError(path + " is not mapped");
  }

  @Test
  void halvesDecodeExactly() throws IOException {
    short[] all = new short[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
    }
    Shape shape = Shape.of(all.length / 256, 256);
    Path path = scratch.resolve("halves.safetensors");
    List<TensorInfo> infos =
        List.of(new TensorInfo("f16", DType.F16, shape), new TensorInfo("bf16", DType.BF16, shape));
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, infos, Map.of())) {
      writer.write("f16", MemorySegment.ofArray(all));
      writer.write("bf16", MemorySegment.ofArray(all));
      writer.finish();
    }
    try (TensorFile file = TensorFile.open(path)) {
      float[] halves = Fixtures.floats(file, "f16");
      float[] brains = Fixtures.floats(file, "bf16");
      for (int i = 0; i < all.length; i++) {
        assertEquals(Float.float16ToFloat(all[i]), halves[i]);
        assertEquals(i << 16, Float.floatToRawIntBits(brains[i]));
      }
    }
  }

  @Test
  void rowsThatComeInPiecesAreTheWholeMatrix() throws IOException {
    Path path = scratch.resolve("rows.safetensors");
    int rows = 3000; // three pieces of four megabytes
    int cols = 1000;
    var info = new TensorInfo("w", DType.F32, Shape.of(rows, cols));
    var asked = new ArrayList<Integer>();
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, List.of(info), Map.of())) {
      writer.write(
          "w",
          (from, to, target) -> {
            asked.add(to - from);
            for (int i = 0; i < (to - from) * cols; i++) {
              target.setAtIndex(ValueLayout.JAVA_FLOAT, i, from * cols + i);
            }
          });
      writer.finish();
    }
    assertEquals(rows, asked.stream().mapToInt(Integer::intValue).sum());
    assertTrue(asked.size() > 1);
    try (TensorFile file = TensorFile.open(path)) {
      float[] numbers = Fixtures.floats(file, "w");
      for (int i = 0; i < numbers.length; i++) {
        assertEquals(i, numbers[i]);
      }
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Random random = new Random(7);
    Path path = scratch.resolve("all.safetensors");
    List<TensorInfo> infos = new ArrayList<>();
    List<byte[]> contents = new ArrayList<>();
    for (DType dtype : DType.values()) {
      if (dtype.isBlocked()) {
        continue;
      }
      TensorInfo info =
          new TensorInfo("täns\"or." + dtype, dtype, Shape.of(random.nextInt(4), 3, 5));
      byte[] bytes = new byte[(int) info.bytes()];
      random.nextBytes(bytes);
      infos.add(info);
      contents.add(bytes);
    }
    infos.add(new TensorInfo("scalar", DType.F32, Shape.of()));
    contents.add(new byte[4]);
    Map<String, String> metadata = Map.of("format", "pt", "note", "line\nbreak");
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, infos, metadata)) {
      for (int i = 0; i < infos.size(); i++) {
        writer.write(infos.get(i).name(), MemorySegment.ofArray(contents.get(i)));
      }
      writer.finish();
    }
    try (Safetensors file = Safetensors.open(path)) {
      assertEquals(metadata, file.metadata());
      assertEquals(infos, file.tensors().values().stream().map(TensorInfo::of).toList());
      for (int i = 0; i < infos.size(); i++) {
        assertArrayEquals(
            contents.get(i),
            file.tensor(infos.get(i).name()).data().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    assertEquals(List.of(path), files());
  }

  @Test
  void anUnfinishedFileIsNotLeftBehind() throws IOException {
    Path path = scratch.resolve("half.safetensors");
    List<TensorInfo> infos = List.of(new TensorInfo("a", DType.F32, Shape.of(2)));
    try (SafetensorsWriter writer = SafetensorsWriter.create(path, infos, Map.of())) {
      assertThrows(IllegalStateException.class, writer::finish);
    }
    assertEquals(List.of(), files());
  }

  @Test
  void float32IsSeenInPlaceAndRowsAreGathered() {
    try (TensorFile file = TensorFile.open(Fixtures.group("tiny").resolve("smolvlm_shuffle4"));
        Arena arena = Arena.ofConfined()) {
      Tensor tensor = file.tensor("model.text_model.embed_tokens.weight");
      assertTrue(tensor.isFloatView());
      Matrix all = tensor.toMatrix(arena);
      assertEquals(tensor.data().address(), all.segment().address());
      Matrix some = Matrix.allocate(arena, 3, tensor.cols());
      tensor.gatherRows(new int[] {5, 0, 5}, some);
      assertArrayEquals(all.slice(5, 6).toArray(), some.slice(0, 1).toArray());
      assertArrayEquals(all.slice(0, 1).toArray(), some.slice(1, 2).toArray());
      assertArrayEquals(all.slice(5, 6).toArray(), some.slice(2, 3).toArray());
    }
  }

  @Test
  void openingAGigabyteReadsItsHeaderOnly() throws IOException {
    Path path = scratch.resolve("large.safetensors");
    long bytes = 1L << 30;
    byte[] header =
        ("{\"w\":{\"dtype\":\"F32\",\"shape\":[16384,16384],\"data_offsets\":[0," + bytes + "]}}")
            .getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.writeLong(Long.reverseBytes(header.length));
      file.write(header);
      file.setLength(Long.BYTES + header.length + bytes);
    }
    long begin = System.nanoTime();
    try (TensorFile file = TensorFile.open(path)) {
      assertEquals(bytes, file.tensor("w").data().byteSize());
    }
    assertTrue(System.nanoTime() - begin < 500_000_000L);
  }

  @Test
  void closingTwiceIsAllowed() {
    TensorFile file = Fixtures.tensors("gguf", "blocks.safetensors");
    file.close();
    file.close();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(scratch)) {
      return files.toList();
    }
  }
}
