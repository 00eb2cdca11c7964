package io.smolvlm.app.rest.ask;

import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.engine.GenerationEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A token of an answer with the logarithm of its probability, in OpenAI's shape.
///
/// @param token its text; bytes that are no whole character show as U+FFFD
/// @param bytes its bytes in UTF-8
public record TokenLogprob(
    String token, double logprob, List<Integer> bytes, List<Top> topLogprobs) {
  /// Stands for a probability of zero, which JSON's numbers cannot hold the logarithm of.
  private static final double LEAST = -9999.0;

  /// One of the likeliest tokens at that place.
  public record Top(String token, double logprob, List<Integer> bytes) {}

  public static TokenLogprob of(GenerationEvent.Token event, Tokenizer tokenizer) {
    byte[] bytes = tokenizer.bytesOf(event.id());
    return new TokenLogprob(
        text(bytes),
        finite(event.logprob()),
        list(bytes),
        event.top().stream().map(other -> top(other, tokenizer)).toList());
  }

  private static Top top(GenerationEvent.Alternative other, Tokenizer tokenizer) {
    byte[] bytes = tokenizer.bytesOf(other.id());
    return new Top(text(bytes), finite(other.logprob()), list(bytes));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static double finite(float logprob) {
    return Float.isFinite(logprob) ? logprob : LEAST;
  }

  private static List<Integer> list(byte[] bytes) {
    List<Integer> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b & 0xFF);
    }
    return list;
  }
}
