package io.smolvlm.models;

import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.GgufVocabulary;
import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.DType;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.Gguf;
import io.smolvlm.tensor.GgufMetadata;
import io.smolvlm.tensor.Tensor;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A [ModelConfig] out of the metadata of a GGUF text model and, if there is one, of its picture
/// file (keys as in llama.cpp `gguf-py/gguf/constants.py` and `tools/mtmd/clip.cpp`).
final class GgufConfigReader {
  private static final int MAX_SIZE = 1 << 24;
  private static final int MAX_LAYERS = 10_000;
  static final String TOKENS = "tokenizer.ggml.tokens";

  private static final String[][] NAMED = {
    {"bos_token", "tokenizer.ggml.bos_token_id"},
    {"eos_token", "tokenizer.ggml.eos_token_id"},
    {"pad_token", "tokenizer.ggml.padding_token_id"},
    {"unk_token", "tokenizer.ggml.unknown_token_id"}
  };

  private final Gguf gguf;
  private final GgufKeys text;
  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final Supplier<Tokenizer> tokenizer;

  private GgufConfigReader(Gguf gguf, Supplier<Tokenizer> tokenizer) {
    this.gguf = gguf;
    this.tokenizer = tokenizer;
    this.text = GgufKeys.of(gguf);
    this.metadata = gguf.metadata();
    text.requireArchitecture("llama", "; an encoder's file is given as mmproj beside its model");
    this.tokens = metadata.strings(TOKENS).orElseThrow(() -> metadata.missing(TOKENS));
  }

  /// @param pictures the encoder's file, null for a model that reads text only
  /// @param tokenizer asked for after the decoder's sizes were found sound; it stays the caller's
  static ModelConfig read(Gguf gguf, @Nullable Gguf pictures, Supplier<Tokenizer> tokenizer) {
    return new GgufConfigReader(gguf, tokenizer).read(pictures);
  }

  private ModelConfig read(@Nullable Gguf pictures) {
    TextConfig decoder = ConfigReader.named(text.file(), this::decoder);
    SpecialTokens names = specialTokens();
    Tokenizer known = tokenizer.get();
    var vocabulary = new Vocabulary(text.file(), known.addedTokens(), known);
    vocabulary.checkFits(decoder.vocabularySize(), "the metadata");
    return new ModelConfig(
        pictures == null ? "llama" : "idefics3",
        Optional.ofNullable(gguf.tensors().get("blk.0.ffn_down.weight"))
            .map(tensor -> tensor.dtype().toString())
            .orElse(""),
        decoder,
        pictures == null ? null : pictures(pictures, decoder, names, vocabulary),
        generation(decoder, names, vocabulary),
        names);
  }

  private TextConfig decoder() {
    int hidden = text.count("llama.embedding_length", MAX_SIZE);
    int heads = text.count("llama.attention.head_count", MAX_SIZE);
    if (hidden % heads != 0) {
      throw metadata.failure(
          ErrorCode.MISMATCH,
          "llama.attention.head_count",
          String.valueOf(heads),
          "a divisor of llama.embedding_length " + hidden);
    }
    int headDim = text.count("llama.attention.key_length", MAX_SIZE, hidden / heads);
    same("llama.attention.value_length", headDim);
    same("llama.rope.dimension_count", headDim);
    String scaling = metadata.string("llama.rope.scaling.type").orElse("none");
    text.refuse(!scaling.equals("none"), "llama.rope.scaling.type", scaling, "none");
    text.refuse(
        metadata.integer("llama.expert_count").orElse(0) != 0,
        "llama.expert_count",
        "experts",
        "a dense model");
    return new TextConfig(
        text.count("llama.vocab_size", MAX_SIZE, tokens.size()),
        hidden,
        text.count("llama.feed_forward_length", MAX_SIZE),
        text.count("llama.block_count", MAX_LAYERS),
        heads,
        text.count("llama.attention.head_count_kv", MAX_SIZE, heads),
        headDim,
        text.count("llama.context_length", Integer.MAX_VALUE),
        text.positive("llama.rope.freq_base", ReferenceDefaults.ROPE_THETA),
        (float) text.positive("llama.attention.layer_norm_rms_epsilon"),
        !gguf.tensors().containsKey(WeightNames.GGUF.of(Weight.HEAD, 0)),
        ropeScaling(headDim));
  }

  /// The divisors of the rotary frequencies, which llama.cpp's conversion computes from whatever
  /// scaling the checkpoint names.
  private RopeScaling ropeScaling(int headDim) {
    Tensor divisors = gguf.tensors().get(WeightNames.ROPE_DIVISORS);
    if (divisors == null) {
      return new RopeScaling.None();
    }
    int needed = headDim / 2;
    if (divisors.dtype() != DType.F32 || divisors.shape().elements() != needed) {
      throw divisors.failure(
          ErrorCode.MISMATCH,
          divisors.dtype() + " " + divisors.shape(),
          "F32 [" + needed + "], one for each pair of a head");
    }
    var all = new ArrayList<Float>();
    try (Arena arena = Arena.ofConfined()) {
      for (float divisor : divisors.toMatrix(arena).toArray()) {
        if (!(divisor > 0) || !Float.isFinite(divisor)) {
          throw divisors.failure(ErrorCode.MISMATCH, String.valueOf(divisor), "numbers above 0");
        }
        all.add(divisor);
      }
    }
    return new RopeScaling.Divided(all);
  }

