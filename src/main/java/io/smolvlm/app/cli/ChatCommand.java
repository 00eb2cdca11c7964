package io.smolvlm.app.cli;

import io.smolvlm.language.Message;
import io.smolvlm.language.tools.ToolCalls;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.RgbImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "chat",
    description = "A conversation, line by line. /help lists what else can be typed.")
final class ChatCommand implements Runnable {
  private static final String HELP =
      """
      /image FILE  add a picture, or the pages of a PDF, to your next line
      /reset       begin again
      /help        this list
      /quit        end, as the end of input does
      //...        a line that begins with a slash\
      """;

  private static final Duration TOOL_TIME = Duration.ofSeconds(60);
  private static final int MAX_ROUNDS = 8;

  private final Terminal terminal;

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE",
      description = "Pictures and PDFs for the first line.")
  List<String> pictures = List.of();

  @Option(
      names = "--tools",
      paramLabel = "FILE",
      description =
          "Functions that the model may call: a JSON list as in chat completions. A function's"
              + " command answers its calls, else you type the results.")
  @Nullable Path toolFile;

  @Option(
      names = "--must-call",
      description =
          "The answer to each of your lines begins with a call of a function: for small models,"
              + " which rarely call by themselves.")
  boolean mustCall;

  @Mixin PageOptions pages = new PageOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin AnswerOptions answer = new AnswerOptions();

  private ToolFile tools = ToolFile.NONE;
  private final List<Message> conversation = new ArrayList<>();
  private final List<RgbImage> images = new ArrayList<>();
  private final List<RgbImage> waiting = new ArrayList<>();

  ChatCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    var reader = new Pictures(terminal.in(), pages.selection());
    List<PictureFile> files = reader.openAll(pictures);
    if (toolFile != null) {
      tools = ToolFile.read(toolFile);
    } else if (mustCall) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "--must-call: found no functions, needed --tools FILE");
    }
    var lines = LineReader.of(terminal);
    var runner = new ToolRunner(tools, terminal, lines, TOOL_TIME);
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      waiting.addAll(PictureFile.images(files, longestEdge(loaded)));
      terminal.remark("/image FILE adds a picture, /help lists the rest, Ctrl-D ends");
      for (var line = lines.next("> "); line.isPresent(); line = lines.next("> ")) {
        String text = line.get().strip();
        if (text.equals("/quit") || text.equals("/exit")) {
          return;
        }
        try {
          handle(text, reader, loaded, runner);
        } catch (SmolVlmException e) {
          terminal.error(Failure.message(e));
        }
      }
    }
  }

  private void handle(String text, Pictures reader, LoadedModel loaded, ToolRunner runner) {
    if (text.isEmpty()) {
      return;
    }
    if (text.startsWith("//")) {
      say(text.substring(1), loaded, runner);
    } else if (text.startsWith("/")) {
      command(text, reader, loaded);
    } else {
      say(text, loaded, runner);
    }
  }

  private int longestEdge(LoadedModel loaded) {
    return loaded.longestEdge(answer.pictures.options());
  }

  private void command(String text, Pictures reader, LoadedModel loaded) {
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
        for (RgbImage image : reader.open(file).images(longestEdge(loaded))) {
          waiting.add(image);
          terminal.remark(
              image.width() + "x" + image.height() + " pixels, goes with your next line");
        }
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

  /// An answer and, where it calls functions, their results, added to the messages.
  ///
  /// @param calling whether it must call one
  /// @return whether there are results for the model to read
  private boolean answer(
      List<Message> messages,
      List<RgbImage> all,
      LoadedModel loaded,
      ToolRunner runner,
      boolean calling) {
    boolean offered = !tools.tools().isEmpty();
    var printer = new AnswerPrinter(terminal, answer.json || offered);
    GenerationRequest request = answer.request(messages, all, tools.tools());
    GenerationResult result =
        loaded.generate(calling ? loaded.calling(request, tools.tools()) : request, printer);
    messages.add(Message.text("assistant", result.text()));
    if (answer.json) {
      terminal.println(Json.text(loaded.fields(result)));
    }
    boolean called = offered && call(result, messages, runner);
    printer.end(result);
    return called;
  }

  private boolean call(GenerationResult result, List<Message> messages, ToolRunner runner) {
    var reader = new ToolCalls();
    var pieces = new ArrayList<>(reader.push(result.text()));
    pieces.addAll(reader.finish());
    boolean called = false;
    for (ToolCalls.Piece piece : pieces) {
      switch (piece) {
        case ToolCalls.Piece.Content(String text) -> {
          if (!answer.json && !text.isBlank()) {
            terminal.println(terminal.harmless(text.strip()));
          }
        }
        case ToolCalls.Piece.Call call -> {
          Optional<String> told = runner.result(call.call());
          told.ifPresent(text -> messages.add(Message.text("tool", text)));
          called |= told.isPresent();
        }
      }
    }
    return called;
  }

  /// A turn. When it fails, the conversation stands where it was.
  private void say(String text, LoadedModel loaded, ToolRunner runner) {
    var messages = new ArrayList<>(conversation);
    messages.add(Message.user(waiting.size(), text));
    var all = new ArrayList<>(images);
    all.addAll(waiting);
    boolean calls = answer(messages, all, loaded, runner, mustCall);
    for (int round = 1; calls; round++) {
      if (round == MAX_ROUNDS) {
        throw new SmolVlmException(
            ErrorCode.LIMIT, "the model called functions " + MAX_ROUNDS + " times in a row");
      }
      calls = answer(messages, all, loaded, runner, false);
    }
    conversation.clear();
    conversation.addAll(messages);
    images.clear();
    images.addAll(all);
    waiting.clear();
  }
}
