package io.smolvlm.models.convert;

import io.smolvlm.language.RopeScaling;
import io.smolvlm.language.TextConfig;
import io.smolvlm.models.ModelConfig;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.tensor.DType;
import io.smolvlm.vision.ImageProcessorConfig;
import io.smolvlm.vision.VisionConfig;
import java.io.IOException;
import java.nio.file.Path;

/// Checkpoints of members with small networks, written in a second.
final class SmallModels {
  private SmallModels() {}

  static ModelConfig config(String member, DType type, RopeScaling scaling) {
    ModelConfig whole = Member.named(member).config(StoredTypes.torch(type));
    var text =
        new TextConfig(
            whole.text().vocabularySize(),
            64,
            96,
            2,
            4,
            2,
            16,
            512,
            1e4,
            1e-5f,
            whole.text().tiedEmbeddings(),
            scaling);
    var vision = new VisionConfig(32, 64, 2, 4, 64, 16, 3, 1e-6f, 2);
    float[] half = {0.5f, 0.5f, 0.5f};
    var processor =
        new ImageProcessorConfig(
            64, 128, true, true, 1, true, 1.0 / 255, true, half, half.clone(), true);
    return new ModelConfig(
        whole.modelType(),
        whole.storedType(),
        text,
        whole
            .pictures()
            .map(p -> new PictureConfig(vision, processor, p.imageToken()))
            .orElse(null),
        whole.generation(),
        whole.specialTokens());
  }

  static ModelConfig config(String member, DType type) {
    return config(member, type, new RopeScaling.None());
  }

  static Synthesizer of(String member, ModelConfig config, long seed, DType type, long shard) {
    return new Synthesizer(Member.named(member), config, seed, type, shard);
  }

  static Path write(String member, DType type, Path folder) throws IOException {
    of(member, config(member, type), 1, type, Shards.MAX_BYTES).write(folder, (_, _) -> {});
    return folder;
  }
}
