package io.smolvlm.app.evaluation;

import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.RgbImage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A question about pictures and its one right answer, as `models/recipe/heldout.py` writes it.
///
/// @param id what the file calls it
/// @param kind as in `caption2` or `count`
/// @param tier as in `1`; empty when the file has none
/// @param group of kinds that a goal is set for, as in `scene captions`; empty when the file has
///   none
/// @param pictures in the order of their places
/// @param split whether pictures are cut into tiles
/// @param messages the last is the question, earlier ones the conversation so far
public record Question(
    String id,
    String kind,
    String tier,
    String group,
    List<Path> pictures,
    boolean split,
    List<Message> messages,
    String expected) {
  public Question {
    pictures = List.copyOf(pictures);
    messages = List.copyOf(messages);
  }

  /// @param folder where the pictures are
  /// @throws SmolVlmException naming place and rule when something is missing or of another kind
  static Question read(JsonPart line, Path folder) {
    var messages = new ArrayList<Message>();
    for (JsonPart message : line.parts("messages")) {
      messages.add(message(message));
    }
    if (messages.isEmpty()) {
      throw line.wrong("messages", "at least one");
    }
    return new Question(
        line.label("id"),
        line.text("kind"),
        line.label("tier"),
        line.label("group"),
        line.texts("pictures").stream().map(name -> inside(folder, name, line)).toList(),
        line.flag("split", true),
        messages,
        line.text("answer"));
  }

  private static Message message(JsonPart message) {
    String role = message.text("role");
    if (message.optionalText("content").isPresent()) {
      return Message.text(role, message.text("content"));
    }
    var content = new ArrayList<ContentPart>();
    for (JsonPart part : message.parts("content")) {
      switch (part.text("type")) {
        case "image" -> content.add(new ContentPart.Image());
        case "text" -> content.add(new ContentPart.Text(part.text("text")));
        default -> throw part.wrong("type", "image or text");
      }
    }
    return new Message(role, content);
  }

  private static Path inside(Path folder, String name, JsonPart line) {
    try {
      Path path = folder.resolve(name).normalize();
      if (path.startsWith(folder.normalize()) && !Path.of(name).isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw line.wrong("pictures", "file names");
    }
    throw new SmolVlmException(
        ErrorCode.UNSAFE, line.where() + ": pictures: '" + name + "' leaves the folder");
  }

  /// The text of the last turn.
  public String asked() {
    var text = new StringBuilder();
    for (ContentPart part : messages.getLast().content()) {
      if (part instanceof ContentPart.Text t) {
        text.append(t.text());
      }
    }
    return text.toString();
  }

  /// The request that asks it, greedy, the answer left to the model as the reference leaves it.
  ///
  /// @param images the pictures, read
  /// @throws SmolVlmException when the messages have places for more or fewer pictures
  public GenerationRequest request(List<RgbImage> images) {
    return GenerationRequest.of(messages, images)
        .withImageOptions(
            new ImageOptions(split ? ImageOptions.Split.ON : ImageOptions.Split.OFF, 0))
        .withParameters(AnswerParameters.DEFAULT.toBuilder().stopRepetition(false).build());
  }
}
