package io.smolvlm.models.convert;

import io.smolvlm.language.TextConfig;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.GgufValue;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/// A configuration as keys of GGUF files, as llama.cpp's conversion writes them.
final class GgufConfig {
  private static final int QUANTIZATION_VERSION = 2;

  private GgufConfig() {}

  /// Of the text model, without the tokenizer.
  static Map<String, GgufValue> text(ModelConfig config, String name, DType type) {
    TextConfig text = config.text();
    Map<String, GgufValue> keys = general("llama", "model", name, type);
    keys.put("llama.block_count", GgufValue.uint32(text.layers()));
    keys.put("llama.context_length", GgufValue.uint32(text.maxPositions()));
    keys.put("llama.embedding_length", GgufValue.uint32(text.hiddenSize()));
    keys.put("llama.feed_forward_length", GgufValue.uint32(text.intermediateSize()));
    keys.put("llama.attention.head_count", GgufValue.uint32(text.heads()));
    keys.put("llama.attention.head_count_kv", GgufValue.uint32(text.keyValueHeads()));
    keys.put("llama.attention.key_length", GgufValue.uint32(text.headDim()));
    keys.put("llama.attention.value_length", GgufValue.uint32(text.headDim()));
    keys.put("llama.attention.layer_norm_rms_epsilon", GgufValue.of(text.rmsNormEps()));
    keys.put("llama.rope.freq_base", GgufValue.of((float) text.ropeTheta()));
    keys.put("llama.rope.dimension_count", GgufValue.uint32(text.headDim()));
    keys.put("llama.vocab_size", GgufValue.uint32(text.vocabularySize()));
    return keys;
  }

  /// Of the encoder's file.
  static Map<String, GgufValue> pictures(ModelConfig config, String name, DType type) {
    PictureConfig pictures = config.pictures().orElseThrow();
    VisionConfig vision = pictures.encoder();
    ImageProcessorConfig processor = pictures.processor();
    Map<String, GgufValue> keys = general("clip", "mmproj", name, type);
    keys.put("clip.has_vision_encoder", GgufValue.of(true));
    keys.put("clip.projector_type", GgufValue.of("idefics3"));
    keys.put("clip.use_gelu", GgufValue.of(true));
    String prefix = "clip.vision.";
    keys.put(prefix + "projection_dim", GgufValue.uint32(config.text().hiddenSize()));
    keys.put(prefix + "image_size", GgufValue.uint32(vision.imageSize()));
    keys.put(prefix + "patch_size", GgufValue.uint32(vision.patchSize()));
    keys.put(prefix + "embedding_length", GgufValue.uint32(vision.hiddenSize()));
    keys.put(prefix + "feed_forward_length", GgufValue.uint32(vision.intermediateSize()));
    keys.put(prefix + "block_count", GgufValue.uint32(vision.layers()));
    keys.put(prefix + "attention.head_count", GgufValue.uint32(vision.heads()));
    keys.put(prefix + "attention.layer_norm_epsilon", GgufValue.of(vision.layerNormEps()));
    keys.put(prefix + "image_mean", GgufValue.floats(processor.mean()));
    keys.put(prefix + "image_std", GgufValue.floats(processor.deviation()));
    keys.put(prefix + "projector.scale_factor", GgufValue.uint32(vision.scaleFactor()));
    keys.put(prefix + "preproc_image_size", GgufValue.uint32(processor.longestEdge()));
    return keys;
  }

  private static Map<String, GgufValue> general(
      String architecture, String kind, String name, DType type) {
    var keys = new LinkedHashMap<String, GgufValue>();
    keys.put("general.architecture", GgufValue.of(architecture));
    keys.put("general.type", GgufValue.of(kind));
    keys.put("general.name", GgufValue.of(name));
    keys.put("general.file_type", GgufValue.uint32(fileType(type)));
    keys.put("general.quantization_version", GgufValue.uint32(QUANTIZATION_VERSION));
    return keys;
  }

  /// What most matrices are stored as (`enum llama_ftype`).
  static int fileType(DType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case Q4_0 -> 2;
      case Q8_0 -> 7;
      case BF16 -> 32;
      default -> throw new IllegalArgumentException(type + " is not written");
    };
  }
}
