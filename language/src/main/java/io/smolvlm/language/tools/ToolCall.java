package io.smolvlm.language.tools;

/// A call that the model asks for.
///
/// @param arguments a JSON object as text
public record ToolCall(String name, String arguments) {}
