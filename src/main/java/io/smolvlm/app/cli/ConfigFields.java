package io.smolvlm.app.cli;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A configuration by the names that the checkpoint's own files use.
final class ConfigFields {
  private ConfigFields() {}

  static Map<String, Object> of(ModelConfig config) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("model_type", config.modelType());
    fields.put("dtype", config.storedType());
    fields.put("text", text(config));
    config.pictures().ifPresent(pictures -> fields.put("pictures", pictures(pictures)));
    fields.put("eos_token_id", List.copyOf(new TreeSet<>(config.generation().endTokens())));
    fields.put("pad_token_id", config.generation().padToken());
    return fields;
  }

  static Map<String, Object> text(ModelConfig config) {
    TextConfig text = config.text();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("vocab_size", text.vocabularySize());
    fields.put("hidden_size", text.hiddenSize());
    fields.put("intermediate_size", text.intermediateSize());
    fields.put("num_hidden_layers", text.layers());
    fields.put("num_attention_heads", text.heads());
    fields.put("num_key_value_heads", text.keyValueHeads());
    fields.put("head_dim", text.headDim());
    fields.put("max_position_embeddings", text.maxPositions());
    fields.put("rope_theta", text.ropeTheta());
    if (!(text.ropeScaling() instanceof RopeScaling.None)) {
      fields.put("rope_scaling", text.ropeScaling().toString());
    }
    fields.put("rms_norm_eps", text.rmsNormEps());
    fields.put("tie_word_embeddings", text.tiedEmbeddings());
    return fields;
  }

  static Map<String, Object> pictures(PictureConfig pictures) {
    VisionConfig encoder = pictures.encoder();
    ImageProcessorConfig processor = pictures.processor();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("hidden_size", encoder.hiddenSize());
    fields.put("intermediate_size", encoder.intermediateSize());
    fields.put("num_hidden_layers", encoder.layers());
    fields.put("num_attention_heads", encoder.heads());
    fields.put("image_size", encoder.imageSize());
    fields.put("patch_size", encoder.patchSize());
    fields.put("layer_norm_eps", encoder.layerNormEps());
    fields.put("scale_factor", encoder.scaleFactor());
    fields.put("image_seq_len", encoder.tokensPerTile());
    fields.put("image_token_id", pictures.imageToken());
    fields.put("longest_edge", processor.longestEdge());
    fields.put("max_image_size", processor.tileSize());
    fields.put("do_resize", processor.resize());
    fields.put("do_image_splitting", processor.split());
    fields.put("resample", processor.resample());
    fields.put("rescale_factor", processor.rescaleFactor());
    fields.put("image_mean", numbers(processor.mean()));
    fields.put("image_std", numbers(processor.deviation()));
    return fields;
  }

  private static List<Float> numbers(float[] values) {
    return List.of(values[0], values[1], values[2]);
  }
}
