package io.smolvlm.app.rest.completions;

/// A prompt without a template.
///
/// @param text as given, or what the ids stand for
/// @param ids at least one
@SuppressWarnings("ArrayRecordComponent") // ids are passed on, not compared
record PlainPrompt(String text, int[] ids) {}
