package io.smolvlm.models.engine;

import java.util.List;

/// A prompt ready for the decoder: text, token ids, and where picture features go.
///
/// Each [Tile] is one run of image tokens; in order they take the rows of the pictures' features.
public final class Prompt {
  /// A tile's image tokens in the ids.
  ///
  /// @param picture which picture it is of, from 0
  /// @param start index of its first image token
  /// @param length how many image tokens it has
  public record Tile(int picture, int start, int length) {}

  private final String rendered;
  private final String text;
  private final int[] ids;
  private final List<Tile> tiles;
  private final boolean ofTemplate;

  /// @param ids taken over, not to be changed
  /// @param tiles where they go, in order; their tokens stand in `ids`
  public Prompt(String rendered, String text, int[] ids, List<Tile> tiles) {
    this(rendered, text, ids, tiles, true);
  }

  private Prompt(String rendered, String text, int[] ids, List<Tile> tiles, boolean ofTemplate) {
    this.rendered = rendered;
    this.text = text;
    this.ids = ids;
    this.tiles = List.copyOf(tiles);
    this.ofTemplate = ofTemplate;
  }

  /// What the chat template wrote, one `<image>` a picture.
  public String rendered() {
    return rendered;
  }

  /// The same with every picture written out in its image tokens and separators.
  public String text() {
    return text;
  }

  /// A prompt given as ids, which no template wrote.
  ///
  /// @param text of the ids
  public static Prompt of(String text, int[] ids) {
    return new Prompt(text, text, ids.clone(), List.of(), false);
  }

  /// Whether a chat template wrote it, so that an answer begins a turn.
  public boolean ofTemplate() {
    return ofTemplate;
  }

  /// Token ids, a copy.
  public int[] ids() {
    return ids.clone();
  }

  /// How many tokens there are.
  public int length() {
    return ids.length;
  }

  /// Where the features of each tile go, in the order of the ids.
  public List<Tile> tiles() {
    return tiles;
  }

  /// How many of the ids stand for pictures.
  public int imageTokens() {
    return tiles.stream().mapToInt(Tile::length).sum();
  }

  /// How many of the ids stand for one picture, separators not counted.
  public int imageTokens(int picture) {
    return tiles.stream().filter(t -> t.picture() == picture).mapToInt(Tile::length).sum();
  }
}
