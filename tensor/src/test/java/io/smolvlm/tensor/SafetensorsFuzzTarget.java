package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Bytes as a safetensors file: header, then every tensor to float32.
public final class SafetensorsFuzzTarget {
  private SafetensorsFuzzTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, data.length), 64).asSlice(0, data.length);
      bytes.copyFrom(MemorySegment.ofArray(data));
      SafetensorsHeader header = SafetensorsHeader.read("fuzz", bytes);
      header
          .tensors("fuzz", bytes.asSlice(header.dataStart()))
          .values()
          .forEach(tensor -> tensor.toMatrix(arena));
    } catch (SmolVlmException refused) {
      // The one way to refuse.
    }
  }
}
