package io.smolvlm.language.grammar;

import org.jspecify.annotations.Nullable;

/// Behind the whole text: only an end token may come.
final class EndFrame extends Frame implements Frame.Parent {
  static final EndFrame END = new EndFrame();

  private EndFrame() {}

  @Override
  void step(int b, Configs out) {}

  @Override
  int cost() {
    return 1;
  }

  @Override
  boolean complete() {
    return true;
  }

  @Override
  public int rest() {
    return 1;
  }

  @Override
  public Frame resume(int literal, @Nullable String text) {
    return this;
  }
}
