package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.Video;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "ask",
    description = "Answers a question about pictures or the pages of PDFs, or without any.",
    customSynopsis = {
      "smolvlm ask [OPTIONS] PICTURE... QUESTION",
      "       smolvlm ask [OPTIONS] -q QUESTION [PICTURE...]",
      "       smolvlm ask [OPTIONS] --video VIDEO QUESTION"
    })
final class AskCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Mixin QuestionArguments arguments = new QuestionArguments();
  @Mixin VideoOptions video = new VideoOptions();
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
    if (video.given() && !question.files().isEmpty()) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "--video: found pictures too, allowed is the one or the others");
    }
    Optional<Video> frames =
        video.given() ? Optional.of(video.read(new Pictures(terminal.in()))) : Optional.empty();
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      GenerationRequest request =
          frames
              .map(v -> VideoOptions.request(v, question.text(), answer, loaded))
              .orElseGet(() -> answer.request(question, loaded));
      var printer = new AnswerPrinter(terminal, answer.json);
      GenerationResult result = loaded.generate(request, printer);
      if (answer.json) {
        terminal.println(Json.text(loaded.fields(result)));
      }
      printer.end(result);
    }
  }
}
