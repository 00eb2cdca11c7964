package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where a checkpoint's small files come from, by plain name: a folder, or a map in tests.
interface CheckpointFiles {
  /// The file's bytes, at most `limit` of them; empty when there is no such file.
  ///
  /// @throws FormatException when it is longer or cannot be read
  Optional<byte[]> bytes(String name, long limit);

  /// Where the files are, for messages.
  String place();

  default Optional<JsonObject> json(String name) {
    return bytes(name, JsonObject.MAX_BYTES).map(b -> JsonObject.parse(b, name));
  }

  default FormatException missing(String name) {
    return new FormatException(
        ErrorCode.MISSING, name, "the file", "nothing of that name in " + place(), "the file");
  }

  static CheckpointFiles of(Path folder) {
    return new CheckpointFiles() {
      @Override
      public Optional<byte[]> bytes(String name, long limit) {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Optional.of(JsonObject.bytes(file, limit)) : Optional.empty();
      }

      @Override
      public String place() {
        return folder.toString();
      }
    };
  }
}
