package io.smolvlm.models;

import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.TextConfig;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.VisionConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads config.json and its companions, as transformers 4.x and 5.x write them, into a
/// [ModelConfig].
///
/// Keys that change nothing here are ignored, keys that are absent get what the reference takes
/// ([ReferenceDefaults]), and values that contradict each other are refused with both named.
public final class ConfigReader {
  private static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";

  /// Ends of text and of turns in the family's vocabularies.
  private static final List<String> SAFETY =
      List.of("<|endoftext|>", "<|im_end|>", "<|end_of_text|>");

  private final CheckpointFiles files;
  private final JsonObject config;
  private final @Nullable Supplier<Tokenizer> tokenizer;

  private ConfigReader(CheckpointFiles files, @Nullable Supplier<Tokenizer> tokenizer) {
    this.files = files;
    this.tokenizer = tokenizer;
    this.config = files.json(CONFIG).orElseThrow(() -> files.missing(CONFIG));
  }

  /// The configuration of a checkpoint folder, checked against its tokenizer.
  ///
  /// @param tokenizer asked for after config.json was found sound; it stays the caller's
  /// @throws SmolVlmException naming file, key, what was found and what is needed; its code is
  ///   [ErrorCode#MISSING], [ErrorCode#CORRUPT], [ErrorCode#MISMATCH], [ErrorCode#UNSUPPORTED],
  ///   [ErrorCode#LIMIT] or [ErrorCode#TOO_LARGE]
  public static ModelConfig read(Path folder, Supplier<Tokenizer> tokenizer) {
    return read(CheckpointFiles.of(folder), tokenizer);
  }

  static ModelConfig read(CheckpointFiles files, @Nullable Supplier<Tokenizer> tokenizer) {
    return new ConfigReader(files, tokenizer).read();
  }

  /// As far as the small files tell.
  static ModelConfig read(CheckpointFiles files) {
    return read(files, null);
  }

  private ModelConfig read() {
    String type =
        config
            .text("model_type")
            .orElseThrow(
                () -> config.refuse(ErrorCode.MISSING, "model_type", "llama, idefics3 or smolvlm"));
    TextConfigReader.refuseOthers(config, "model_type", List.of("llama", "idefics3", "smolvlm"));
    if (config.has("quantization_config")) {
      throw config.refuse(
          ErrorCode.UNSUPPORTED, "quantization_config", "weights that are not quantised, or GGUF");
    }
    JsonObject text = type.equals("llama") ? config : textPart();
    boolean tied = config.flag("tie_word_embeddings", ReferenceDefaults.TIED);
    TextConfig decoder = named(CONFIG, () -> TextConfigReader.read(text, tied));
    SpecialTokens tokens = specialTokens();
    Vocabulary vocabulary = Vocabulary.read(files, tokenizer == null ? null : tokenizer.get());
    vocabulary.checkFits(decoder.vocabularySize(), CONFIG);
    return new ModelConfig(
        type,
        storedType(text),
        decoder,
        type.equals("llama") ? null : pictures(decoder, tokens, vocabulary),
        generation(text, decoder, tokens, vocabulary),
        tokens);
  }

  /// Runs a constructor that checks sizes and names the file in its complaint.
  static <T> T named(String file, Supplier<T> make) {
    try {
      return make.get();
    } catch (FormatException e) {
      throw e;
    } catch (SmolVlmException e) {
      String said = String.valueOf(e.getMessage());
      throw said.startsWith(file) ? e : new SmolVlmException(e.code(), file + ": " + said, e);
    }
  }

  private JsonObject textPart() {
    JsonObject text =
        config
            .object("text_config")
            .orElseThrow(() -> config.refuse(ErrorCode.MISSING, "text_config", "an object"));
    TextConfigReader.refuseOthers(text, "model_type", List.of("llama"));
    return text;
  }

  private String storedType(JsonObject text) {
    for (JsonObject object : List.of(config, text)) {
      var now = object.text("dtype");
      var before = object.text("torch_dtype");
      if (now.isPresent() && before.isPresent() && !now.equals(before)) {
        throw object.refuse(ErrorCode.MISMATCH, "dtype", "torch_dtype " + before.get());
      }
      if (now.or(() -> before).isPresent()) {
        return now.or(() -> before).get();
      }
    }
    return "";
  }

