package io.smolvlm.models.convert;

import io.smolvlm.language.GenerationConfig;
import io.smolvlm.language.RopeScaling;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.models.SpecialTokens;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A published member of the family, as far as its shapes and small files go (FAMILY.md section 1;
/// where a file was not seen, what its siblings say).
///
/// @param id its name on the model hub, without the owner
/// @param modelType `llama`, `idefics3` or `smolvlm`
/// @param vision null for a member that reads text only
/// @param tied whether the embedding table is the head
/// @param end the text of its end token
public record Member(
    String id,
    String modelType,
    TextTower tower,
    double theta,
    RopeScaling scaling,
    int positions,
    @Nullable VisionKind vision,
    VocabularyKind vocabulary,
    boolean tied,
    String end,
    TemplateKind template) {
  private static final String TEXT_END = "<|endoftext|>";
  private static final String TURN_END = "<|im_end|>";
  private static final String UTTERANCE_END = "<end_of_utterance>";

  /// Every member, text models first.
  public static final List<Member> ALL = all();

  private static List<Member> all() {
    var all = new ArrayList<Member>();
    texts(all, "SmolLM", 2048, new double[] {1e4, 1e4, 1e4}, TemplateKind.CHATML);
    texts(all, "SmolLM2", 8192, new double[] {1e5, 1e5, 1.3e5}, TemplateKind.SMOLLM2);
    for (boolean small : new boolean[] {true, false}) {
      String size = small ? "256M" : "500M";
      TextTower tower = small ? TextTower.M135 : TextTower.M360;
      all.add(seeing("SmolVLM-" + size + "-Instruct", "idefics3", tower, 1e5, 8192));
      all.add(
          seeing("SmolVLM-" + size + "-Base", "idefics3", tower, 1e5, 8192)
              .with(VocabularyKind.TILE_TOKENS_BASE, TURN_END, TemplateKind.PICTURES));
      all.add(seeing("SmolVLM2-" + size + "-Video-Instruct", "smolvlm", tower, 1e5, 8192));
    }
    for (String name : List.of("SmolVLM-Instruct", "SmolVLM-Base", "SmolVLM-Synthetic")) {
      boolean base = name.endsWith("Base");
      all.add(
          seeing(name, "idefics3", TextTower.B1_7, 273_768, 16_384)
              .with(
                  VocabularyKind.TEXT_SEPARATORS,
                  base ? TEXT_END : UTTERANCE_END,
                  base ? TemplateKind.PICTURES_BASE : TemplateKind.PICTURES));
    }
    all.add(seeing("SmolVLM2-2.2B-Instruct", "smolvlm", TextTower.B1_7, 1.3e5, 8192));
    all.add(seeing("SmolDocling-256M-preview", "idefics3", TextTower.M135, 1e5, 8192));
    all.add(
        new Member(
            "granite-docling-258M",
            "idefics3",
            TextTower.M135,
            1e5,
            new RopeScaling.None(),
            8192,
            VisionKind.B16_512,
            VocabularyKind.GRANITE,
            true,
            "<|end_of_text|>",
            TemplateKind.GRANITE));
    all.add(
        new Member(
            "Idefics3-8B-Llama3",
            "idefics3",
            TextTower.B8,
            5e5,
            new RopeScaling.Llama3(8, 1, 4, 8192),
            131_072,
            VisionKind.SO400M_364,
            VocabularyKind.LLAMA3,
            false,
            UTTERANCE_END,
            TemplateKind.IDEFICS3));
    return List.copyOf(all);
  }

  private static void texts(
      List<Member> all, String line, int positions, double[] thetas, TemplateKind template) {
    TextTower[] towers = {TextTower.M135, TextTower.M360, TextTower.B1_7};
    String[] sizes = {"135M", "360M", "1.7B"};
    for (int i = 0; i < towers.length; i++) {
      for (boolean instruct : new boolean[] {false, true}) {
        all.add(
            new Member(
                line + "-" + sizes[i] + (instruct ? "-Instruct" : ""),
                "llama",
                towers[i],
                thetas[i],
                new RopeScaling.None(),
                positions,
                null,
                VocabularyKind.TEXT,
                true,
                instruct ? TURN_END : TEXT_END,
                instruct ? template : TemplateKind.NONE));
      }
    }
  }

  private static Member seeing(
      String id, String modelType, TextTower tower, double theta, int positions) {
    return new Member(
        id,
        modelType,
        tower,
        theta,
        new RopeScaling.None(),
        positions,
        tower == TextTower.B1_7 ? VisionKind.SO400M_384 : VisionKind.B16_512,
        VocabularyKind.TILE_TOKENS,
        false,
        UTTERANCE_END,
        TemplateKind.PICTURES);
  }

  private Member with(VocabularyKind newVocabulary, String newEnd, TemplateKind newTemplate) {
    return new Member(
        id,
        modelType,
        tower,
        theta,
        scaling,
        positions,
        vision,
        newVocabulary,
        tied,
        newEnd,
        newTemplate);
  }

  /// The member of a name, whatever its letters' case; an owner before it is ignored.
  ///
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE], naming all there are
  public static Member named(String name) {
    String plain = name.substring(name.lastIndexOf('/') + 1);
    return ALL.stream()
        .filter(member -> member.id.equalsIgnoreCase(plain))
        .findFirst()
        .orElseThrow(() ->
            new SmolVlmException(
                ErrorCode.INVALID_VALUE,
                "member: found '"
                    + name
                    + "', known are "
                    + String.join(", ", ALL.stream().map(Member::id).toList())));
  }

  /// What a checkpoint of it says of itself.
  ///
  /// @param storedType as config.json names it, as in `bfloat16`
  ModelConfig config(String storedType) {
    Map<Integer, String> added = vocabulary.added();
    int endId = id(added, end);
    return new ModelConfig(
        modelType,
        storedType,
        tower.config(vocabulary.size(), positions, theta, scaling, tied),
        vision == null
            ? null
            : new PictureConfig(vision.encoder(), vision.processor(), id(added, "<image>")),
        new GenerationConfig(Set.of(endId), Set.of(), id(added, pad()), Set.of()),
        new SpecialTokens(named()));
  }

  private static int id(Map<Integer, String> added, String token) {
    return added.entrySet().stream()
        .filter(entry -> entry.getValue().equals(token))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no token " + token));
  }

  private String pad() {
    return switch (vocabulary) {
      case GRANITE -> "<|end_of_text|>";
      case LLAMA3 -> "<|finetune_right_pad_id|>";
      default -> TURN_END;
    };
  }

  private Map<String, String> named() {
    var named = new LinkedHashMap<String, String>();
    named.put(
        "bos_token",
        switch (vocabulary) {
          case GRANITE -> "<|start_of_role|>";
          case LLAMA3 -> "<|begin_of_text|>";
          default -> "<|im_start|>";
        });
    named.put("eos_token", end);
    named.put("pad_token", pad());
    if (vocabulary != VocabularyKind.LLAMA3) {
      named.put("unk_token", vocabulary == VocabularyKind.GRANITE ? "<|unk|>" : TEXT_END);
    }
    return named;
  }
}
