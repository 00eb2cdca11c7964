package io.smolvlm.models.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageTokenCacheTest {
  private static final int ROWS = 3;
  private static final int WIDTH = 5;
  private static final long TILE = ROWS * WIDTH * 4L;

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  private Matrix tokens(float value) {
    Matrix m = Matrix.allocate(arena, ROWS, WIDTH);
    m.set(2, 4, value);
    return m;
  }

  @Test
  void theTileAskedForLeastRecentlyGoes() {
    try (var cache = new ImageTokenCache(ROWS, WIDTH, 2 * TILE + 7)) {
      cache.keep("", "a", tokens(1));
      cache.keep("", "b", tokens(2));
      Matrix found = tokens(0);
      assertTrue(cache.find("", "a", found));
      assertArrayEquals(tokens(1).toArray(), found.toArray());
      cache.keep("", "c", tokens(3));
      assertFalse(cache.find("", "b", found));
      assertTrue(cache.find("", "c", found));
      assertEquals(3, found.get(2, 4));
      assertTrue(cache.find("", "a", found));
      assertEquals(1, found.get(2, 4));
      assertEquals(new CacheStatus(3, 1, 1, 2 * TILE, 2 * TILE), cache.status());
    }
  }

  @Test
  void whatIsFoundIsACopy() {
    try (var cache = new ImageTokenCache(ROWS, WIDTH, TILE)) {
      Matrix kept = tokens(1);
      cache.keep("", "a", kept);
      kept.set(2, 4, 9);
      Matrix found = tokens(0);
      assertTrue(cache.find("", "a", found));
      found.set(2, 4, 8);
      assertTrue(cache.find("", "a", found));
      assertEquals(1, found.get(2, 4));
    }
  }

  @Test
  void clientsDoNotShare() {
    try (var cache = new ImageTokenCache(ROWS, WIDTH, 9 * TILE)) {
      cache.keep("one", "a", tokens(1));
      assertFalse(cache.find("other", "a", tokens(0)));
    }
  }

  @Test
  void aBudgetBelowATileKeepsNothing() {
    try (var cache = new ImageTokenCache(ROWS, WIDTH, TILE - 1)) {
      cache.keep("", "a", tokens(1));
      assertFalse(cache.find("", "a", tokens(0)));
      assertEquals(new CacheStatus(0, 0, 0, 0, 0), cache.status());
    }
  }
}
