package io.smolvlm.app.cli;

import io.smolvlm.models.PictureConfig;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.ImageProcessor;
import io.smolvlm.vision.PixelTiles;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.TileGrid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "image",
    description = "Shows how a model cuts a picture: sizes, grid, tiles, image tokens.")
final class InspectImageCommand implements Runnable, WithJson {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "PICTURE",
      description = "A picture, or a PDF of which one page counts; - is standard input.")
  String picture = "";

  @Mixin ModelOptions model = new ModelOptions();
  @Mixin PictureOptions options = new PictureOptions();
  @Mixin PageOptions pages = new PageOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write the tiles there as PNG: row-1-col-1.png, whole.png.")
  @Nullable Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  InspectImageCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public boolean json() {
    return json;
  }

  @Override
  public void run() {
    PictureConfig config = pictureConfig();
    RgbImage image = image(config);
    PixelTiles tiles = new ImageProcessor(config.processor()).process(image, options.options());
    int tokens = Math.multiplyExact(tiles.tiles(), config.encoder().tokensPerTile());
    if (out != null) {
      write(tiles, out);
    }
    if (json) {
      terminal.println(Json.text(fields(image, tiles, tokens)));
    } else {
      show(image, tiles, tokens);
    }
  }

  private RgbImage image(PictureConfig config) {
    PictureFile file = new Pictures(terminal.in(), pages.selection()).open(picture);
    if (file.count() > 1) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          picture + ": pages: found " + file.count() + ", allowed 1 here; choose with --pages");
    }
    return file.images(config.longestEdge(options.options())).getFirst();
  }

  private PictureConfig pictureConfig() {
    try (var checkpoint = LoadedModel.checkpoint(model)) {
      return checkpoint
          .config()
          .pictures()
          .orElseThrow(() ->
              new SmolVlmException(
                  ErrorCode.INVALID_VALUE,
                  "model '" + model.reference() + "' reads text only, it takes no pictures"));
    }
  }

  private Map<String, Object> fields(RgbImage image, PixelTiles tiles, int tokens) {
    TileGrid grid = tiles.grid();
    var hashes = new ArrayList<String>();
    for (int tile = 0; tile < tiles.tiles(); tile++) {
      hashes.add(tiles.sha256(tile));
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("picture", picture);
    fields.put("width", image.width());
    fields.put("height", image.height());
    fields.put("rows", grid.rows());
    fields.put("cols", grid.cols());
    fields.put("tiles", tiles.tiles());
    fields.put("tokens", tokens);
    fields.put("shape", List.of(tiles.tiles(), 3, tiles.side(), tiles.side()));
    fields.put(
        "sizes_hw",
        List.of(
            List.of(grid.firstHeight(), grid.firstWidth()),
            List.of(grid.height(), grid.width()),
            List.of(tiles.side(), tiles.side())));
    fields.put("tiles_sha256", tiles.sha256OfAll());
    fields.put("tile_sha256", hashes);
    return fields;
  }

  private void show(RgbImage image, PixelTiles tiles, int tokens) {
    TileGrid grid = tiles.grid();
    terminal.println("picture        " + image.width() + "x" + image.height());
    terminal.println("first resize   " + grid.firstWidth() + "x" + grid.firstHeight());
    terminal.println("second resize  " + grid.width() + "x" + grid.height());
    terminal.println(
        "grid           "
            + (grid.rows() == 0
                ? "none, one tile"
                : grid.rows() + " rows x " + grid.cols() + " columns and the whole picture"));
    terminal.println(
        "tiles          " + tiles.tiles() + " of " + tiles.side() + "x" + tiles.side());
    terminal.println("image tokens   " + tokens);
    for (int tile = 0; tile < tiles.tiles(); tile++) {
      terminal.println("%-14s sha256 %s".formatted(name(grid, tile), tiles.sha256(tile)));
    }
  }

  private static String name(TileGrid grid, int tile) {
    return tile == grid.rows() * grid.cols()
        ? "whole"
        : "row-" + (tile / grid.cols() + 1) + "-col-" + (tile % grid.cols() + 1);
  }

  private static void write(PixelTiles tiles, Path folder) {
    try {
      Files.createDirectories(folder);
      for (int tile = 0; tile < tiles.tiles(); tile++) {
        Path file = folder.resolve(name(tiles.grid(), tile) + ".png");
        ImageIO.write(tiles.picture(tile).toBufferedImage(), "png", file.toFile());
      }
    } catch (IOException e) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE, "--out " + folder + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
