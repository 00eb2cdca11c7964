package io.smolvlm.app.evaluation;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The file of `models/recipe/parity.py`.
///
/// @param modelSha256 of the weights that were asked; empty when the file does not say
public record ReferenceAnswers(String modelSha256, List<ReferenceAnswer> samples) {
  public ReferenceAnswers {
    samples = List.copyOf(samples);
  }

  /// @param folder where the pictures are
  /// @throws SmolVlmException naming place and rule
  public static ReferenceAnswers read(Path file, Path folder) {
    JsonPart all = JsonPart.parse(JsonPart.text(file), file.toString());
    var samples = new ArrayList<ReferenceAnswer>();
    for (JsonPart sample : all.parts("samples")) {
      samples.add(ReferenceAnswer.read(sample, Question.read(sample, folder.toAbsolutePath())));
    }
    if (samples.isEmpty()) {
      throw new SmolVlmException(ErrorCode.EMPTY, file + ": no samples");
    }
    return new ReferenceAnswers(all.label("model_sha256"), samples);
  }

  /// Where the pictures are when nobody says: in a folder `heldout` beside the file, as the recipe
  /// lays them, else beside the file itself.
  public static Path pictures(Path file) {
    Path folder = Questions.folder(file);
    Path heldOut = folder.resolve("heldout");
    return Files.isDirectory(heldOut) ? heldOut : folder;
  }
}
