package io.smolvlm.app.cli;

import io.smolvlm.language.Message;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `PICTURE... QUESTION`, or `-q QUESTION PICTURE...`.
final class QuestionArguments {
  private static final int MAX_QUESTION_BYTES = 1 << 20;

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE... QUESTION",
      description =
          "Pictures and PDFs (a picture a page) in their order, the question last. One - is"
              + " standard input.")
  List<String> words = List.of();

  @Option(
      names = {"-q", "--question"},
      paramLabel = "QUESTION",
      description = "The question; all other arguments are pictures.")
  @Nullable String question;

  @Mixin PageOptions pages = new PageOptions();

  /// What was asked, found to be readable.
  record Question(String text, List<PictureFile> files) {
    Message message() {
      return Message.user(files.stream().mapToInt(PictureFile::count).sum(), text);
    }

    List<RgbImage> images(int longestEdge) {
      return PictureFile.images(files, longestEdge);
    }
  }

  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] when the question is missing
  Question read(InputStream in) {
    List<String> pictures = words;
    String text = question;
    if (text == null) {
      if (words.isEmpty() || (words.size() == 1 && isFile(words.getFirst()))) {
        throw invalid("a question is missing: PICTURE... QUESTION, or -q QUESTION");
      }
      text = words.getLast();
      pictures = words.subList(0, words.size() - 1);
    }
    boolean asked = text.equals(Pictures.STANDARD_INPUT);
    long inputs = pictures.stream().filter(Pictures.STANDARD_INPUT::equals).count();
    if (inputs + (asked ? 1 : 0) > 1) {
      throw invalid("standard input (-) can be read once only");
    }
    if (asked) {
      text = readText(in);
    }
    if (text.isBlank()) {
      throw invalid("the question is empty");
    }
    return new Question(text, new Pictures(in, pages.selection()).openAll(pictures));
  }

  private static String readText(InputStream in) {
    try {
      byte[] bytes = in.readNBytes(MAX_QUESTION_BYTES + 1);
      if (bytes.length > MAX_QUESTION_BYTES) {
        throw invalid("the question on standard input exceeds " + MAX_QUESTION_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, "standard input: cannot be read", e);
    }
  }

  private static boolean isFile(String word) {
    try {
      return Files.exists(Path.of(word));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static SmolVlmException invalid(String message) {
    return new SmolVlmException(ErrorCode.INVALID_VALUE, message);
  }
}
