package io.smolvlm.app.rest.ask;

import io.smolvlm.app.config.PictureSettings;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.ImageOptions.Split;
import io.smolvlm.vision.ImageProcessorConfig;
import java.util.Optional;
import java.util.OptionalLong;

/// How much of its pictures the model sees: the request's own wish, else the service's setting,
/// else the model's. By default a SmolVLM makes 17 tiles of a picture of 512 x 512.
public final class PictureBudget {
  private PictureBudget() {}

  /// Reads `mm_processor_kwargs` with `do_image_splitting` and `size.longest_edge`, vLLM's names,
  /// and `enlarge`, ours. The edge is brought to a multiple of the tile within the model's reach.
  ///
  /// @param low whether `detail: low` counts, which means one tile unless the request says more
  public static ImageOptions read(
      Fields request, PictureSettings settings, ServedModel model, boolean low) {
    Fields wish = request.object("mm_processor_kwargs").orElse(null);
    Optional<Boolean> split = Optional.empty();
    OptionalLong edge = OptionalLong.empty();
    boolean enlarge = settings.enlarge();
    if (wish != null) {
      if (wish.has("do_image_splitting")) {
        split = Optional.of(wish.flag("do_image_splitting", true));
      }
      enlarge = wish.flag("enlarge", enlarge);
      Fields size = wish.object("size").orElse(null);
      if (size != null) {
        edge = size.integer("longest_edge", 1, Integer.MAX_VALUE);
      }
    }
    if (low && split.isEmpty()) {
      split = Optional.of(false);
    }
    Split cut = split.or(settings::split).map(on -> on ? Split.ON : Split.OFF).orElse(Split.MODEL);
    long longest =
        edge.orElse(settings.longestEdge().isPresent() ? settings.longestEdge().getAsInt() : 0);
    return new ImageOptions(cut, longest == 0 ? 0 : fit(longest, model.tileSide()), enlarge);
  }

  /// The nearest multiple of the tile that the processor takes.
  private static int fit(long edge, int tile) {
    if (tile == 0) {
      return 0;
    }
    int most = ImageProcessorConfig.MAX_LONGEST_EDGE / tile * tile;
    return Math.clamp(Math.round((double) edge / tile) * tile, tile, most);
  }
}
