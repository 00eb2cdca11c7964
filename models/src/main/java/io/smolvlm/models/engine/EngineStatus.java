package io.smolvlm.models.engine;

/// How much an engine has to do, at one moment.
///
/// @param running requests being answered
/// @param waiting requests in the queue
/// @param keyValueBytes that running requests may come to need for their KV caches
/// @param keyValueBudget the most of that
/// @param images the cache of image tokens, counted in tiles
/// @param prefixes the cache of beginnings of prompts, counted in tokens
/// @param stalled whether a step does not end and nothing is taken on until it does
/// @param draining whether nothing is taken on any more
public record EngineStatus(
    int running,
    int waiting,
    long keyValueBytes,
    long keyValueBudget,
    CacheStatus images,
    CacheStatus prefixes,
    boolean stalled,
    boolean draining) {}
