package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(longs = {1, 8, 32, 64, 65536})
  void whatIsWrittenIsReadBack(long alignment) throws IOException {
    Map<String, GgufValue> metadata = everyType();
    metadata.put("general.alignment", GgufValue.uint32(alignment));
    Path path = scratch.resolve("model.gguf");
    List<TensorInfo> infos =
        List.of(
            new TensorInfo("bias", DType.F32, Shape.of(3)),
            new TensorInfo("weight", DType.Q8_0, Shape.of(2, 3, 64)),
            new TensorInfo("last", DType.F16, Shape.of(1, 5)));
    float[] numbers = new float[2 * 3 * 64];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i - 100;
    }
    try (GgufWriter writer = GgufWriter.create(path, metadata, infos);
        Arena arena = Arena.ofConfined()) {
      writer.write("bias", MemorySegment.ofArray(new float[] {1, 2, 3}));
      Matrix weight = Matrix.allocate(arena, 6, 64);
      weight.segment().copyFrom(MemorySegment.ofArray(numbers));
      writer.write("weight", weight);
      writer.write("last", Matrix.allocate(arena, 1, 5));
      writer.finish();
    }
    try (Gguf file = Gguf.open(path)) {
      assertEquals(metadata.keySet(), file.metadata().keys());
      metadata.forEach(
          (key, value) -> assertSame(key, value, file.metadata().value(key).orElseThrow()));
      assertEquals(infos, file.tensors().values().stream().map(TensorInfo::of).toList());
      assertArrayEquals(new float[] {1, 2, 3}, Fixtures.floats(file, "bias"));
      Fixtures.assertClose("weight", numbers, Fixtures.floats(file, "weight"), 1.2);
    }
  }

  @Test
  void metadataIsTyped() throws IOException {
    Path path = scratch.resolve("meta.gguf");
    try (GgufWriter writer = GgufWriter.create(path, everyType(), List.of())) {
      writer.finish();
    }
    try (Gguf file = Gguf.open(path)) {
      GgufMetadata metadata = file.metadata();
      assertEquals("text ä", metadata.string("string").orElseThrow());
      assertEquals(4294967295L, metadata.integer("uint32").orElseThrow());
      assertEquals(-7, metadata.integer("int8").orElseThrow());
      assertEquals(0.1f, (float) metadata.number("float32").orElseThrow());
      assertTrue(metadata.flag("bool").orElseThrow());
      assertEquals(List.of("a", "", "ö"), metadata.strings("strings").orElseThrow());
      assertTrue(metadata.string("absent").isEmpty());
      for (Runnable wrong :
          List.<Runnable>of(
              () -> metadata.string("uint32"),
              () -> metadata.integer("string"),
              () -> metadata.number("uint32"),
              () -> metadata.flag("uint8"),
              () -> metadata.strings("int32s"),
              () -> metadata.integers("floats"),
              () -> metadata.floats("doubles"),
              () -> metadata.integer("uint64"))) {
        FormatException refused = assertThrows(FormatException.class, wrong::run);
        assertEquals(ErrorCode.MISMATCH, refused.code());
      }
    }
  }

  @Test
  void interleavedRowsAreRestored() {
    // Two heads of four rows: stored 0 1 2 3 are rows 0 2 1 3 of the original.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0, 2, 1, 3, 4, 6, 5, 7);
      Tensor tensor = new Tensor("f", "blk.0.attn_q.weight", DType.F32, Shape.of(8, 1), stored);
      assertArrayEquals(
          new float[] {0, 1, 2, 3, 4, 5, 6, 7},
          QkRows.restore(tensor, 2, arena).toMatrix(arena).toArray());
      FormatException refused =
          assertThrows(FormatException.class, () -> QkRows.restore(tensor, 3, arena));
      assertEquals(ErrorCode.MISMATCH, refused.code());
    }
  }

  @Test
  void unreadTypesAreRefusedByName() throws IOException {
    Path path = scratch.resolve("iq.gguf");
    List<TensorInfo> infos = List.of(new TensorInfo("t", DType.Q4_0, Shape.of(32)));
    try (GgufWriter writer = GgufWriter.create(path, Map.of(), infos)) {
      writer.write("t", MemorySegment.ofArray(new byte[18]));
      writer.finish();
    }
    byte[] bytes = Files.readAllBytes(path);
    // Header 24, name length 8, name 1, rank 4, dimension 8: then the type.
    bytes[24 + 8 + 1 + 4 + 8] = 20;
    Files.write(path, bytes);
    FormatException refused = assertThrows(FormatException.class, () -> TensorFile.open(path));
    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertTrue(refused.found().contains("IQ4_NL"), refused.found());
  }

  private static Map<String, GgufValue> everyType() {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("string", GgufValue.of("text ä"));
    metadata.put("bool", GgufValue.of(true));
    metadata.put("float32", GgufValue.of(0.1f));
    metadata.put("float64", new GgufValue(GgufType.FLOAT64, null, 0.1));
    metadata.put("uint8", new GgufValue(GgufType.UINT8, null, 255L));
    metadata.put("int8", new GgufValue(GgufType.INT8, null, -7L));
    metadata.put("uint16", new GgufValue(GgufType.UINT16, null, 65535L));
    metadata.put("int16", new GgufValue(GgufType.INT16, null, -3L));
    metadata.put("uint32", GgufValue.uint32(4294967295L));
    metadata.put("int32", new GgufValue(GgufType.INT32, null, -1L));
    metadata.put("uint64", new GgufValue(GgufType.UINT64, null, -1L));
    metadata.put("int64", new GgufValue(GgufType.INT64, null, Long.MIN_VALUE));
    metadata.put("strings", GgufValue.strings(List.of("a", "", "ö")));
    metadata.put("int32s", GgufValue.int32s(1, -2, 3));
    metadata.put("floats", GgufValue.floats(0.5f, -1));
    metadata.put("doubles", new GgufValue(GgufType.ARRAY, GgufType.FLOAT64, new double[] {1e-300}));
    metadata.put(
        "flags", new GgufValue(GgufType.ARRAY, GgufType.BOOL, new boolean[] {true, false}));
    metadata.put("bytes", new GgufValue(GgufType.ARRAY, GgufType.UINT8, new long[] {0, 200}));
    return metadata;
  }

  private static void assertSame(String key, GgufValue expected, GgufValue actual) {
    assertEquals(expected.type(), actual.type(), key);
    assertEquals(expected.element(), actual.element(), key);
    // Arrays compare by content inside a list of one.
    assertArrayEquals(new Object[] {expected.value()}, new Object[] {actual.value()}, key);
  }
}
