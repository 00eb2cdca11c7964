package io.smolvlm.app.rest.ask;

import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.vision.ImageOptions;

/// A question to the model in which nothing can be wrong any more but its pictures and its length.
///
/// @param conversation what is said, tools included
/// @param imageOptions how much of the pictures is seen
/// @param parameters how to answer, grammar included
/// @param lengthAsked whether the client chose the most tokens itself; then they must fit
/// @param tools what may be called
public record Ask(
    Conversation conversation,
    ImageOptions imageOptions,
    AnswerParameters parameters,
    boolean lengthAsked,
    ToolUse tools) {}
