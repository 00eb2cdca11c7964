package io.smolvlm.app.cli;

/// A command that can print JSON instead of text, its errors included.
interface WithJson {
  boolean json();
}
