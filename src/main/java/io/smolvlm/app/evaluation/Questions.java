package io.smolvlm.app.evaluation;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A held-out set: `questions.jsonl`, one [Question] a line, beside its pictures.
public final class Questions {
  private static final String NAME = "questions.jsonl";

  private Questions() {}

  /// The file of a set.
  ///
  /// @param path of the set's folder or of the file
  public static Path file(Path path) {
    return Files.isDirectory(path) ? path.resolve(NAME) : path;
  }

  /// Reads a set; pictures are only named, not opened.
  ///
  /// @param file of lines
  /// @throws SmolVlmException naming line and rule
  public static List<Question> read(Path file) {
    Path folder = folder(file);
    var all = new ArrayList<Question>();
    int number = 0;
    for (String line : JsonPart.text(file).lines().toList()) {
      number++;
      if (!line.isBlank()) {
        all.add(Question.read(JsonPart.parse(line, file + ": line " + number), folder));
      }
    }
    if (all.isEmpty()) {
      throw new SmolVlmException(ErrorCode.EMPTY, file + ": no questions");
    }
    return all;
  }

  static Path folder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file.toAbsolutePath() : folder;
  }

  /// At most `limit` of a list, spread evenly over it.
  public static <T> List<T> some(List<T> all, int limit) {
    if (limit >= all.size()) {
      return all;
    }
    var chosen = new ArrayList<T>();
    for (int i = 0; i < limit; i++) {
      chosen.add(all.get((int) ((long) i * all.size() / limit)));
    }
    return chosen;
  }
}
