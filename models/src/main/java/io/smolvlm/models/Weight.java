package io.smolvlm.models;

import io.smolvlm.language.TextConfig;
import io.smolvlm.vision.VisionConfig;

/// The weights of the family. Those that stand once in each layer are asked for with a layer's
/// number.
///
/// Shapes are `[out, in]` for matrices, `[n]` for norms and biases.
public enum Weight {
  /// `[vocabulary, hidden]`
  EMBEDDINGS(Part.DECODER, "embed_tokens.weight", "token_embd.weight"),
  /// `[hidden]`, after the last layer
  FINAL_NORM(Part.DECODER, "norm.weight", "output_norm.weight"),
  /// `[vocabulary, hidden]`; the embedding table itself where the two are tied
  HEAD(Part.HEAD, "lm_head.weight", "output.weight"),
  /// `[hidden]`
  ATTENTION_NORM(Part.DECODER_LAYER, "input_layernorm.weight", "attn_norm.weight"),
  /// `[heads * headDim, hidden]`
  QUERY(Part.DECODER_LAYER, "self_attn.q_proj.weight", "attn_q.weight"),
  /// `[keyValueHeads * headDim, hidden]`
  KEY(Part.DECODER_LAYER, "self_attn.k_proj.weight", "attn_k.weight"),
  /// `[keyValueHeads * headDim, hidden]`
  VALUE(Part.DECODER_LAYER, "self_attn.v_proj.weight", "attn_v.weight"),
  /// `[hidden, heads * headDim]`
  ATTENTION_OUT(Part.DECODER_LAYER, "self_attn.o_proj.weight", "attn_output.weight"),
  /// `[hidden]`
  FEED_FORWARD_NORM(Part.DECODER_LAYER, "post_attention_layernorm.weight", "ffn_norm.weight"),
  /// `[intermediate, hidden]`
  GATE(Part.DECODER_LAYER, "mlp.gate_proj.weight", "ffn_gate.weight"),
  /// `[intermediate, hidden]`
  UP(Part.DECODER_LAYER, "mlp.up_proj.weight", "ffn_up.weight"),
  /// `[hidden, intermediate]`
  DOWN(Part.DECODER_LAYER, "mlp.down_proj.weight", "ffn_down.weight"),

  /// `[visionHidden, channels, patch, patch]`, as a matrix `[visionHidden, channels * patch *
  /// patch]`
  PATCH(Part.ENCODER, "embeddings.patch_embedding.weight", "patch_embd.weight"),
  /// `[visionHidden]`
  PATCH_BIAS(Part.ENCODER, "embeddings.patch_embedding.bias", "patch_embd.bias"),
  /// `[patches, visionHidden]`
  POSITIONS(Part.ENCODER, "embeddings.position_embedding.weight", "position_embd.weight"),
  /// `[visionHidden]`
  VISION_NORM1(Part.ENCODER_LAYER, "layer_norm1.weight", "ln1.weight"),
  /// `[visionHidden]`
  VISION_NORM1_BIAS(Part.ENCODER_LAYER, "layer_norm1.bias", "ln1.bias"),
  /// `[visionHidden, visionHidden]`
  VISION_QUERY(Part.ENCODER_LAYER, "self_attn.q_proj.weight", "attn_q.weight"),
  /// `[visionHidden]`
  VISION_QUERY_BIAS(Part.ENCODER_LAYER, "self_attn.q_proj.bias", "attn_q.bias"),
  /// `[visionHidden, visionHidden]`
  VISION_KEY(Part.ENCODER_LAYER, "self_attn.k_proj.weight", "attn_k.weight"),
  /// `[visionHidden]`
  VISION_KEY_BIAS(Part.ENCODER_LAYER, "self_attn.k_proj.bias", "attn_k.bias"),
  /// `[visionHidden, visionHidden]`
  VISION_VALUE(Part.ENCODER_LAYER, "self_attn.v_proj.weight", "attn_v.weight"),
  /// `[visionHidden]`
  VISION_VALUE_BIAS(Part.ENCODER_LAYER, "self_attn.v_proj.bias", "attn_v.bias"),
  /// `[visionHidden, visionHidden]`
  VISION_OUT(Part.ENCODER_LAYER, "self_attn.out_proj.weight", "attn_out.weight"),
  /// `[visionHidden]`
  VISION_OUT_BIAS(Part.ENCODER_LAYER, "self_attn.out_proj.bias", "attn_out.bias"),
  /// `[visionHidden]`
  VISION_NORM2(Part.ENCODER_LAYER, "layer_norm2.weight", "ln2.weight"),
  /// `[visionHidden]`
  VISION_NORM2_BIAS(Part.ENCODER_LAYER, "layer_norm2.bias", "ln2.bias"),
  /// `[visionIntermediate, visionHidden]`
  VISION_UP(Part.ENCODER_LAYER, "mlp.fc1.weight", "ffn_up.weight"),
  /// `[visionIntermediate]`
  VISION_UP_BIAS(Part.ENCODER_LAYER, "mlp.fc1.bias", "ffn_up.bias"),
  /// `[visionHidden, visionIntermediate]`
  VISION_DOWN(Part.ENCODER_LAYER, "mlp.fc2.weight", "ffn_down.weight"),
  /// `[visionHidden]`
  VISION_DOWN_BIAS(Part.ENCODER_LAYER, "mlp.fc2.bias", "ffn_down.bias"),
  /// `[visionHidden]`, after the last layer
  VISION_FINAL_NORM(Part.ENCODER, "post_layernorm.weight", "post_ln.weight"),
  /// `[visionHidden]`, after the last layer
  VISION_FINAL_NORM_BIAS(Part.ENCODER, "post_layernorm.bias", "post_ln.bias"),

