package io.smolvlm.models;

import io.smolvlm.language.ChatTemplate;
import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.language.Tokenizer;
import io.smolvlm.models.engine.Prompt;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Messages and picture grids to a prompt, as the reference's processor does it (transformers 5.23
/// `processing_smolvlm.py`, the same since 4.46): the chat template writes the text, every
/// `<image>` in it is written out in separators and image tokens, the tokenizer gives ids.
///
/// Separators are strings; where the tokenizer knows them they become one token, elsewhere (the
/// 2.2B's first version) they stay text.
///
/// What users write never becomes a control token unless asked: look-alikes in roles and texts are
/// marked before the template runs and spelled out afterwards, which gives the reference's ids for
/// `sanitize_control_tokens`.
///
/// Safe for use by several threads.
public final class PromptExpander {
  /// Rows and columns of a picture's tiles, 0 and 0 for a picture of one tile.
  public record Grid(int rows, int cols) {
    public Grid {
      if (rows < 0 || cols < 0 || (rows == 0) != (cols == 0)) {
        throw new IllegalArgumentException("no grid of " + rows + " rows and " + cols + " columns");
      }
    }

    /// The whole picture included.
    public int tiles() {
      return rows * cols + 1;
    }
  }

  /// How to treat strings of control tokens in what users wrote.
  public enum UserText {
    /// They stay text.
    PLAIN,
    /// They are control tokens.
    CONTROL
  }

  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final SpecialTokens names;
  private final int tokensPerTile;
  private final int imageId;
  private final ControlMarks marks;

  private PromptExpander(
      Tokenizer tokenizer,
      ChatTemplate template,
      SpecialTokens names,
      int tokensPerTile,
      int imageId) {
    this.tokenizer = tokenizer;
    this.template = template;
    this.names = names;
    this.tokensPerTile = tokensPerTile;
    this.imageId = imageId;
    this.marks = new ControlMarks(tokenizer.controlTokens(template.source()));
  }

  /// For a model that sees.
  ///
  /// @param tokensPerTile image tokens of one tile
  /// @throws FormatException if the tokenizer does not know the image token
  public static PromptExpander of(
      Tokenizer tokenizer, ChatTemplate template, SpecialTokens names, int tokensPerTile) {
    int imageId =
        tokenizer
            .addedId(names.image())
            .orElseThrow(() ->
                new FormatException(
                    ErrorCode.MISMATCH,
                    Vocabulary.TOKENIZER,
                    "added_tokens",
                    "no " + names.image(),
                    "the image token"));
    return new PromptExpander(tokenizer, template, names, tokensPerTile, imageId);
  }

  /// For a model of text only.
  public static PromptExpander textOnly(Tokenizer tokenizer, ChatTemplate template) {
    return new PromptExpander(tokenizer, template, new SpecialTokens(Map.of()), 0, -1);
  }

  /// The prompt of a conversation whose next turn is the assistant's.
  ///
  /// @param grids one a picture, in the order of their places
  /// @throws SmolVlmException with [ErrorCode#MISMATCH] if places and pictures differ in number,
  ///   with [ErrorCode#UNSUPPORTED] for pictures and a model of text only, and as
  ///   [ChatTemplate#render] does
  public Prompt expand(List<Message> messages, List<Grid> grids) {
    return expand(messages, grids, UserText.PLAIN, true);
  }

  /// The prompt of a conversation.
  ///
  /// @param grids one a picture, in the order of their places
  /// @param userText how to treat strings of control tokens in what users wrote
  /// @param addGenerationPrompt whether the beginning of the answer is added
  /// @throws SmolVlmException as [#expand(List, List)]
  public Prompt expand(
      List<Message> messages, List<Grid> grids, UserText userText, boolean addGenerationPrompt) {
    int places = messages.stream().mapToInt(Message::images).sum();
    if (imageId < 0 && places + grids.size() > 0) {
      throw new SmolVlmException(
          ErrorCode.UNSUPPORTED,
          "pictures: found " + grids.size() + ", this model reads text only");
    }
    List<Message> marked =
        userText == UserText.PLAIN ? messages.stream().map(this::mark).toList() : messages;
    return expandRendered(template.render(marked, addGenerationPrompt), grids);
  }

