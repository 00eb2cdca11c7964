package io.smolvlm.models.engine;

import io.smolvlm.language.GenerationConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Where a prompt is cut into prefill chunks, and a name for what stands before each cut.
///
/// The cuts depend on the prompt alone, never on what is cached, and keys and values are taken over
/// at cuts only, with the same cuts before. So a sequence that takes over a beginning makes the
/// very passes that it would have made without, with the same numbers going in, and its answer is
/// the same to the bit, also where a matrix product's rounding depends on its number of rows
/// (libtorch).
///
/// A chunk ends when it is full; behind the last image token of a picture, since another question
/// may follow; and behind a message, since the conversation may go on otherwise. Chunks cut short
/// of a certain length would cost more than they save.
final class PromptCuts {
  /// Least rows of a chunk that ends behind a picture: a picture of one tile.
  static final int AFTER_PICTURE = 64;

  /// Least rows of a chunk that ends behind a message: what is left of the prompt is then often
  /// only the few tokens that open the answer, which cost a pass over all weights.
  static final int AFTER_MESSAGE = 128;

  /// An end of a chunk.
  ///
  /// @param position of the first token behind it
  /// @param key the hash of client, tokens, tiles and cuts before it
  record Cut(int position, String key) {}

  private PromptCuts() {}

  /// The cuts of a prompt in order; none at its end unless a chunk happens to be full there.
  ///
  /// @param chunk most rows of a chunk
  /// @param client who shares with nobody else
  static List<Cut> of(
      PreparedRequest prepared, GenerationConfig generation, int chunk, String client) {
    int[] ids = prepared.prompt().ids();
    List<Cut> cuts = new ArrayList<>();
    byte[] key = sha256().digest(client.getBytes(StandardCharsets.UTF_8));
    int from = 0;
    for (int at : positions(ids, prepared.prompt().tiles(), generation, chunk)) {
      key = key(key, prepared, ids, from, at);
      cuts.add(new Cut(at, HexFormat.of().formatHex(key)));
      from = at;
    }
    return cuts;
  }

  private static List<Integer> positions(
      int[] ids, List<Prompt.Tile> tiles, GenerationConfig generation, int chunk) {
    Set<Integer> pictureEnds = pictureEnds(tiles);
    List<Integer> positions = new ArrayList<>();
    int from = 0;
    for (int at = 1; at <= ids.length; at++) {
      int rows = at - from;
      if (rows == chunk
          || (rows >= AFTER_PICTURE && pictureEnds.contains(at))
          || (rows >= AFTER_MESSAGE && generation.ends(ids[at - 1]))) {
        positions.add(at);
        from = at;
      }
    }
    return positions;
  }

  /// @param before the key of what stands before `from`
  private static byte[] key(byte[] before, PreparedRequest prepared, int[] ids, int from, int to) {
    MessageDigest digest = sha256();
    digest.update(before);
    ByteBuffer numbers = ByteBuffer.allocate(Integer.BYTES * (to - from + 1)).putInt(to - from);
    numbers.asIntBuffer().put(ids, from, to - from);
    digest.update(numbers.array());
    List<Prompt.Tile> tiles = prepared.prompt().tiles();
    for (int i = 0; i < tiles.size(); i++) {
      if (tiles.get(i).start() >= from && tiles.get(i).start() < to) {
        digest.update(prepared.tileHash(i).getBytes(StandardCharsets.US_ASCII));
      }
    }
    return digest.digest();
  }

  private static Set<Integer> pictureEnds(List<Prompt.Tile> tiles) {
    Set<Integer> ends = new HashSet<>();
    for (int i = 0; i < tiles.size(); i++) {
      boolean last = i + 1 == tiles.size() || tiles.get(i + 1).picture() != tiles.get(i).picture();
      if (last) {
        ends.add(tiles.get(i).start() + tiles.get(i).length());
      }
    }
    return ends;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
