package io.smolvlm.models.engine;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;

/// Image tokens of tiles that were encoded lately, by the content of the tile: a tile's tokens
/// depend on nothing but its pixels, so blank margins, repeated pages and a picture that comes
/// again are encoded once, exactly.
///
/// Clients do not share: by how fast an answer comes one could learn what another has shown.
///
/// Memory is taken a tile at a time up to the budget, then the place of the tile that was asked for
/// least recently is used again. What is found is copied: nobody holds a place.
///
/// One thread at a time; [#status] for any.
final class ImageTokenCache implements AutoCloseable {
  private record Key(String client, String tile) {}

  private final int rows;
  private final int width;
  private final int places;
  private final Arena arena = Arena.ofShared();

  /// The least recently asked for first.
  private final LinkedHashMap<Key, Matrix> kept = new LinkedHashMap<>(16, 0.75f, true);

  private long hits;
  private long misses;
  private long evictions;
  private volatile CacheStatus status;

  /// @param rows tokens of a tile
  /// @param width of a token
  /// @param budget most bytes; less than a tile takes keeps nothing
  ImageTokenCache(int rows, int width, long budget) {
    this.rows = rows;
    this.width = width;
    this.places = (int) Math.min(Integer.MAX_VALUE, budget / bytes());
    this.status = new CacheStatus(0, 0, 0, 0, places * bytes());
  }

  private long bytes() {
    return (long) rows * width * Float.BYTES;
  }

  /// Looks for a tile.
  ///
  /// @param tile the hash of its pixels
  /// @param tokens `[tokens per tile, width]`, written when it is found
  /// @return whether it was found
  boolean find(String client, String tile, Matrix tokens) {
    if (places == 0) {
      return false;
    }
    Matrix found = kept.get(new Key(client, tile));
    if (found == null) {
      misses++;
    } else {
      tokens.copyFrom(found);
      hits++;
    }
    tell();
    return found != null;
  }

  /// Keeps a copy of a tile's tokens.
  void keep(String client, String tile, Matrix tokens) {
    if (places == 0) {
      return;
    }
    Matrix place;
    if (kept.size() < places) {
      place = Matrix.allocate(arena, rows, width);
    } else {
      Map.Entry<Key, Matrix> oldest = kept.firstEntry();
      kept.remove(oldest.getKey());
      place = oldest.getValue();
      evictions++;
    }
    place.copyFrom(tokens);
    kept.put(new Key(client, tile), place);
    tell();
  }

  private void tell() {
    status = new CacheStatus(hits, misses, evictions, kept.size() * bytes(), places * bytes());
  }

  CacheStatus status() {
    return status;
  }

  @Override
  public void close() {
    kept.clear();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