  private Message mark(Message message) {
    List<ContentPart> parts = new ArrayList<>();
    for (ContentPart part : message.content()) {
      parts.add(
          part instanceof ContentPart.Text text
              ? new ContentPart.Text(marks.mark(text.text()))
              : part);
    }
    return new Message(marks.mark(message.role()), parts);
  }

  /// The prompt of a text that no template is laid over; control tokens and picture places in it
  /// count.
  ///
  /// @param grids one a picture, in the order of their places
  /// @throws SmolVlmException as [#expand(List, List)]
  public Prompt expandText(String text, List<Grid> grids) {
    return expandRendered(ControlMarks.without(text), grids);
  }

  private Prompt expandRendered(String rendered, List<Grid> grids) {
    List<ControlMarks.Piece> pieces = marks.cut(rendered);
    checkPlaces(pieces, grids.size());
    var text = new StringBuilder();
    var ids = new ArrayList<int[]>();
    int picture = 0;
    for (ControlMarks.Piece piece : pieces) {
      if (piece.marked()) {
        text.append(piece.text());
        ids.add(tokenizer.encodePlain(piece.text()));
        continue;
      }
      var expanded = new StringBuilder();
      int from = 0;
      for (int at = place(piece, 0); at >= 0; at = place(piece, from)) {
        expanded.append(piece.text(), from, at);
        write(expanded, grids.get(picture++));
        from = at + names.image().length();
      }
      expanded.append(piece.text(), from, piece.text().length());
      text.append(expanded);
      ids.add(tokenizer.encode(expanded.toString()));
    }
    int[] all = ids.stream().flatMapToInt(Arrays::stream).toArray();
    return new Prompt(ControlMarks.without(rendered), text.toString(), all, tiles(all, grids));
  }

  private int place(ControlMarks.Piece piece, int from) {
    return imageId < 0 || piece.marked() ? -1 : piece.text().indexOf(names.image(), from);
  }

  private void checkPlaces(List<ControlMarks.Piece> pieces, int pictures) {
    int places = 0;
    for (ControlMarks.Piece piece : pieces) {
      for (int at = place(piece, 0); at >= 0; at = place(piece, at + names.image().length())) {
        places++;
      }
    }
    if (places != pictures) {
      throw new SmolVlmException(
          ErrorCode.MISMATCH,
          "pictures: found " + pictures + ", the prompt has places for " + places);
    }
  }

  /// One picture: its tiles row by row, then the whole picture.
  private void write(StringBuilder out, Grid grid) {
    String tile = names.image().repeat(tokensPerTile);
    for (int row = 1; row <= grid.rows(); row++) {
      for (int col = 1; col <= grid.cols(); col++) {
        out.append(names.fakeImage()).append(names.tile(row, col)).append(tile);
      }
      out.append('\n');
    }
    if (grid.rows() > 0) {
      out.append('\n');
    }
    out.append(names.fakeImage()).append(names.globalImage()).append(tile);
    out.append(names.fakeImage());
  }

  /// The runs of image tokens; separators stand between any two tiles.
  private List<Prompt.Tile> tiles(int[] ids, List<Grid> grids) {
    List<Prompt.Tile> tiles = new ArrayList<>();
    int at = 0;
    for (int picture = 0; picture < grids.size(); picture++) {
      for (int tile = 0; tile < grids.get(picture).tiles(); tile++) {
        while (ids[at] != imageId) {
          at++;
        }
        tiles.add(new Prompt.Tile(picture, at, tokensPerTile));
        at += tokensPerTile;
      }
    }
    return tiles;
  }
}
