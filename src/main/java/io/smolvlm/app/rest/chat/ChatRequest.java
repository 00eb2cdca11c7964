package io.smolvlm.app.rest.chat;

import io.smolvlm.app.rest.ask.Ask;

/// A valid request for a chat completion.
///
/// @param ask the question
/// @param stream whether the answer comes in pieces
/// @param includeUsage whether a stream ends with a chunk that counts tokens
/// @param includeImageInfo whether the answer says what became of each picture
public record ChatRequest(
    Ask ask, boolean stream, boolean includeUsage, boolean includeImageInfo) {}
