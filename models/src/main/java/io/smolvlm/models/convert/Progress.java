package io.smolvlm.models.convert;

/// Told how much of a file has been written.
@FunctionalInterface
public interface Progress {
  /// @param done bytes of weights so far
  /// @param all bytes of weights in the end
  void at(long done, long all);
}
