package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "ask",
    description = "Answers a question about pictures, or without any.",
    customSynopsis = {
      "smolvlm ask [OPTIONS] PICTURE... QUESTION",
      "       smolvlm ask [OPTIONS] -q QUESTION [PICTURE...]"
    })
final class AskCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Mixin QuestionArguments arguments = new QuestionArguments();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin AnswerOptions answer = new AnswerOptions();

  AskCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return answer.json;
  }

  @Override
  public void run() {
    QuestionArguments.Question question = arguments.read(terminal.in());
    GenerationRequest request = answer.request(List.of(question.message()), question.images());
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      var printer = new AnswerPrinter(terminal, answer.json);
      GenerationResult result = loaded.generate(request, printer);
      if (answer.json) {
        terminal.println(Json.text(loaded.fields(result)));
      }
      printer.end(result);
    }
  }
}
