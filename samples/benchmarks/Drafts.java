import io.smolvlm.language.Message;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.Precision;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.EngineOptions;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What drafting tokens from the prompt is worth: the same greedy answers with drafts and without, in
/// turns, for questions whose answers repeat what was asked and for one whose answer does not.
///
/// samples/benchmarks/drafts.sh MODEL [PRECISION [ROUNDS]]
class Drafts {
  private static final String TEXT =
      """
      The harbour of Lorvik lies at the end of a narrow fjord. Ships of the northern line call there \
      twice a week, on Monday and on Thursday, with mail, flour and timber. In winter the fjord \
      freezes, and the harbour is closed from December to March. The lighthouse was built in 1871; \
      its keeper, Anna Holm, writes down the weather every three hours.""";

  private static final Map<String, String> QUESTIONS =
      new TreeMap<>(
          Map.of(
              "repeat", "Repeat this text word for word:\n\n" + TEXT,
              "mend", "Correct the spelling of this text, change nothing else:\n\n"
                  + TEXT.replace("harbour", "harbor").replace("weather", "wether"),
              "list", "Write down every sentence of this text as a numbered list:\n\n" + TEXT,
              "story", "Tell a story about a lighthouse keeper and a bear."));

  public static void main(String[] arguments) throws Exception {
    var checkpoint = new ModelCatalog().resolve(arguments[0], null);
    var precision = Precision.of(arguments.length > 1 ? arguments[1] : "exact");
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    LoadOptions options = LoadOptions.defaults().with(precision);
    EngineOptions engine = EngineOptions.defaults().withCaches(0, 0);
    try (SmolVlm with = SmolVlm.load(checkpoint, options.with(engine));
        SmolVlm without = SmolVlm.load(checkpoint, options.with(engine.withDrafts(0)))) {
      for (var question : QUESTIONS.entrySet()) {
        List<Double> plain = new ArrayList<>();
        List<Double> drafted = new ArrayList<>();
        GenerationResult last = null;
        for (int round = 0; round <= rounds; round++) {
          GenerationResult a = ask(without, question.getValue());
          last = ask(with, question.getValue());
          if (!a.ids().equals(last.ids())) {
            throw new IllegalStateException("another answer: " + a.text() + "\n" + last.text());
          }
          if (round > 0) {
            plain.add(a.timings().decodeMillis() / a.ids().size());
            drafted.add(last.timings().decodeMillis() / last.ids().size());
          }
        }
        System.out.printf(
            Locale.ROOT,
            "%-7s %3d tokens, ms each: %.1f without, %.1f with drafts, ratio %.2f%n",
            question.getKey(), last.ids().size(), median(plain), median(drafted),
            median(plain) / median(drafted));
        System.out.println("        " + last.text().lines().findFirst().orElse(""));
      }
    }
  }

  private static GenerationResult ask(SmolVlm model, String question) {
    var request = GenerationRequest.of(List.of(Message.user(0, question)), List.of());
    return model.generate(request.withMaxTokens(150), event -> {});
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
