package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns the ids of one answer into the text that may be shown and says when the answer ends: at an
/// end token, at a stop text, or after the most tokens asked for.
///
/// A stop text is never shown, nor any beginning of one: text that may grow into a stop text is
/// held back until it cannot. The first stop text to be complete ends the answer, however the text
/// was cut into tokens.
///
/// One per sequence; not safe for use by several threads.
public final class StopCondition {
  /// Why an answer ended.
  public enum Reason {
    END_TOKEN,
    STOP_TEXT,
    MAX_TOKENS
  }

  private final Detokenizer detokenizer;
  private final Set<Integer> endTokens;
  private final List<String> stopTexts;
  private final int minTokens;
  private final int maxTokens;
  private final StringBuilder held = new StringBuilder();
  private int tokens;
  private @Nullable Reason reason;

  /// @param detokenizer of this sequence; usually one that leaves control tokens out
  /// @param endTokens any of these ends the answer
  /// @param stopTexts any of these ends the answer, none empty
  /// @param maxTokens the most tokens, at least 1
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for an empty stop text
  public StopCondition(
      Detokenizer detokenizer, Set<Integer> endTokens, List<String> stopTexts, int maxTokens) {
    this(detokenizer, endTokens, stopTexts, 0, maxTokens);
  }

  /// @param minTokens tokens of the answer in which stop texts do not count; end tokens do
  /// @see #StopCondition(Detokenizer, Set, List, int)
  public StopCondition(
      Detokenizer detokenizer,
      Set<Integer> endTokens,
      List<String> stopTexts,
      int minTokens,
      int maxTokens) {
    this.detokenizer = detokenizer;
    this.endTokens = Set.copyOf(endTokens);
    this.stopTexts = List.copyOf(stopTexts);
    this.minTokens = minTokens;
    this.maxTokens = maxTokens;
    if (stopTexts.stream().anyMatch(String::isEmpty)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "stop: found an empty text, needed at least one character");
    }
  }

  /// Takes the next id of the answer.
  ///
  /// @return what may be shown now, possibly nothing
  /// @throws IllegalStateException if the answer has ended
  public String push(int id) {
    if (reason != null) {
      throw new IllegalStateException("the answer has ended");
    }
    tokens++;
    if (endTokens.contains(id)) {
      return end(Reason.END_TOKEN, "");
    }
    String piece = detokenizer.push(id);
    if (tokens >= maxTokens) {
      return end(Reason.MAX_TOKENS, piece);
    }
    if (tokens <= minTokens) {
      return piece;
    }
    held.append(piece);
    return cutAtStop() ? takeHeld() : takeAllBut(longestBeginningOfStop());
  }

  /// Ends an answer from outside.
  ///
  /// @return the text held back so far
  public String finish() {
    return reason == null ? end(null, "") : "";
  }

  /// Whether the last id ended the answer.
  public boolean ended() {
    return reason != null;
  }

  /// @throws IllegalStateException if the answer has not ended
  public Reason reason() {
    if (reason == null) {
      throw new IllegalStateException("the answer has not ended");
    }
    return reason;
  }

  /// Ids taken so far, an end token included.
  public int tokens() {
    return tokens;
  }

  private String end(@Nullable Reason why, String piece) {
    held.append(piece).append(detokenizer.finish());
    if (!cutAtStop()) {
      reason = why;
    }
    return takeHeld();
  }

  /// Drops the stop text that is complete first, and all after its beginning.
  private boolean cutAtStop() {
    int firstEnd = Integer.MAX_VALUE;
    int start = -1;
    for (String stop : stopTexts) {
      int at = held.indexOf(stop);
      if (at < 0) {
        continue;
      }
      int end = at + stop.length();
      if (end < firstEnd || (end == firstEnd && at < start)) {
        firstEnd = end;
        start = at;
      }
    }
    if (start < 0) {
      return false;
    }
    held.setLength(start);
    reason = Reason.STOP_TEXT;
    return true;
  }

  private int longestBeginningOfStop() {
    int longest = 0;
    for (String stop : stopTexts) {
      int most = Math.min(stop.length() - 1, held.length());
      for (int length = most; length > longest; length--) {
        if (stop.startsWith(held.substring(held.length() - length))) {
          longest = length;
          break;
        }
      }
    }
    return longest;
  }

  private String takeHeld() {
    return takeAllBut(0);
  }

  private String takeAllBut(int kept) {
    String shown = held.substring(0, held.length() - kept);
    held.delete(0, shown.length());
    return shown;
  }
}
