package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The encoder's part of config.json, and how pictures are prepared for it.
final class PictureConfigReader {
  private static final int MAX_LAYERS = 10_000;
  static final String PREPROCESSOR = "preprocessor_config.json";
  static final String PROCESSOR = "processor_config.json";

  private PictureConfigReader() {}

  static VisionConfig encoder(JsonObject config) {
    JsonObject vision =
        config
            .object("vision_config")
            .orElseThrow(() -> config.refuse(ErrorCode.MISSING, "vision_config", "an object"));
    TextConfigReader.refuseOthers(vision, "hidden_act", List.of(ReferenceDefaults.VISION_ACT));
    int layers = vision.integer("num_hidden_layers", ReferenceDefaults.VISION_LAYERS);
    if (layers > MAX_LAYERS) {
      throw vision.refuse(ErrorCode.MISMATCH, "num_hidden_layers", "at most " + MAX_LAYERS);
    }
    int image = vision.integer("image_size", ReferenceDefaults.IMAGE);
    if (image > ImageProcessorConfig.MAX_LONGEST_EDGE) {
      throw vision.refuse(
          ErrorCode.MISMATCH, "image_size", "at most " + ImageProcessorConfig.MAX_LONGEST_EDGE);
    }
    return new VisionConfig(
        vision.integer("hidden_size", ReferenceDefaults.VISION_HIDDEN),
        vision.integer("intermediate_size", ReferenceDefaults.VISION_INTERMEDIATE),
        layers,
        vision.integer("num_attention_heads", ReferenceDefaults.VISION_HEADS),
        image,
        vision.integer("patch_size", ReferenceDefaults.PATCH),
        vision.integer("num_channels", ReferenceDefaults.CHANNELS),
        (float) vision.number("layer_norm_eps", ReferenceDefaults.LAYER_NORM_EPS),
        config.integer("scale_factor", ReferenceDefaults.SCALE_FACTOR));
  }

  /// How pictures are prepared: preprocessor_config.json of 4.x, or the part `image_processor` of
  /// processor_config.json of 5.x. A folder may hold both, if they agree.
  static ImageProcessorConfig processor(CheckpointFiles files, VisionConfig encoder) {
    Optional<JsonObject> processor = files.json(PROCESSOR);
    Optional<JsonObject> inside = processor.flatMap(p -> p.object("image_processor"));
    Optional<JsonObject> alone = files.json(PREPROCESSOR);
    JsonObject chosen = inside.or(() -> alone).orElseThrow(() -> files.missing(PREPROCESSOR));
    ImageProcessorConfig config = preparation(chosen);
    if (inside.isPresent() && alone.isPresent()) {
      refuseDifference(config, preparation(alone.get()));
    }
    if (config.tileSize() != encoder.imageSize()) {
      throw new FormatException(
          ErrorCode.MISMATCH,
          chosen.file(),
          chosen.path("max_image_size.longest_edge"),
          String.valueOf(config.tileSize()),
          "vision_config.image_size " + encoder.imageSize() + " of config.json");
    }
    if (processor.isPresent()) {
      int tokens = processor.get().integer("image_seq_len", encoder.tokensPerTile());
      if (tokens != encoder.tokensPerTile()) {
        throw processor
            .get()
            .refuse(
                ErrorCode.MISMATCH,
                "image_seq_len",
                encoder.tokensPerTile()
                    + ", as "
                    + encoder.patches()
                    + " patches folded by scale_factor "
                    + encoder.scaleFactor()
                    + " of config.json give");
      }
    }
    return config;
  }

  private static ImageProcessorConfig preparation(JsonObject object) {
    double rescale = object.number("rescale_factor", ReferenceDefaults.RESCALE);
    if (!(rescale > 0)) {
      throw object.refuse(ErrorCode.MISMATCH, "rescale_factor", "a number above 0");
    }
    return ConfigReader.named(
        object.file(),
        () ->
            new ImageProcessorConfig(
                edge(object, "max_image_size", ReferenceDefaults.TILE),
                edge(object, "size", ReferenceDefaults.LONGEST_EDGE),
                object.flag("do_resize", true),
                object.flag("do_image_splitting", true),
                object.integer("resample", ReferenceDefaults.LANCZOS),
                object.flag("do_rescale", true),
                rescale,
                object.flag("do_normalize", true),
                object.numbers("image_mean", ReferenceDefaults.half()),
                object.numbers("image_std", ReferenceDefaults.half()),
                object.flag("do_pad", true)));
  }

  private static int edge(JsonObject object, String key, int absent) {
    Optional<JsonObject> size = object.object(key);
    if (size.isEmpty()) {
      return absent;
    }
    return size.get().integer("longest_edge");
  }

  private static void refuseDifference(ImageProcessorConfig a, ImageProcessorConfig b) {
    List<String> names =
        List.of(
            "max_image_size",
            "size",
            "do_resize",
            "do_image_splitting",
            "resample",
            "do_rescale",
            "rescale_factor",
            "do_normalize",
            "image_mean",
            "image_std",
            "do_pad");
    List<String> left = values(a);
    List<String> right = values(b);
    for (int i = 0; i < names.size(); i++) {
      if (!left.get(i).equals(right.get(i))) {
        throw new FormatException(
            ErrorCode.MISMATCH,
            PREPROCESSOR,
            names.get(i),
            right.get(i),
            left.get(i) + " as in image_processor of " + PROCESSOR);
      }
    }
  }

  private static List<String> values(ImageProcessorConfig c) {
    return List.of(
        String.valueOf(c.tileSize()),
        String.valueOf(c.longestEdge()),
        String.valueOf(c.resize()),
        String.valueOf(c.split()),
        String.valueOf(c.resample()),
        String.valueOf(c.rescale()),
        String.valueOf(c.rescaleFactor()),
        String.valueOf(c.normalize()),
        Arrays.toString(c.mean()),
        Arrays.toString(c.deviation()),
        String.valueOf(c.pad()));
  }
}
