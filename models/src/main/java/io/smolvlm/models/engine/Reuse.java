package io.smolvlm.models.engine;

import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.KvCache;
import io.smolvlm.tensor.Matrix;
import java.util.List;

/// What one request takes from the caches and gives to them. One thread at a time.
final class Reuse {
  private final ContentCaches caches;
  private final PreparedRequest prepared;
  private final String client;
  private final List<PromptCuts.Cut> cuts;

  /// @param chunk most rows of a prefill chunk
  /// @param client whose entries it sees
  Reuse(
      ContentCaches caches,
      PreparedRequest prepared,
      GenerationConfig generation,
      int chunk,
      String client) {
    this.caches = caches;
    this.prepared = prepared;
    this.client = client;
    this.cuts = PromptCuts.of(prepared, generation, chunk, client);
  }

  /// Where the chunk ends that begins at `row`.
  int chunkEnd(int row) {
    for (PromptCuts.Cut cut : cuts) {
      if (cut.position() > row) {
        return cut.position();
      }
    }
    return prepared.prompt().length();
  }

  /// Makes the longest known beginning of the prompt the sequence's, if it is longer than what the
  /// sequence has. A last token is left to compute, from which the answer begins.
  ///
  /// @return how many positions the sequence gained
  int begin(KvCache sequence) {
    int known = sequence.length();
    List<PromptCuts.Cut> ahead =
        cuts.stream()
            .filter(c -> c.position() > known && c.position() < prepared.prompt().length())
            .toList();
    PrefixCache.Prefix found = caches.prefixes().longest(ahead);
    if (found == null) {
      return 0;
    }
    sequence.adopt(found.blocks(), found.positions());
    return found.positions() - known;
  }

  /// Keeps what the sequence holds, if it stands at a cut.
  void keep(KvCache sequence) {
    List<PromptCuts.Cut> done =
        cuts.stream().filter(c -> c.position() <= sequence.length()).toList();
    if (caches.prefixes().enabled()
        && !done.isEmpty()
        && done.getLast().position() == sequence.length()) {
      caches.prefixes().keep(done, sequence);
    }
  }

  /// Counts the prompt once it stands in its sequence.
  void count(int foundTokens) {
    caches.prefixes().count(foundTokens, prepared.prompt().length() - foundTokens);
  }

  /// Looks for a tile's image tokens.
  ///
  /// @param tokens written when they are found
  boolean findTile(int tile, Matrix tokens) {
    return caches.images().find(client, prepared.tileHash(tile), tokens);
  }

  void keepTile(int tile, Matrix tokens) {
    caches.images().keep(client, prepared.tileHash(tile), tokens);
  }
}
