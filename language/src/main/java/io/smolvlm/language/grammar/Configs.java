package io.smolvlm.language.grammar;

/// The frames that a text so far may stand in: one, unless a choice is still open. No two are
/// equal.
final class Configs {
  /// Beyond this many the most expensive are forgotten: what is left still describes valid texts.
  private static final int MAX = 256;

  private Frame[] frames = new Frame[4];
  private int size;

  int size() {
    return size;
  }

  Frame get(int i) {
    return frames[i];
  }

  void clear() {
    size = 0;
  }

  void copy(Configs other) {
    if (frames.length < other.size) {
      frames = new Frame[other.frames.length];
    }
    System.arraycopy(other.frames, 0, frames, 0, other.size);
    size = other.size;
  }

  void add(Frame frame) {
    for (int i = 0; i < size; i++) {
      if (frames[i].equals(frame)) {
        return;
      }
    }
    if (size == MAX) {
      replaceDearest(frame);
      return;
    }
    if (size == frames.length) {
      frames = java.util.Arrays.copyOf(frames, size * 2);
    }
    frames[size++] = frame;
  }

  private void replaceDearest(Frame frame) {
    int dearest = 0;
    for (int i = 1; i < size; i++) {
      if (frames[i].cost() > frames[dearest].cost()) {
        dearest = i;
      }
    }
    if (frame.cost() < frames[dearest].cost()) {
      frames[dearest] = frame;
    }
  }

  /// Replaces the contents by all that follow `from` after a byte.
  void step(Configs from, int b) {
    size = 0;
    for (int i = 0; i < from.size; i++) {
      from.frames[i].step(b, this);
    }
  }

  /// Tokens to the end of the shortest text, its end token counted.
  int cost() {
    int best = Costs.INFINITE;
    for (int i = 0; i < size; i++) {
      best = Math.min(best, frames[i].cost());
    }
    return best;
  }

  boolean complete() {
    for (int i = 0; i < size; i++) {
      if (frames[i].complete()) {
        return true;
      }
    }
    return false;
  }
}
