package io.smolvlm.app.rest.ask;

import io.smolvlm.app.intake.PictureSource;

/// A picture of a request, not looked at yet.
///
/// @param source what was given
/// @param path where it stands in the request, as in `messages[0].content[1].image_url`
public record PictureSlot(PictureSource source, String path) {}