  /// Widths that llama.cpp allows to differ from the head's are all the same in this family.
  private void same(String key, int headDim) {
    int value = text.count(key, MAX_SIZE, headDim);
    text.refuse(value != headDim, key, String.valueOf(value), "the width of a head, " + headDim);
  }

  private SpecialTokens specialTokens() {
    var named = new LinkedHashMap<String, String>();
    for (String[] pair : NAMED) {
      int id = text.token(pair[1], tokens.size());
      if (id >= 0) {
        named.put(pair[0], tokens.get(id));
      }
    }
    return new SpecialTokens(named);
  }

  /// The tokenizer's part of the metadata.
  static GgufVocabulary tokens(Gguf gguf) {
    GgufMetadata metadata = gguf.metadata();
    String model = "tokenizer.ggml.model";
    var types = new ArrayList<Integer>();
    for (long type : metadata.integers("tokenizer.ggml.token_type").orElse(new long[0])) {
      types.add((int) type);
    }
    return new GgufVocabulary(
        gguf.path().toString(),
        metadata.string(model).orElseThrow(() -> metadata.missing(model)),
        metadata.string("tokenizer.ggml.pre").orElse("default"),
        metadata.strings(TOKENS).orElseThrow(() -> metadata.missing(TOKENS)),
        metadata.strings("tokenizer.ggml.merges").orElse(List.of()),
        types);
  }

  private GenerationConfig generation(
      TextConfig decoder, SpecialTokens names, Vocabulary vocabulary) {
    int rows = decoder.vocabularySize();
    var ends = new LinkedHashSet<Integer>();
    for (String key : List.of("eos", "eot", "eom")) {
      int id = text.token("tokenizer.ggml." + key + "_token_id", tokens.size());
      if (id >= 0 && id < rows) {
        ends.add(id);
      }
    }
    int pad = text.token("tokenizer.ggml.padding_token_id", tokens.size());
    return ConfigReader.generation(ends, pad, rows, names, vocabulary);
  }

  private PictureConfig pictures(
      Gguf pictures, TextConfig decoder, SpecialTokens names, Vocabulary vocabulary) {
    GgufKeys keys = GgufKeys.of(pictures);
    keys.requireArchitecture("clip", "");
    String projector =
        keys.metadata()
            .string("clip.projector_type")
            .or(() -> keys.metadata().string("clip.vision.projector_type"))
            .orElseThrow(() -> keys.metadata().missing("clip.projector_type"));
    keys.refuse(!projector.equals("idefics3"), "clip.projector_type", projector, "idefics3");
    keys.refuse(
        keys.metadata().flag("clip.use_silu").orElse(false), "clip.use_silu", "true", "gelu");
    int width = keys.count("clip.vision.projection_dim", MAX_SIZE, decoder.hiddenSize());
    if (width != decoder.hiddenSize()) {
      throw keys.metadata()
          .failure(
              ErrorCode.MISMATCH,
              "clip.vision.projection_dim",
              String.valueOf(width),
              "llama.embedding_length " + decoder.hiddenSize() + " of " + text.file());
    }
    int image = vocabulary.id(names.image()).orElse(-1);
    if (image < 0 || image >= decoder.vocabularySize()) {
      throw new FormatException(
          ErrorCode.MISMATCH,
          text.file(),
          TOKENS,
          "no token " + names.image() + " among the special ones",
          "it, as " + keys.file() + " is to see");
    }
    VisionConfig encoder = ConfigReader.named(keys.file(), () -> encoder(keys, pictures));
    ImageProcessorConfig processor =
        ConfigReader.named(keys.file(), () -> processor(keys, encoder.imageSize()));
    return new PictureConfig(encoder, processor, image);
  }

  private static VisionConfig encoder(GgufKeys keys, Gguf pictures) {
    Tensor patch = pictures.tensor(WeightNames.GGUF.of(Weight.PATCH, 0));
    int channels = patch.shape().rank() == 4 ? (int) Math.min(patch.shape().dim(1), 99) : 0;
    return new VisionConfig(
        keys.count("clip.vision.embedding_length", MAX_SIZE),
        keys.count("clip.vision.feed_forward_length", MAX_SIZE),
        keys.count("clip.vision.block_count", MAX_LAYERS),
        keys.count("clip.vision.attention.head_count", MAX_SIZE),
        keys.count("clip.vision.image_size", ImageProcessorConfig.MAX_LONGEST_EDGE),
        keys.count("clip.vision.patch_size", ImageProcessorConfig.MAX_LONGEST_EDGE),
        channels,
        (float)
            keys.positive(
                "clip.vision.attention.layer_norm_epsilon", ReferenceDefaults.LAYER_NORM_EPS),
        keys.count("clip.vision.projector.scale_factor", MAX_SIZE));
  }

  /// Of what preprocessor_config.json says a GGUF file keeps mean, deviation and the long side; the
  /// rest is the family's.
  private static ImageProcessorConfig processor(GgufKeys keys, int tile) {
    int usual =
        Math.min(
            ReferenceDefaults.TILES_ON_LONGEST_EDGE * tile, ImageProcessorConfig.MAX_LONGEST_EDGE);
    return new ImageProcessorConfig(
        tile,
        keys.count("clip.vision.preproc_image_size", ImageProcessorConfig.MAX_LONGEST_EDGE, usual),
        true,
        true,
        ReferenceDefaults.LANCZOS,
        true,
        ReferenceDefaults.RESCALE,
        true,
        keys.colours("clip.vision.image_mean", ReferenceDefaults.half()),
        keys.colours("clip.vision.image_std", ReferenceDefaults.half()),
        true);
  }
}
