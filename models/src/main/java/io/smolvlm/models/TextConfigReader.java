package io.smolvlm.models;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.ArrayList;
import java.util.List;

/// The decoder's part of config.json: the whole file of a plain Llama, `text_config` of the others.
final class TextConfigReader {
  /// A billion layers would be looked for one by one.
  private static final int MAX_LAYERS = 10_000;

  private TextConfigReader() {}

  /// @param text where the decoder's keys stand
  /// @param tied whether the table is the head too; read from the top level whatever `text_config`
  ///   says, as the reference does
  static TextConfig read(JsonObject text, boolean tied) {
    refuseOthers(text, "hidden_act", List.of(ReferenceDefaults.HIDDEN_ACT));
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      if (text.flag(bias, false)) {
        throw text.refuse(ErrorCode.UNSUPPORTED, bias, "false");
      }
    }
    int hidden = text.integer("hidden_size", ReferenceDefaults.HIDDEN);
    int heads = text.integer("num_attention_heads", ReferenceDefaults.HEADS);
    if (heads < 1 || hidden % heads != 0) {
      throw text.refuse(
          ErrorCode.MISMATCH, "num_attention_heads", "a divisor of hidden_size " + hidden);
    }
    int layers = text.integer("num_hidden_layers", ReferenceDefaults.LAYERS);
    if (layers > MAX_LAYERS) {
      throw text.refuse(ErrorCode.MISMATCH, "num_hidden_layers", "at most " + MAX_LAYERS);
    }
    return new TextConfig(
        text.integer("vocab_size", ReferenceDefaults.VOCABULARY),
        hidden,
        text.integer("intermediate_size", ReferenceDefaults.INTERMEDIATE),
        layers,
        heads,
        text.integer("num_key_value_heads", heads),
        text.integer("head_dim", hidden / heads),
        text.integer("max_position_embeddings", ReferenceDefaults.POSITIONS),
        ropeTheta(text),
        (float) text.number("rms_norm_eps", ReferenceDefaults.RMS_NORM_EPS),
        tied,
        ropeScaling(text));
  }

  /// The base of the rotary frequencies: `rope_theta` as 4.x writes it, or inside `rope_parameters`
  /// as 5.x does.
  private static double ropeTheta(JsonObject text) {
    var parameters = text.object("rope_parameters");
    boolean inside = parameters.isPresent() && parameters.get().has("rope_theta");
    double theta =
        inside
            ? parameters.get().number("rope_theta", ReferenceDefaults.ROPE_THETA)
            : text.number("rope_theta", ReferenceDefaults.ROPE_THETA);
    if (inside && text.has("rope_theta") && text.number("rope_theta", theta) != theta) {
      throw text.refuse(
          ErrorCode.MISMATCH, "rope_theta", "rope_parameters.rope_theta " + theta + " or nothing");
    }
    if (!(theta > 0)) {
      throw (inside ? parameters.get() : text)
          .refuse(ErrorCode.MISMATCH, "rope_theta", "a number above 0");
    }
    return theta;
  }

  /// `rope_scaling` as 4.x writes it, or part of `rope_parameters` as 5.x does; where both stand
  /// they must agree.
  private static RopeScaling ropeScaling(JsonObject text) {
    List<RopeScaling> found = new ArrayList<>();
    for (String key : List.of("rope_scaling", "rope_parameters")) {
      text.object(key).ifPresent(rope -> found.add(scaling(rope)));
    }
    if (found.size() == 2 && !found.getFirst().equals(found.getLast())) {
      throw text.refuse(
          ErrorCode.MISMATCH, "rope_scaling", "the same as rope_parameters says, or nothing");
    }
    return found.isEmpty() ? new RopeScaling.None() : found.getFirst();
  }

  private static RopeScaling scaling(JsonObject rope) {
    for (String key : List.of("rope_type", "type")) {
      refuseOthers(rope, key, List.of("default", "llama3"));
    }
    if (rope.number("partial_rotary_factor", 1) != 1) {
      throw rope.refuse(ErrorCode.UNSUPPORTED, "partial_rotary_factor", "1");
    }
    String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
    if (type.equals("default")) {
      return new RopeScaling.None();
    }
    for (String key : List.of("factor", "low_freq_factor", "high_freq_factor")) {
      if (!rope.has(key)) {
        throw rope.refuse(ErrorCode.MISSING, key, "a number, as rope_type llama3 asks for");
      }
    }
    return new RopeScaling.Llama3(
        rope.number("factor", 1),
        rope.number("low_freq_factor", 1),
        rope.number("high_freq_factor", 1),
        rope.integer("original_max_position_embeddings"));
  }

  /// Refuses a text that names a variant which is not built here.
  static void refuseOthers(JsonObject object, String key, List<String> known) {
    var text = object.text(key);
    if (text.isPresent() && !known.contains(text.get())) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED,
          object.file(),
          object.path(key),
          text.get(),
          String.join(" or ", known));
    }
  }
}
