package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.Video;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "caption",
    description = "Describes pictures and PDFs, one result a file. A bad file fails alone.")
final class CaptionCommand implements Callable<Integer>, WithJson {
  private final Terminal terminal;

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE",
      description =
          "PNG, JPEG, GIF, BMP, WebP or TIFF files, or PDFs (all pages together); - is standard"
              + " input.")
  List<String> pictures = List.of();

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to ask for; default: ${DEFAULT-VALUE}")
  String prompt = "Describe this image.";

  @Mixin PageOptions pages = new PageOptions();
  @Mixin VideoOptions video = new VideoOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin AnswerOptions answer = new AnswerOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  CaptionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return answer.json;
  }

  @Override
  public Integer call() {
    if (pictures.isEmpty() != video.given()) {
      throw new ParameterException(
          spec.commandLine(), "Needed: PICTURE..., or --video VIDEO and no pictures");
    }
    var reader = new Pictures(terminal.in(), pages.selection());
    int worst = ExitStatus.OK;
    Optional<Video> frames = video.given() ? Optional.of(video.read(reader)) : Optional.empty();
    try (LoadedModel loaded = LoadedModel.open(model, terminal)) {
      frames.ifPresent(v ->
          caption(
              loaded,
              String.valueOf(video.video),
              VideoOptions.request(v, prompt, answer, loaded)));
      for (String picture : pictures) {
        try {
          var question = new QuestionArguments.Question(prompt, List.of(reader.open(picture)));
          caption(loaded, picture, answer.request(question, loaded));
        } catch (SmolVlmException e) {
          worst = Math.max(worst, ExitStatus.of(e));
          refuse(picture, e);
        }
      }
    }
    return worst;
  }

  private void caption(LoadedModel loaded, String picture, GenerationRequest request) {
    String before = pictures.size() > 1 ? picture + ": " : "";
    var printer = new AnswerPrinter(terminal, answer.json, before);
    GenerationResult result = loaded.generate(request, printer);
    if (answer.json) {
      terminal.println(Json.text(withPicture(picture, loaded.fields(result))));
    }
    printer.end(result);
  }

  private void refuse(String picture, SmolVlmException error) {
    if (answer.json) {
      terminal.println(Json.text(withPicture(picture, Map.of("error", Failure.describe(error)))));
    }
    terminal.error(Failure.message(error));
  }

  private static Map<String, Object> withPicture(String picture, Map<String, Object> fields) {
    var all = new LinkedHashMap<String, Object>();
    all.put("picture", picture);
    all.putAll(fields);
    return all;
  }
}
