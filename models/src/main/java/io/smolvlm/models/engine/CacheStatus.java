package io.smolvlm.models.engine;

/// What a cache has done so far and holds now. All zero where it is switched off.
///
/// @param hits what was found: tiles of image tokens, tokens of prefixes
/// @param misses what was asked for and not found, likewise
/// @param evictions entries given up for newer ones
/// @param bytes held now
/// @param budget the most of that
public record CacheStatus(long hits, long misses, long evictions, long bytes, long budget) {}
