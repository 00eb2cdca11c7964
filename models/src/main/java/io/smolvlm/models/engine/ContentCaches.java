package io.smolvlm.models.engine;

import io.smolvlm.vision.VisionTower;

/// What an engine keeps of what it has computed, by content.
///
/// @param images of tiles
/// @param prefixes of prompts
record ContentCaches(ImageTokenCache images, PrefixCache prefixes) implements AutoCloseable {
  static ContentCaches of(Networks networks, EngineOptions options) {
    VisionTower vision = networks.vision();
    return new ContentCaches(
        vision == null
            ? new ImageTokenCache(1, 1, 0)
            : new ImageTokenCache(
                vision.config().tokensPerTile(), vision.tokenWidth(), options.imageCacheBytes()),
        new PrefixCache(options.prefixCacheBytes()));
  }

  @Override
  public void close() {
    images.close();
    prefixes.close();
  }
}
