package io.smolvlm.models;

import io.smolvlm.models.engine.EngineOptions;

/// How a model is to run.
///
/// @param threads for the maths, at least 1
/// @param executor who computes many rows
/// @param engine how much is taken on
/// @param precision of the decoder's weights
public record LoadOptions(
    int threads, Executor executor, EngineOptions engine, Precision precision) {
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

  public LoadOptions(int threads, Executor executor) {
    this(threads, executor, EngineOptions.defaults(), Precision.AUTO);
  }

  /// All processors, executor and precision by size, [EngineOptions#defaults].
  public static LoadOptions defaults() {
    return new LoadOptions(
        Integer.getInteger("smolvlm.threads", Runtime.getRuntime().availableProcessors()),
        Executor.AUTO);
  }

  public LoadOptions with(Executor value) {
    return new LoadOptions(threads, value, engine, precision);
  }

  public LoadOptions with(EngineOptions value) {
    return new LoadOptions(threads, executor, value, precision);
  }

  public LoadOptions with(Precision value) {
    return new LoadOptions(threads, executor, engine, value);
  }
}