  /// `[hidden, visionHidden * scale * scale]`, no bias
  CONNECTOR(Part.CONNECTOR, "modality_projection.proj.weight", "mm.model.fc.weight");

  /// What a weight belongs to.
  enum Part {
    DECODER,
    DECODER_LAYER,
    HEAD,
    ENCODER,
    ENCODER_LAYER,
    CONNECTOR
  }

  private final Part part;
  private final String safetensors;
  private final String gguf;

  Weight(Part part, String safetensors, String gguf) {
    this.part = part;
    this.safetensors = safetensors;
    this.gguf = gguf;
  }

  Part part() {
    return part;
  }

  /// The end of its name in a safetensors file.
  String safetensors() {
    return safetensors;
  }

  /// The end of its name in a GGUF file.
  String gguf() {
    return gguf;
  }

  /// Whether each layer has one.
  public boolean inLayers() {
    return part == Part.DECODER_LAYER || part == Part.ENCODER_LAYER;
  }

  /// Whether it belongs to encoder or connector, which a text model lacks.
  public boolean ofPictures() {
    return part == Part.ENCODER || part == Part.ENCODER_LAYER || part == Part.CONNECTOR;
  }

  /// How many of it a model has: its layers, or 1, or 0 for what a text model lacks.
  public int count(ModelConfig config) {
    return switch (part) {
      case DECODER, HEAD -> 1;
      case DECODER_LAYER -> config.text().layers();
      case ENCODER, CONNECTOR -> config.pictures().isPresent() ? 1 : 0;
      case ENCODER_LAYER -> config.pictures().map(p -> p.encoder().layers()).orElse(0);
    };
  }

  /// The dimensions it must have, slowest first.
  ///
  /// @throws IllegalArgumentException for a weight of pictures in a text model
  public long[] shape(ModelConfig config) {
    TextConfig text = config.text();
    long hidden = text.hiddenSize();
    long queries = (long) text.heads() * text.headDim();
    long keys = (long) text.keyValueHeads() * text.headDim();
    return switch (this) {
      case EMBEDDINGS, HEAD -> shape(text.vocabularySize(), hidden);
      case FINAL_NORM, ATTENTION_NORM, FEED_FORWARD_NORM -> shape(hidden);
      case QUERY -> shape(queries, hidden);
      case KEY, VALUE -> shape(keys, hidden);
      case ATTENTION_OUT -> shape(hidden, queries);
      case GATE, UP -> shape(text.intermediateSize(), hidden);
      case DOWN -> shape(hidden, text.intermediateSize());
      default -> pictureShape(config);
    };
  }

  private long[] pictureShape(ModelConfig config) {
    VisionConfig vision =
        config
            .pictures()
            .orElseThrow(() -> new IllegalArgumentException(this + " of a text model"))
            .encoder();
    long hidden = vision.hiddenSize();
    return switch (this) {
      case PATCH -> shape(hidden, vision.channels(), vision.patchSize(), vision.patchSize());
      case POSITIONS -> shape(vision.patches(), hidden);
      case VISION_QUERY, VISION_KEY, VISION_VALUE, VISION_OUT -> shape(hidden, hidden);
      case VISION_UP -> shape(vision.intermediateSize(), hidden);
      case VISION_UP_BIAS -> shape(vision.intermediateSize());
      case VISION_DOWN -> shape(hidden, vision.intermediateSize());
      case CONNECTOR ->
          shape(config.text().hiddenSize(), hidden * vision.scaleFactor() * vision.scaleFactor());
      default -> shape(hidden);
    };
  }

  private static long[] shape(long... dims) {
    return dims;
  }
}
