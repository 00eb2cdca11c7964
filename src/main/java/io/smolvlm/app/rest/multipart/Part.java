package io.smolvlm.app.rest.multipart;

import org.jspecify.annotations.Nullable;

/// A field of a form.
///
/// @param name of the field
/// @param fileName what the client calls the file, without folders; null when it is no file
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, not compared
public record Part(String name, @Nullable String fileName, byte[] content) {}
