package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.List;

/// How the rotary frequencies are changed so that a decoder reaches beyond the context it was first
/// trained on.
public sealed interface RopeScaling {
  /// The frequencies to rotate by, in a new array.
  ///
  /// @param frequencies `theta^(-2j / headDim)`, one for each pair of a head
  float[] scaled(float[] frequencies);

  /// What each frequency of a decoder is divided by, as a GGUF file holds it.
  ///
  /// @param config of the decoder, this being its scaling
  default float[] divisors(TextConfig config) {
    float[] plain = Rope.frequencies(config);
    float[] scaled = scaled(plain);
    for (int j = 0; j < plain.length; j++) {
      scaled[j] = plain[j] / scaled[j];
    }
    return scaled;
  }

  /// The frequencies as they are: every SmolLM and SmolVLM.
  record None() implements RopeScaling {
    @Override
    public float[] scaled(float[] frequencies) {
      return frequencies.clone();
    }
  }

  /// Llama 3.1's rule: waves that fit `highFrequency` times into the first context stay, waves
  /// longer than `1 / lowFrequency` of it are slowed by `factor`, those between are mixed in
  /// proportion. Float32 step by step as transformers 5.23
  /// (`modeling_rope_utils._compute_llama3_parameters`).
  ///
  /// @param factor at least 1
  /// @param lowFrequency above 0
  /// @param highFrequency above `lowFrequency`
  /// @param originalPositions the context first trained on, in tokens
  record Llama3(double factor, double lowFrequency, double highFrequency, int originalPositions)
      implements RopeScaling {
    /// @throws SmolVlmException with [ErrorCode#MISMATCH] when a number is outside its range
    public Llama3 {
      if (!(factor >= 1)
          || !(lowFrequency > 0)
          || !(highFrequency > lowFrequency)
          || originalPositions < 1) {
        throw new SmolVlmException(
            ErrorCode.MISMATCH,
            "rope scaling llama3: found factor "
                + factor
                + ", low_freq_factor "
                + lowFrequency
                + ", high_freq_factor "
                + highFrequency
                + ", original_max_position_embeddings "
                + originalPositions
                + "; needed factor 1 or more, 0 < low < high, 1 position or more");
      }
    }

    @Override
    public float[] scaled(float[] frequencies) {
      float longest = (float) (originalPositions / lowFrequency);
      float shortest = (float) (originalPositions / highFrequency);
      float by = (float) factor;
      float[] scaled = new float[frequencies.length];
      for (int j = 0; j < scaled.length; j++) {
        float frequency = frequencies[j];
        float wave = (float) (2 * Math.PI) / frequency;
        if (wave > longest) {
          scaled[j] = frequency / by;
        } else if (wave < shortest) {
          scaled[j] = frequency;
        } else {
          float share =
              (originalPositions / wave - (float) lowFrequency)
                  / (float) (highFrequency - lowFrequency);
          scaled[j] = (1 - share) * frequency / by + share * frequency;
        }
      }
      return scaled;
    }
  }

  /// Each frequency divided by a number of its own: how a GGUF file holds any scaling
  /// (`rope_freqs.weight`).
  ///
  /// @param divisors one for each pair of a head, above 0
  record Divided(List<Float> divisors) implements RopeScaling {
    public Divided {
      divisors = List.copyOf(divisors);
    }

    @Override
    public float[] scaled(float[] frequencies) {
      float[] scaled = new float[frequencies.length];
      for (int j = 0; j < scaled.length; j++) {
        scaled[j] = frequencies[j] / divisors.get(j);
      }
      return scaled;
    }

    @Override
    public float[] divisors(TextConfig config) {
      float[] all = new float[divisors.size()];
      for (int j = 0; j < all.length; j++) {
        all[j] = divisors.get(j);
      }
      return all;
    }
  }
}