  private PictureConfig pictures(TextConfig decoder, SpecialTokens tokens, Vocabulary vocabulary) {
    VisionConfig encoder = named(CONFIG, () -> PictureConfigReader.encoder(config));
    int image = config.integer("image_token_id", ReferenceDefaults.IMAGE_TOKEN);
    if (image < 0 || image >= decoder.vocabularySize()) {
      throw config.refuse(
          ErrorCode.MISMATCH,
          "image_token_id",
          "an id below text_config.vocab_size " + decoder.vocabularySize());
    }
    if (!vocabulary.added().isEmpty()) {
      Integer known = vocabulary.added().get(tokens.image());
      if (known == null || known != image) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            vocabulary.file(),
            "token " + tokens.image(),
            known == null ? "nothing" : "id " + known,
            "image_token_id " + image + " of " + CONFIG);
      }
    }
    return new PictureConfig(encoder, PictureConfigReader.processor(files, encoder), image);
  }

  private SpecialTokens specialTokens() {
    var named = new LinkedHashMap<String, String>();
    files
        .json("tokenizer_config.json")
        .ifPresent(tokenizer -> {
          named.putAll(tokenizer.tokens());
          for (String key : List.of("extra_special_tokens", "model_specific_special_tokens")) {
            if (!tokenizer.isList(key)) {
              tokenizer.object(key).ifPresent(more -> putAbsent(named, more.tokens()));
            }
          }
        });
    files.json("special_tokens_map.json").ifPresent(map -> putAbsent(named, map.tokens()));
    return new SpecialTokens(named);
  }

  private static void putAbsent(Map<String, String> named, Map<String, String> more) {
    more.forEach(named::putIfAbsent);
  }

  /// The end tokens of generation_config.json, or of config.json without it, as the reference does.
  private GenerationConfig generation(
      JsonObject text, TextConfig decoder, SpecialTokens tokens, Vocabulary vocabulary) {
    int rows = decoder.vocabularySize();
    JsonObject generation = files.json(GENERATION).orElse(null);
    Set<Integer> ends = ends(generation, rows);
    for (JsonObject next : List.of(config, text)) {
      ends = ends.isEmpty() ? ends(next, rows) : ends;
    }
    if (ends.isEmpty() && ReferenceDefaults.END_TOKEN < rows) {
      ends = Set.of(ReferenceDefaults.END_TOKEN);
    }
    return generation(ends, pad(generation, text), rows, tokens, vocabulary);
  }

  /// With the ends that the vocabulary knows as safety, and what the table lacks as forbidden.
  ///
  /// @param ends the checkpoint's own end tokens
  static GenerationConfig generation(
      Set<Integer> ends, int pad, int rows, SpecialTokens tokens, Vocabulary vocabulary) {
    var safety = new LinkedHashSet<Integer>();
    for (String end : SAFETY) {
      vocabulary.id(end).filter(id -> id < rows).ifPresent(safety::add);
    }
    vocabulary.id(tokens.endOfUtterance()).filter(id -> id < rows).ifPresent(safety::add);
    safety.removeAll(ends);
    return new GenerationConfig(ends, safety, pad < rows ? pad : -1, vocabulary.beyond(rows));
  }

  private static Set<Integer> ends(@Nullable JsonObject object, int rows) {
    if (object == null) {
      return Set.of();
    }
    var ends = new LinkedHashSet<>(object.ids("eos_token_id"));
    for (int id : ends) {
      if (id < 0 || id >= rows) {
        throw object.refuse(
            ErrorCode.MISMATCH, "eos_token_id", "ids below vocab_size " + rows + " of " + CONFIG);
      }
    }
    return ends;
  }

  private static int pad(@Nullable JsonObject generation, JsonObject text) {
    int pad = text.integer("pad_token_id", -1);
    if (generation != null) {
      pad = generation.integer("pad_token_id", pad);
    }
    return pad;
  }
}
