package io.smolvlm.models.convert;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A configuration as the small JSON files of a checkpoint folder, in the spelling of transformers
/// 4.46, which every later version reads.
final class ConfigWriter {
  private final ModelConfig config;

  ConfigWriter(ModelConfig config) {
    this.config = config;
  }

  /// File names with what they hold.
  Map<String, Map<String, Object>> files() {
    var files = new LinkedHashMap<String, Map<String, Object>>();
    files.put("config.json", model());
    files.put("generation_config.json", generation());
    config
        .pictures()
        .ifPresent(pictures -> {
          files.put("preprocessor_config.json", preprocessor(pictures.processor()));
          files.put("processor_config.json", processor(pictures.encoder()));
        });
    return files;
  }

  private Map<String, Object> model() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("architectures", List.of(architecture()));
    PictureConfig pictures = config.picturesOrNull();
    if (pictures == null) {
      fields.putAll(text());
    } else {
      fields.put("image_token_id", pictures.imageToken());
      fields.put("model_type", config.modelType());
      fields.put("scale_factor", pictures.encoder().scaleFactor());
      fields.put("pad_token_id", config.generation().padToken());
      fields.put("text_config", text());
      fields.put("vision_config", vision(pictures.encoder()));
      fields.put("vocab_size", config.text().vocabularySize());
    }
    fields.put("tie_word_embeddings", config.text().tiedEmbeddings());
    fields.put("torch_dtype", config.storedType());
    return fields;
  }

  private String architecture() {
    return switch (config.modelType()) {
      case "llama" -> "LlamaForCausalLM";
      case "smolvlm" -> "SmolVLMForConditionalGeneration";
      default -> "Idefics3ForConditionalGeneration";
    };
  }

  private String processorClass() {
    return config.modelType().equals("smolvlm") ? "SmolVLMProcessor" : "Idefics3Processor";
  }

  private Map<String, Object> text() {
    TextConfig text = config.text();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("architectures", List.of("LlamaForCausalLM"));
    fields.put("attention_bias", false);
    fields.put("eos_token_id", end());
    fields.put("head_dim", text.headDim());
    fields.put("hidden_act", "silu");
    fields.put("hidden_size", text.hiddenSize());
    fields.put("intermediate_size", text.intermediateSize());
    fields.put("max_position_embeddings", text.maxPositions());
    fields.put("mlp_bias", false);
    fields.put("model_type", "llama");
    fields.put("num_attention_heads", text.heads());
    fields.put("num_hidden_layers", text.layers());
    fields.put("num_key_value_heads", text.keyValueHeads());
    fields.put("pad_token_id", config.generation().padToken());
    fields.put("rms_norm_eps", shortest(text.rmsNormEps()));
    fields.put("rope_scaling", scaling(text.ropeScaling()));
    fields.put("rope_theta", text.ropeTheta());
    fields.put("tie_word_embeddings", text.tiedEmbeddings());
    fields.put("vocab_size", text.vocabularySize());
    return fields;
  }

  /// A float32 as the decimal number that was meant: 1.0E-5, not 9.999999747378752E-6.
  private static double shortest(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  private static @Nullable Map<String, Object> scaling(RopeScaling scaling) {
    return switch (scaling) {
      case RopeScaling.None _ -> null;
      case RopeScaling.Llama3 rule -> {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("factor", rule.factor());
        fields.put("high_freq_factor", rule.highFrequency());
        fields.put("low_freq_factor", rule.lowFrequency());
        fields.put("original_max_position_embeddings", rule.originalPositions());
        fields.put("rope_type", "llama3");
        yield fields;
      }
      case RopeScaling.Divided _ ->
          throw new SmolVlmException(
              ErrorCode.UNSUPPORTED,
              "rope scaling: found divisors of a GGUF file, which config.json has no words for;"
                  + " needed a checkpoint folder, or GGUF as the format to write");
    };
  }

  private static Map<String, Object> vision(VisionConfig vision) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("hidden_act", "gelu_pytorch_tanh");
    fields.put("hidden_size", vision.hiddenSize());
    fields.put("image_size", vision.imageSize());
    fields.put("intermediate_size", vision.intermediateSize());
    fields.put("layer_norm_eps", shortest(vision.layerNormEps()));
    fields.put("num_attention_heads", vision.heads());
    fields.put("num_channels", vision.channels());
    fields.put("num_hidden_layers", vision.layers());
    fields.put("patch_size", vision.patchSize());
    return fields;
  }

  private Object end() {
    List<Integer> ends = List.copyOf(new TreeSet<>(config.generation().endTokens()));
    return ends.size() == 1 ? ends.getFirst() : ends;
  }

  private Map<String, Object> generation() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("_from_model_config", true);
    fields.put("eos_token_id", end());
    fields.put("pad_token_id", config.generation().padToken());
    return fields;
  }

  private Map<String, Object> preprocessor(ImageProcessorConfig processor) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("do_convert_rgb", true);
    fields.put("do_image_splitting", processor.split());
    fields.put("do_normalize", processor.normalize());
    fields.put("do_pad", processor.pad());
    fields.put("do_rescale", processor.rescale());
    fields.put("do_resize", processor.resize());
    fields.put("image_mean", processor.mean());
    fields.put(
        "image_processor_type",
        config.modelType().equals("smolvlm") ? "SmolVLMImageProcessor" : "Idefics3ImageProcessor");
    fields.put("image_std", processor.deviation());
    fields.put("max_image_size", Map.of("longest_edge", processor.tileSize()));
    fields.put("processor_class", processorClass());
    fields.put("resample", processor.resample());
    fields.put("rescale_factor", processor.rescaleFactor());
    fields.put("size", Map.of("longest_edge", processor.longestEdge()));
    return fields;
  }

  private Map<String, Object> processor(VisionConfig vision) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("image_seq_len", vision.tokensPerTile());
    fields.put("processor_class", processorClass());
    return fields;
  }
}
