package io.smolvlm.models.convert;

import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.Weight;
import java.util.ArrayList;
import java.util.List;

/// The order of the modules in the reference, layer by layer: encoder, connector, decoder, head.
/// Checkpoints are cut into files in this order.
final class ReferenceOrder {
  private ReferenceOrder() {}

  /// Takes one weight of a model.
  @FunctionalInterface
  interface Visitor {
    /// @param layer 0 for what stands once
    void accept(Weight weight, int layer);
  }

  /// Visits every stored weight; a tied head is none.
  static void visit(ModelConfig config, Visitor visitor) {
    for (List<Weight> group : groups()) {
      int layers = group.getFirst().count(config);
      for (int layer = 0; layer < layers; layer++) {
        for (Weight weight : group) {
          if (weight != Weight.HEAD || !config.text().tiedEmbeddings()) {
            visitor.accept(weight, layer);
          }
        }
      }
    }
  }

  /// Neighbours that stand in layers are one group, every other weight is one of its own. [Weight]
  /// lists them in this order, but for the decoder, which it has first, and norm and head after its
  /// layers.
  private static List<List<Weight>> groups() {
    var groups = new ArrayList<List<Weight>>();
    for (boolean ofPictures : new boolean[] {true, false}) {
      boolean inLayers = false;
      for (Weight weight : Weight.values()) {
        if (weight.ofPictures() != ofPictures || last(weight)) {
          continue;
        }
        if (!(inLayers && weight.inLayers())) {
          groups.add(new ArrayList<>());
        }
        inLayers = weight.inLayers();
        groups.getLast().add(weight);
      }
    }
    groups.add(List.of(Weight.FINAL_NORM));
    groups.add(List.of(Weight.HEAD));
    return groups;
  }

  private static boolean last(Weight weight) {
    return weight == Weight.FINAL_NORM || weight == Weight.HEAD;
  }
}
