package io.smolvlm.app.rest.captions;

import io.smolvlm.app.rest.ask.PictureSlot;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.vision.ImageOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A valid request for captions.
///
/// @param items pictures in order
/// @param prompt asked of each
/// @param lengthAsked whether the client chose the most tokens itself
record CaptionRequest(
    List<Item> items,
    String prompt,
    ImageOptions imageOptions,
    AnswerParameters parameters,
    boolean lengthAsked) {
  /// @param id the client's own name for the picture; null for none
  record Item(PictureSlot picture, @Nullable String id) {}

  CaptionRequest {
    items = List.copyOf(items);
  }
}
