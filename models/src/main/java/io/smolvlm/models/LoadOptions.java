package io.smolvlm.models;

/// How a model is to run.
///
/// @param threads for the maths, at least 1
/// @param executor who computes many rows
public record LoadOptions(int threads, Executor executor) {
  public enum Executor {
    /// libtorch where it pays for its loading time, else kernels.
    AUTO,
    /// Always libtorch for many rows.
    TORCH,
    /// Vector kernels only; no native library is loaded.
    KERNELS
  }

  public LoadOptions {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads");
    }
  }

  /// All processors, executor by size.
  public static LoadOptions defaults() {
    return new LoadOptions(
        Integer.getInteger("smolvlm.threads", Runtime.getRuntime().availableProcessors()),
        Executor.AUTO);
  }

  public LoadOptions with(Executor value) {
    return new LoadOptions(threads, value);
  }
}
