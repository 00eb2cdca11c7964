package io.smolvlm.app.evaluation;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many answers were right, by kind, by group of kinds and by tier, as the questions name them.
public final class AnswerTable {
  private static final class Count {
    int asked;
    int right;

    void add(boolean isRight) {
      asked++;
      right += isRight ? 1 : 0;
    }
  }

  private static final class Tier {
    final SortedMap<String, Count> kinds = new TreeMap<>();
    final SortedMap<String, Count> groups = new TreeMap<>();
    final Count all = new Count();
  }

  private final SortedMap<String, Tier> tiers = new TreeMap<>();
  private final Count all = new Count();

  /// Counts an answer: right is what equals the expected one to the character.
  ///
  /// @return whether it is right
  public boolean add(Question question, String answer) {
    boolean right = answer.equals(question.expected());
    Tier tier = tiers.computeIfAbsent(question.tier(), _ -> new Tier());
    tier.kinds.computeIfAbsent(question.kind(), _ -> new Count()).add(right);
    if (!question.group().isEmpty()) {
      tier.groups.computeIfAbsent(question.group(), _ -> new Count()).add(right);
    }
    tier.all.add(right);
    all.add(right);
    return right;
  }

  public int asked() {
    return all.asked;
  }

  public int right() {
    return all.right;
  }

  /// Markdown: the kinds of a tier, its groups, the tier; then the next one; all at the end.
  public String markdown() {
    var text =
        new StringBuilder("| kind | asked | exact right | percent |\n|---|---:|---:|---:|\n");
    for (Map.Entry<String, Tier> entry : tiers.entrySet()) {
      Tier tier = entry.getValue();
      tier.kinds.forEach((kind, count) -> row(text, kind, count));
      summaries(entry.getKey(), tier)
          .forEach((name, count) -> row(text, "**" + name + "**", count));
    }
    return row(text, "**all**", all).toString();
  }

  private static Map<String, Count> summaries(String name, Tier tier) {
    var rows = new LinkedHashMap<String, Count>();
    String tierName = "tier " + name;
    tier.groups.forEach((group, count) -> rows.put(tierName + ": " + group, count));
    if (!name.isEmpty()) {
      rows.put(tierName, tier.all);
    }
    return rows;
  }

  private static StringBuilder row(StringBuilder text, String name, Count count) {
    return text.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %d | %.1f |\n",
            name.replace("|", "\\|"),
            count.asked,
            count.right,
            100.0 * count.right / Math.max(1, count.asked)));
  }
}
