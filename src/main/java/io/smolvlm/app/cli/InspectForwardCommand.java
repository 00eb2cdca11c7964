package io.smolvlm.app.cli;

import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "forward",
    description = {
      "Writes what a model computes for a prompt, as float32 in a safetensors file: input_ids,",
      "pixel_values, patch_embeddings (the convolution's output), vision_last_hidden_state,",
      "connector, inputs_embeds and logits (of every position)."
    },
    customSynopsis = {"smolvlm inspect forward [OPTIONS] --out FILE PICTURE... QUESTION"})
final class InspectForwardCommand implements Runnable {
  private final Terminal terminal;

  @Mixin QuestionArguments arguments = new QuestionArguments();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin PictureOptions pictures = new PictureOptions();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
  Path out = Path.of("");

  @Option(
      names = "--all",
      description =
          "Also vision_embeddings (with positions), pixel_shuffle, final_norm and the output of"
              + " every layer.")
  boolean all;

  @Option(names = "--system", paramLabel = "TEXT", description = "The system prompt.")
  String system = "";

  InspectForwardCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    QuestionArguments.Question question = arguments.read(terminal.in());
    var answer = new AnswerOptions();
    answer.pictures = pictures;
    answer.system = system.isEmpty() ? null : system;
    try (LoadedModel loaded = LoadedModel.openToCompare(model, terminal);
        var stages = new Stages(all)) {
      GenerationRequest request = answer.request(question, loaded);
      stages.ids(loaded.prompt(request).ids());
      loaded.watch(request, stages);
      stages.write(out);
      terminal.message(out + ": " + stages.summary());
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "--out " + out + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
