package io.smolvlm.tensor.kernel;

import io.smolvlm.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// The kernels as plain loops: what the vector twins must compute.
final class ScalarKernels implements Kernels {
  private static final float GELU_INNER = (float) Math.sqrt(2 / Math.PI);

  @Override
  public void linear(Matrix x, Matrix w, @Nullable Matrix b, Matrix y, int from, int to) {
    for (int r = 0; r < x.rows(); r++) {
      for (int o = from; o < to; o++) {
        float sum = 0;
        for (int i = 0; i < x.cols(); i++) {
          sum += x.get(r, i) * w.get(o, i);
        }
        y.set(r, o, b == null ? sum : sum + b.get(0, o));
      }
    }
  }

  @Override
  public void layerNorm(
      Matrix x, Matrix weight, Matrix bias, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    for (int r = from; r < to; r++) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += x.get(r, i);
      }
      float mean = (float) (sum / width);
      double squares = 0;
      for (int i = 0; i < width; i++) {
        float d = x.get(r, i) - mean;
        squares += d * d;
      }
      float inverse = (float) (1 / Math.sqrt(squares / width + eps));
      for (int i = 0; i < width; i++) {
        y.set(r, i, (x.get(r, i) - mean) * inverse * weight.get(0, i) + bias.get(0, i));
      }
    }
  }

  @Override
  public void rmsNorm(Matrix x, Matrix weight, float eps, Matrix y, int from, int to) {
    int width = x.cols();
    for (int r = from; r < to; r++) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += x.get(r, i) * x.get(r, i);
      }
      float inverse = (float) (1 / Math.sqrt(squares / width + eps));
      for (int i = 0; i < width; i++) {
        y.set(r, i, weight.get(0, i) * (x.get(r, i) * inverse));
      }
    }
  }

  @Override
  public void geluTanh(Matrix x, long from, long to) {
    MemorySegment s = x.segment();
    for (long i = from; i < to; i++) {
      float a = s.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float t = (float) Math.tanh(GELU_INNER * (a + 0.044715f * a * a * a));
      s.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0.5f * a * (1 + t));
    }
  }

  @Override
  public void swiGlu(Matrix gate, Matrix up, long from, long to) {
    for (long i = from; i < to; i++) {
      float g = gate.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      float u = up.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      gate.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (g / (1 + Math.exp(-g))) * u);
    }
  }

  @Override
  public void add(Matrix x, Matrix y, long from, long to) {
    for (long i = from; i < to; i++) {
      x.segment()
          .setAtIndex(
              ValueLayout.JAVA_FLOAT,
              i,
              x.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i)
                  + y.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i));
    }
  }

  @Override
  public void rotate(Matrix x, int row, int headDim, Matrix cos, Matrix sin, int position) {
    int half = headDim / 2;
    for (int head = 0; head < x.cols() / headDim; head++) {
      for (int i = 0; i < half; i++) {
        float a = x.get(row, head * headDim + i);
        float b = x.get(row, head * headDim + half + i);
        float c = cos.get(position, i);
        float s = sin.get(position, i);
        x.set(row, head * headDim + i, a * c - b * s);
        x.set(row, head * headDim + half + i, b * c + a * s);
      }
    }
  }

  @Override
  public void attend(
      Matrix q,
      int row,
      int column,
      Matrix k,
      Matrix v,
      int keyColumn,
      int headDim,
      int count,
      float scale,
      @Nullable Matrix bias,
      Matrix scores,
      int scratchRow,
      Matrix out) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < count; j++) {
      float dot = 0;
      for (int i = 0; i < headDim; i++) {
        dot += q.get(row, column + i) * k.get(j, keyColumn + i);
      }
      float score = dot * scale + (bias == null ? 0 : bias.get(0, j));
      scores.set(scratchRow, j, score);
      max = Math.max(max, score);
    }
    double sum = 0;
    for (int j = 0; j < count; j++) {
      float e = (float) Math.exp(scores.get(scratchRow, j) - max);
      scores.set(scratchRow, j, e);
      sum += e;
    }
    float inverse = (float) (1 / sum);
    for (int i = 0; i < headDim; i++) {
      float mixed = 0;
      for (int j = 0; j < count; j++) {
        mixed += scores.get(scratchRow, j) * v.get(j, keyColumn + i);
      }
      out.set(row, column + i, mixed * inverse);
    }
  }
}
