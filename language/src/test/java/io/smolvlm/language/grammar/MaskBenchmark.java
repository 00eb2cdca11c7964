package io.smolvlm.language.grammar;

import io.smolvlm.language.TokenMask;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// What a mask costs a token, on SmolVLM's vocabulary of 49,280: `apply` on all scores and
/// `accept`, over whole answers, in processor time of the one thread, so that a busy machine does
/// not matter. The first rounds are not counted.
///
/// `java -cp .. io.smolvlm.language.grammar.MaskBenchmark [rounds]`, see docs/log.md for figures.
final class MaskBenchmark {
  private static final Map<String, String> SCHEMAS =
      new TreeMap<>(
          Map.of(
              "1 any object",
              "{\"type\":\"object\"}",
              "2 caption and tags",
              "{\"type\":\"object\",\"properties\":{\"caption\":{\"type\":\"string\",\"maxLength\":300},"
                  + "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":8},"
                  + "\"confidence\":{\"type\":\"number\",\"minimum\":0,\"maximum\":1},"
                  + "\"kind\":{\"enum\":[\"photo\",\"drawing\",\"document\"]}},"
                  + "\"required\":[\"caption\",\"tags\",\"confidence\",\"kind\"],"
                  + "\"additionalProperties\":false}",
              "3 pattern of words",
              "{\"type\":\"string\",\"pattern\":\"^[^<>]*$\",\"maxLength\":2000}",
              "4 pattern, short",
              "{\"type\":\"array\",\"items\":{\"type\":\"string\","
                  + "\"pattern\":\"^[A-Z][a-z]+( [A-Z][a-z]+)*$\",\"maxLength\":30}}",
              "5 dates",
              "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"format\":\"date\"}}",
              "6 choice of objects",
              "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"t\":"
                  + "{\"const\":\"a\"},\"x\":{\"type\":\"string\"}},\"required\":[\"t\",\"x\"]},"
                  + "{\"type\":\"object\",\"properties\":{\"t\":{\"const\":\"b\"},\"y\":"
                  + "{\"type\":\"integer\"}},\"required\":[\"t\",\"y\"]},{\"type\":\"null\"}]}}",
              "7 additional names",
              "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\",\"maxLength\":40}}"));

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private MaskBenchmark() {}

  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    long began = System.nanoTime();
    TokenVocabulary vocabulary = Vocabularies.full();
    System.out.printf("vocabulary of %d ids: %d ms%n", vocabulary.size(), millis(began));
    float[] logits = new float[vocabulary.size()];
    for (var entry : SCHEMAS.entrySet()) {
      began = System.nanoTime();
      AnswerGrammar grammar = JsonSchema.parse(entry.getValue()).grammar(vocabulary);
      long compile = millis(began);
      long[] times = new long[300 * rounds];
      int count = 0;
      long start = 0;
      for (int round = 0; round < rounds; round++) {
        if (round == rounds / 3) {
          count = 0;
        }
        began = System.nanoTime();
        TokenMask mask = grammar.start(300);
        start = System.nanoTime() - began;
        count = answer(mask, vocabulary, logits, times, count, new Random(round));
      }
      long[] sorted = Arrays.copyOf(times, count);
      Arrays.sort(sorted);
      System.out.printf(
          "%-20s %6d tokens: mean %6.3f ms, median %6.3f, p99 %6.3f, max %6.3f; compile %d ms, "
              + "start %.3f ms%n",
          entry.getKey(),
          count,
          Arrays.stream(sorted).average().orElse(0) / 1e6,
          sorted[count / 2] / 1e6,
          sorted[count * 99 / 100] / 1e6,
          sorted[count - 1] / 1e6,
          compile,
          start / 1e6);
    }
  }

  private static int answer(
      TokenMask mask,
      TokenVocabulary vocabulary,
      float[] logits,
      long[] times,
      int from,
      Random random) {
    int count = from;
    var text = new ByteArrayOutputStream();
    for (int i = 0; i < 300; i++) {
      Arrays.fill(logits, 1);
      long began = CPU.getCurrentThreadCpuTime();
      mask.apply(logits);
      long applied = CPU.getCurrentThreadCpuTime() - began;
      int id = choose(vocabulary, logits, random);
      if (vocabulary.isEnd(id)) {
        break;
      }
      text.writeBytes(vocabulary.bytes(id));
      began = CPU.getCurrentThreadCpuTime();
      mask.accept(id);
      times[count++] = applied + CPU.getCurrentThreadCpuTime() - began;
    }
    return count;
  }

  /// A permitted token, rather a word than punctuation or the end.
  private static int choose(TokenVocabulary vocabulary, float[] logits, Random random) {
    int best = -1;
    float most = -1;
    int offset = random.nextInt(logits.length);
    for (int k = 0; k < logits.length; k++) {
      int id = (k + offset) % logits.length;
      if (logits[id] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      byte[] bytes = vocabulary.bytes(id);
      float score =
          vocabulary.isEnd(id) ? 0 : bytes.length > 1 && Character.isLetter(bytes[1]) ? 2 : 1;
      if (score > most || (score == most && random.nextInt(64) == 0)) {
        most = score;
        best = id;
      }
      if (score == 2 && random.nextInt(8) == 0) {
        break;
      }
    }
    return best;
  }

  private static long millis(long began) {
    return (System.nanoTime() - began) / 1_000_000;
  }
}
