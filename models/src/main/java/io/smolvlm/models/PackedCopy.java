package io.smolvlm.models;

import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Matrix;
import io.smolvlm.tensor.Safetensors;
import io.smolvlm.tensor.SafetensorsWriter;
import io.smolvlm.tensor.Shape;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.tensor.TensorInfo;
import io.smolvlm.tensor.kernel.Packer;
import io.smolvlm.tensor.kernel.Team;
import io.smolvlm.tensor.ops.PackedWeight;
import io.smolvlm.tensor.ops.PackedWeight.Format;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Packed weights in a file: safetensors of bytes, one for each weight, and what they are in its
/// metadata: from which numbers they were made, and of each weight format, outputs, inputs and
/// CRC-32C.
final class PackedCopy {
  private static final String SOURCE = "source";

  private PackedCopy() {}

  /// Writes a file; nothing is left of it when that fails.
  ///
  /// @param source names the numbers that the weights were made of
  static void write(Path file, String source, Map<String, PackedWeight> weights)
      throws IOException {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put(SOURCE, source);
    weights.forEach((name, w) ->
        metadata.put(
            name, "%s %d %d %08x".formatted(w.format(), w.out(), w.in(), checksum(w.data()))));
    List<TensorInfo> infos =
        weights.entrySet().stream()
            .map(e ->
                new TensorInfo(e.getKey(), DType.U8, Shape.of(1, e.getValue().data().byteSize())))
            .toList();
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, infos, metadata)) {
      for (Map.Entry<String, PackedWeight> entry : weights.entrySet()) {
        writer.write(entry.getKey(), entry.getValue().data());
      }
      writer.finish();
    }
  }

  /// Reads a file into memory, checking every byte.
  ///
  /// @param source that the weights must have been made of
  /// @param team reads
  /// @param memory gives the weights their memory
  /// @throws FormatException when it is no such file, or not of this source, or damaged
  static Map<String, PackedWeight> read(
      Path file, String source, Team team, SegmentAllocator memory) {
    try (Safetensors stored = Safetensors.open(file)) {
      if (!source.equals(stored.metadata().get(SOURCE))) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            file.toString(),
            SOURCE,
            String.valueOf(stored.metadata().get(SOURCE)),
            source);
      }
      List<Tensor> tensors = List.copyOf(stored.tensors().values());
      List<Entry> entries =
          tensors.stream().map(t -> Entry.of(t, stored.metadata().get(t.name()), memory)).toList();
      team.run((_, piece, _) -> entries.get(piece).fill(tensors.get(piece)), tensors.size());
      var weights = new LinkedHashMap<String, PackedWeight>();
      for (int i = 0; i < tensors.size(); i++) {
        weights.put(tensors.get(i).name(), entries.get(i).weight());
      }
      return weights;
    }
  }

  private static int checksum(MemorySegment data) {
    var sum = new CRC32C();
    sum.update(data.asByteBuffer());
    return (int) sum.getValue();
  }

  /// Where a weight goes, and what it must be.
  private record Entry(PackedWeight weight, int checksum) {
    static Entry of(Tensor tensor, @Nullable String text, SegmentAllocator memory) {
      String[] words = String.valueOf(text).split(" ", -1);
      try {
        Format format = Format.valueOf(words[0]);
        int out = Integer.parseInt(words[1]);
        int in = Integer.parseInt(words[2]);
        long bytes = PackedWeight.bytes(format, out, in, Packer.PANEL);
        if (out < 1 || in < 1 || bytes != tensor.data().byteSize()) {
          throw damaged(tensor, tensor.data().byteSize() + " bytes", "those of " + text);
        }
        MemorySegment data = memory.allocate(bytes, Matrix.ALIGNMENT);
        return new Entry(
            new PackedWeight(format, out, in, Packer.PANEL, data),
            Integer.parseUnsignedInt(words[3], 16));
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw damaged(tensor, "metadata '" + text + "'", "format, outputs, inputs and checksum");
      }
    }

    void fill(Tensor tensor) {
      int found = PackedCopy.checksum(weight.data().copyFrom(tensor.data()));
      if (found != checksum) {
        throw damaged(tensor, "CRC-32C %08x".formatted(found), "%08x".formatted(checksum));
      }
      tensor.forget();
    }

    private static FormatException damaged(Tensor tensor, String found, String needed) {
      return tensor.failure(ErrorCode.MISMATCH, found, needed);
    }
  }
}
