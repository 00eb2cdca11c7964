package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.Prompt;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "prompt",
    description = "Shows the text and the token ids that a model is asked with.",
    customSynopsis = {"smolvlm inspect prompt [OPTIONS] PICTURE... QUESTION"})
final class InspectPromptCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Mixin QuestionArguments arguments = new QuestionArguments();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin AnswerOptions answer = new AnswerOptions();

  InspectPromptCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return answer.json;
  }

  @Override
  public void run() {
    QuestionArguments.Question question = arguments.read(terminal.in());
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      GenerationRequest request = answer.request(question, loaded);
      Prompt prompt = loaded.prompt(request);
      List<Integer> ids = Arrays.stream(prompt.ids()).boxed().toList();
      if (answer.json) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("text", prompt.text());
        fields.put("ids", ids);
        fields.put("image_tokens", prompt.imageTokens());
        terminal.println(Json.text(fields));
      } else {
        terminal.println(prompt.text());
        terminal.println(ids.toString());
      }
    }
  }
}
