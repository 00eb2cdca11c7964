package io.smolvlm.app.cli;

import io.smolvlm.language.Message;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "chat",
    description = "A conversation, line by line. /help lists what else can be typed.")
final class ChatCommand implements Runnable {
  private static final String HELP =
      """
      /image FILE  add a picture to your next line
      /reset       begin again
      /help        this list
      /quit        end, as the end of input does
      //...        a line that begins with a slash\
      """;

  private final Terminal terminal;

  @Parameters(arity = "0..*", paramLabel = "PICTURE", description = "Pictures for the first line.")
  List<String> pictures = List.of();

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin AnswerOptions answer = new AnswerOptions();

  private final List<Message> conversation = new ArrayList<>();
  private final List<RgbImage> images = new ArrayList<>();
  private final List<RgbImage> waiting = new ArrayList<>();

  ChatCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    var reader = new Pictures(terminal.in());
    waiting.addAll(reader.readAll(pictures));
    var lines = LineReader.of(terminal);
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      terminal.remark("/image FILE adds a picture, /help lists the rest, Ctrl-D ends");
      for (var line = lines.next("> "); line.isPresent(); line = lines.next("> ")) {
        String text = line.get().strip();
        if (text.equals("/quit") || text.equals("/exit")) {
          return;
        }
        try {
          handle(text, reader, loaded);
        } catch (SmolVlmException e) {
          terminal.error(Failure.message(e));
        }
      }
    }
  }

  private void handle(String text, Pictures reader, LoadedModel loaded) {
    if (text.isEmpty()) {
      return;
    }
    if (text.startsWith("//")) {
      say(text.substring(1), loaded);
    } else if (text.startsWith("/")) {
      command(text, reader);
    } else {
      say(text, loaded);
    }
  }

  private void command(String text, Pictures reader) {
    String[] parts = text.split("\\s+", 2);
    Optional<String> argument = parts.length > 1 ? Optional.of(parts[1]) : Optional.empty();
    switch (parts[0]) {
      case "/image" -> {
        if (argument.isEmpty()) {
          terminal.error("/image needs a file");
          return;
        }
        String file = unquoted(argument.get());
        if (file.equals(Pictures.STANDARD_INPUT)) {
          terminal.error("standard input is where your lines come from");
          return;
        }
        RgbImage image = reader.read(file);
        waiting.add(image);
        terminal.remark(image.width() + "x" + image.height() + " pixels, goes with your next line");
      }
      case "/reset" -> {
        conversation.clear();
        images.clear();
        waiting.clear();
        terminal.remark("begun again");
      }
      case "/help" -> terminal.println(HELP);
      default -> terminal.error(parts[0] + " is unknown; /help lists what can be typed");
    }
  }

  /// A dragged file arrives in quotes from most terminals.
  private static String unquoted(String file) {
    boolean quoted =
        file.length() > 1
            && (file.startsWith("'") || file.startsWith("\""))
            && file.charAt(file.length() - 1) == file.charAt(0);
    return quoted ? file.substring(1, file.length() - 1) : file;
  }

  /// A turn. When it fails, the conversation stands where it was.
  private void say(String text, LoadedModel loaded) {
    var messages = new ArrayList<>(conversation);
    messages.add(Message.user(waiting.size(), text));
    var all = new ArrayList<>(images);
    all.addAll(waiting);
    GenerationRequest request = answer.request(messages, all);
    var printer = new AnswerPrinter(terminal, answer.json);
    GenerationResult result = loaded.generate(request, printer);
    if (answer.json) {
      terminal.println(Json.text(loaded.fields(result)));
    }
    printer.end(result);
    messages.add(Message.text("assistant", result.text()));
    conversation.clear();
    conversation.addAll(messages);
    images.clear();
    images.addAll(all);
    waiting.clear();
  }
}
