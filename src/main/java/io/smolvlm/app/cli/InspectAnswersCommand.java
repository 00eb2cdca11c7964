package io.smolvlm.app.cli;

import io.smolvlm.app.evaluation.AnswerTable;
import io.smolvlm.app.evaluation.Question;
import io.smolvlm.app.evaluation.Questions;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "answers",
    description = {
      "Asks every question of a held-out set, greedily, and prints how many answers are right to"
          + " the",
      "character, as a Markdown table by kind, group and tier. models/recipe/heldout.py writes"
          + " sets."
    })
final class InspectAnswersCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "SET",
      description = "A folder with questions.jsonl and pictures, or the file itself.")
  Path set = Path.of("");

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Ask N of the questions, spread evenly over the set.")
  int limit = Integer.MAX_VALUE;

  @Option(
      names = "--json",
      description =
          "Print one JSON object a question (id, kind, question, expected, answer, right), no"
              + " table.")
  boolean json;

  InspectAnswersCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    refuseLimit(limit);
    List<Question> questions = Questions.some(Questions.read(Questions.file(set)), limit);
    var pictures = new Pictures(terminal.in());
    var table = new AnswerTable();
    var progress = new CountedProgress(terminal, questions.size(), "right");
    try (LoadedModel loaded = LoadedModel.openToCompare(model, terminal)) {
      for (Question question : questions) {
        GenerationResult result =
            loaded.generate(question.request(pictures.readFiles(question.pictures())), _ -> {});
        if (result.finishReason() == GenerationResult.FinishReason.CANCELLED) {
          return; // nobody reads the output any more
        }
        boolean right = table.add(question, result.text());
        if (json) {
          terminal.println(Json.text(fields(question, result.text(), right)));
        }
        progress.add(right);
      }
    }
    terminal.clearProgress();
    terminal.remark(progress.summary());
    if (!json) {
      terminal.print(table.markdown());
    }
  }

  static void refuseLimit(int limit) {
    if (limit < 1) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "--limit: found " + limit + ", allowed 1 or more");
    }
  }

  private static Map<String, Object> fields(Question question, String answer, boolean right) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("id", question.id());
    fields.put("kind", question.kind());
    fields.put("question", question.asked());
    fields.put("expected", question.expected());
    fields.put("answer", answer);
    fields.put("right", right);
    return fields;
  }
}
