package io.smolvlm.app.cli;

import io.smolvlm.app.evaluation.Questions;
import io.smolvlm.app.evaluation.ReferenceAnswer;
import io.smolvlm.app.evaluation.ReferenceAnswers;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "parity",
    description = {
      "Compares prompt ids and greedy answer ids with those of the reference implementation, which",
      "models/recipe/parity.py writes. Status 1 when one differs that was no near tie."
    })
final class InspectParityCommand implements Callable<Integer>, WithJson {
  /// Below this gap of logits the reference's own choice hangs on the order of its additions.
  static final double NEAR_TIE = 1e-3;

  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", description = "The reference's answers, JSON.")
  Path file = Path.of("");

  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = "--pictures",
      paramLabel = "FOLDER",
      description = "Where the pictures are; default: the folder heldout beside FILE, or FILE's.")
  @Nullable Path pictures;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Compare N of the samples, spread evenly over the file.")
  int limit = Integer.MAX_VALUE;

  @Option(
      names = "--json",
      description = "Print one JSON object a sample (id, kind, identical, and what differs).")
  boolean json;

  InspectParityCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public Integer call() {
    InspectAnswersCommand.refuseLimit(limit);
    Path folder = pictures == null ? ReferenceAnswers.pictures(file) : pictures;
    ReferenceAnswers reference = ReferenceAnswers.read(file, folder);
    List<ReferenceAnswer> samples = Questions.some(reference.samples(), limit);
    var reader = new Pictures(terminal.in());
    var progress = new CountedProgress(terminal, samples.size(), "identical");
    int ties = 0;
    int differences = 0;
    try (LoadedModel loaded = LoadedModel.openToCompare(model, terminal)) {
      sameWeights(reference.modelSha256(), loaded);
      for (ReferenceAnswer sample : samples) {
        GenerationRequest request =
            sample
                .question()
                .request(reader.readFiles(sample.question().pictures()))
                .withMaxTokens(sample.answerIds().size());
        List<Integer> prompt = Arrays.stream(loaded.prompt(request).ids()).boxed().toList();
        GenerationResult result = loaded.generate(request, _ -> {});
        if (result.finishReason() == GenerationResult.FinishReason.CANCELLED) {
          return ExitStatus.OTHER; // nobody reads the output any more
        }
        Optional<ReferenceAnswer.Difference> difference = sample.difference(prompt, result.ids());
        if (difference.isPresent()) {
          if (difference.get().margin() > NEAR_TIE) {
            differences++;
          } else {
            ties++;
          }
        }
        show(sample, result.text(), difference);
        progress.add(difference.isEmpty());
      }
    }
    terminal.clearProgress();
    terminal.remark(progress.summary());
    if (!json) {
      int identical = samples.size() - ties - differences;
      terminal.println(
          "%d of %d identical, prompt and answer; %d part at a near tie; %d differ"
              .formatted(identical, samples.size(), ties, differences));
    }
    return differences == 0 ? ExitStatus.OK : ExitStatus.OTHER;
  }

  /// Answers of other weights would differ and mean nothing.
  private static void sameWeights(String expected, LoadedModel loaded) {
    Optional<String> found = loaded.weightsSha256();
    if (!expected.isEmpty() && found.isPresent() && !found.get().equals(expected)) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "weights: found SHA-256 " + found.get() + ", the reference was asked with " + expected);
    }
  }

  private void show(
      ReferenceAnswer sample, String text, Optional<ReferenceAnswer.Difference> difference) {
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("id", sample.question().id());
      fields.put("kind", sample.question().kind());
      fields.put("identical", difference.isEmpty());
      difference.ifPresent(d -> {
        fields.put("part", d.part());
        fields.put("position", d.position());
        fields.put("expected_id", d.expected());
        fields.put("found_id", d.found());
        if (Double.isFinite(d.margin())) {
          fields.put("margin", d.margin());
        }
        fields.put("expected", sample.text());
        fields.put("answer", text);
      });
      terminal.println(Json.text(fields));
    } else {
      difference.ifPresent(d -> terminal.println(line(sample, text, d)));
    }
  }

  private static String line(
      ReferenceAnswer sample, String text, ReferenceAnswer.Difference difference) {
    return String.format(
        Locale.ROOT,
        "%s (%s): %s token %d: found %d, reference %d%s: '%s', reference '%s'",
        sample.question().id(),
        sample.question().kind(),
        difference.part(),
        difference.position(),
        difference.found(),
        difference.expected(),
        Double.isFinite(difference.margin())
            ? String.format(Locale.ROOT, " with margin %.5f", difference.margin())
            : "",
        text,
        sample.text());
  }
}
