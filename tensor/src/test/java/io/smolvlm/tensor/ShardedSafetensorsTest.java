package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedSafetensorsTest {
  @TempDir Path folder;

  @BeforeEach
  void twoShards() throws IOException {
    shard("one.safetensors", "a");
    shard("two.safetensors", "b");
  }

  @Test
  void bothShardsAreSeen() throws IOException {
    index("\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"");
    try (TensorFile file = TensorFile.open(folder)) {
      assertEquals(List.of("a", "b"), List.copyOf(file.tensors().keySet()));
    }
  }

  @Test
  void indexAndShardsMustAgreeBothWays() throws IOException {
    index("\"a\":\"two.safetensors\",\"b\":\"one.safetensors\"");
    assertRefused(ErrorCode.MISMATCH);
    index("\"a\":\"one.safetensors\",\"b\":\"two.safetensors\",\"c\":\"two.safetensors\"");
    assertRefused(ErrorCode.MISSING);
    shard("two.safetensors", "c");
    index("\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"");
    assertRefused(ErrorCode.MISMATCH);
  }

  @Test
  void anAbsentShardIsNamed() throws IOException {
    index("\"a\":\"one.safetensors\",\"b\":\"three.safetensors\"");
    FormatException refused = assertThrows(FormatException.class, () -> TensorFile.open(folder));
    assertEquals(ErrorCode.MISSING, refused.code());
    assertTrue(refused.file().endsWith("three.safetensors"), refused.file());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../one.safetensors",
        "/etc/passwd",
        "sub/one.safetensors",
        "..\\\\one.safetensors",
        "C:one.safetensors",
        "http://127.0.0.1:9/m.safetensors",
        ".",
        "..",
        ".hidden",
        "",
        "a\\u0000b"
      })
  void onlyPlainFileNamesAreFollowed(String name) throws IOException {
    index("\"a\":\"one.safetensors\",\"b\":\"" + name + "\"");
    assertRefused(ErrorCode.UNSAFE);
  }

  private void assertRefused(ErrorCode code) {
    FormatException refused = assertThrows(FormatException.class, () -> TensorFile.open(folder));
    assertEquals(code, refused.code(), refused.getMessage());
    assertEquals(folder.resolve(ShardedSafetensors.INDEX).toString(), refused.file());
  }

  private void index(String entries) throws IOException {
    Files.writeString(
        folder.resolve(ShardedSafetensors.INDEX),
        "{\"metadata\":{\"total_size\":8},\"weight_map\":{" + entries + "}}");
  }

  private void shard(String file, String tensor) throws IOException {
    List<TensorInfo> infos = List.of(new TensorInfo(tensor, DType.F32, Shape.of(1)));
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(folder.resolve(file), infos, Map.of())) {
      writer.write(tensor, MemorySegment.ofArray(new float[] {1}));
      writer.finish();
    }
  }
}
