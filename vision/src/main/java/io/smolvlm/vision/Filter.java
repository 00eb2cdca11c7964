package io.smolvlm.vision;

/// The kernels that Pillow resamples with, by its numbers. Only Lanczos is used by released
/// checkpoints; the others are there because `preprocessor_config.json` can ask for them.
public enum Filter {
  /// Product of two sinc functions, three lobes.
  LANCZOS(1, 3) {
    @Override
    double weight(double x) {
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  },
  /// A triangle.
  BILINEAR(2, 1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /// Cubic convolution with a = -0.5.
  BICUBIC(3, 2) {
    @Override
    double weight(double x) {
      double d = Math.abs(x);
      if (d < 1) {
        return (1.5 * d - 2.5) * d * d + 1;
      }
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0;
    }
  };

  private final int number;
  private final double support;

  Filter(int number, double support) {
    this.number = number;
    this.support = support;
  }

  /// Half the width of the kernel at scale 1.
  double support() {
    return support;
  }

  abstract double weight(double x);

  /// @param number as in `resample` of a preprocessor configuration
  static Filter of(int number) {
    for (Filter filter : values()) {
      if (filter.number == number) {
        return filter;
      }
    }
    throw new IllegalArgumentException("no filter has the number " + number);
  }

  private static double sinc(double x) {
    if (x == 0) {
      return 1;
    }
    double t = x * Math.PI;
    return Math.sin(t) / t;
  }
}
