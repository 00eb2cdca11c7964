package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Bytes as a GGUF file: every metadata value, then every tensor to float32.
public final class GgufFuzzTarget {
  private GgufFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, data.length), 64).asSlice(0, data.length);
      bytes.copyFrom(MemorySegment.ofArray(data));
      GgufReader reader = new GgufReader("fuzz", bytes);
      GgufMetadata metadata = reader.metadata();
      metadata.keys().forEach(metadata::value);
      reader.tensors(metadata).values().forEach(tensor -> tensor.toMatrix(arena));
    } catch (SmolVlmException refused) {
      // The one way to refuse.
    }
  }
}
