package io.smolvlm.models.hub;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Short names of the family's members: what people type instead of owner and name.
public final class ShortNames {
  private static final Map<String, String> IDS = ids();

  /// Real models that answer about pictures, in the order in which one is taken when none is named:
  /// what answers best of those that a processor runs quickly comes first.
  public static final List<String> PREFERRED =
      List.of("500m", "smolvlm2-500m", "256m", "smolvlm2-256m", "smolvlm2-2.2b", "2.2b");

  private ShortNames() {}

  private static Map<String, String> ids() {
    var ids = new LinkedHashMap<String, String>();
    ids.put("256m", "HuggingFaceTB/SmolVLM-256M-Instruct");
    ids.put("500m", "HuggingFaceTB/SmolVLM-500M-Instruct");
    ids.put("2.2b", "HuggingFaceTB/SmolVLM-Instruct");
    ids.put("smolvlm2-256m", "HuggingFaceTB/SmolVLM2-256M-Video-Instruct");
    ids.put("smolvlm2-500m", "HuggingFaceTB/SmolVLM2-500M-Video-Instruct");
    ids.put("smolvlm2-2.2b", "HuggingFaceTB/SmolVLM2-2.2B-Instruct");
    ids.put("smollm2-135m", "HuggingFaceTB/SmolLM2-135M-Instruct");
    ids.put("smollm2-360m", "HuggingFaceTB/SmolLM2-360M-Instruct");
    ids.put("smollm2-1.7b", "HuggingFaceTB/SmolLM2-1.7B-Instruct");
    ids.put("smollm-135m", "HuggingFaceTB/SmolLM-135M-Instruct");
    ids.put("smollm-360m", "HuggingFaceTB/SmolLM-360M-Instruct");
    ids.put("smollm-1.7b", "HuggingFaceTB/SmolLM-1.7B-Instruct");
    ids.put("smoldocling", "ds4sd/SmolDocling-256M-preview");
    ids.put("granite-docling", "ibm-granite/granite-docling-258M");
    ids.put("idefics3", "HuggingFaceM4/Idefics3-8B-Llama3");
    return Collections.unmodifiableMap(ids);
  }

  /// All names, in the order of the family.
  public static List<String> all() {
    return List.copyOf(IDS.keySet());
  }

  /// The repository that a short name stands for, whatever its case.
  public static Optional<String> id(String name) {
    return Optional.ofNullable(IDS.get(name.toLowerCase(Locale.ROOT)));
  }

  /// The short name of a repository; empty for one that has none.
  public static Optional<String> of(String id) {
    return IDS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
