package io.smolvlm.models;

/// How the sources name the family's weights (FAMILY.md section 6).
public enum WeightNames {
  /// safetensors of Idefics3 and SmolVLM, 4.x and 5.x alike.
  VISION_LANGUAGE,
  /// safetensors of a plain Llama: the decoder's names without `text_model`.
  LLAMA,
  /// GGUF as llama.cpp writes it, text and picture file together.
  GGUF;

  /// A GGUF tensor that is no weight: what each rotary frequency is divided by.
  public static final String ROPE_DIVISORS = "rope_freqs.weight";

  /// The stored name of a weight.
  ///
  /// @param layer from 0; of no meaning for weights that stand once
  public String of(Weight weight, int layer) {
    return switch (this) {
      case VISION_LANGUAGE -> safetensors(weight, layer, "model.text_model.");
      case LLAMA -> safetensors(weight, layer, "model.");
      case GGUF -> gguf(weight, layer);
    };
  }

  private static String safetensors(Weight weight, int layer, String text) {
    String end = weight.safetensors();
    return switch (weight.part()) {
      case DECODER -> text + end;
      case DECODER_LAYER -> text + "layers." + layer + "." + end;
      case HEAD -> end;
      case ENCODER -> "model.vision_model." + end;
      case ENCODER_LAYER -> "model.vision_model.encoder.layers." + layer + "." + end;
      case CONNECTOR -> "model.connector." + end;
    };
  }

  private static String gguf(Weight weight, int layer) {
    String end = weight.gguf();
    return switch (weight.part()) {
      case DECODER, HEAD, CONNECTOR -> end;
      case DECODER_LAYER -> "blk." + layer + "." + end;
      case ENCODER -> "v." + end;
      case ENCODER_LAYER -> "v.blk." + layer + "." + end;
    };
  }

  /// Whether rows of queries and keys are stored with the halves of each head interleaved, as
  /// llama.cpp rotates neighbours instead of halves.
  boolean interleaved() {
    return this == GGUF;
  }
}
