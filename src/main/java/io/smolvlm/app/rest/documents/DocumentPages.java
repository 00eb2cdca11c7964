package io.smolvlm.app.rest.documents;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.Picture;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.UnknownFields;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.DocumentFile;
import io.smolvlm.app.rest.ask.ImageInfo;
import io.smolvlm.app.rest.ask.MessageReader;
import io.smolvlm.app.rest.ask.PictureBudget;
import io.smolvlm.app.rest.ask.PictureSlot;
import io.smolvlm.app.rest.ask.Preparation;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.models.PictureConfig;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.TileGrid;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.stream.IntStream;

/// What a document's pages look like and what would become of them, without running the model. They
/// are read as the document of a question is, with its limits and refusals, and take a place at the
/// door as a question does: it is as many pixels that are held.
@Path(DocumentPages.ROUTE)
@ApplicationScoped
public class DocumentPages {
  static final String ROUTE = "/v1/documents/pages";

  private final Exchanges exchanges;
  private final Answers answers;
  private final Preparation preparation;
  private final ServiceConfig config;
  private final UnknownFields unknown;

  DocumentPages(
      Exchanges exchanges,
      Answers answers,
      Preparation preparation,
      ServiceConfig config,
      UnknownFields unknown) {
    this.exchanges = exchanges;
    this.answers = answers;
    this.preparation = preparation;
    this.config = config;
    this.unknown = unknown;
  }

  /// @param tokens image tokens of all pages, separators not counted
  record Pages(String object, String model, List<Page> data, int tokens) {}

  /// @param page its number, the first is 1
  /// @param preview the page as a `data:` URI
  /// @param image what the model would see of it
  record Page(int page, String preview, ImageInfo image) {}

  @POST
  @RunOnVirtualThread
  public Response pages(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    return exchange.json(fields -> pages(fields, exchange.model(), exchange.client()));
  }

  private Response pages(Fields fields, ServedModel model, Client client) {
    PictureConfig pictures =
        model
            .model()
            .pictures()
            .orElseThrow(() -> fields.invalid("file", "This model reads text only."));
    ImageOptions options = PictureBudget.read(fields, config.pictures(), model, false);
    PictureSlot file =
        DocumentFile.read(fields.object("file").orElseThrow(() -> fields.missing("file")));
    unknown.check(fields, ROUTE);
    List<Picture> read = answers.readPages(file, model.longestEdge(options), client);
    if (read.size() > config.pictures().maxCount()) {
      throw MessageReader.tooMany(file.path(), config.pictures().maxCount());
    }
    List<Page> pages =
        IntStream.range(0, read.size())
            .mapToObj(i -> page(i + 1, read.get(i).image(), pictures, options, client))
            .toList();
    int tokens = pages.stream().mapToInt(page -> page.image().tokens()).sum();
    return Replies.ok(new Pages("list", model.id(), pages, tokens));
  }

  private Page page(
      int number, RgbImage image, PictureConfig pictures, ImageOptions options, Client client) {
    client.ensureThere();
    TileGrid grid = TileGrid.plan(image.width(), image.height(), pictures.processor(), options);
    int tokens = grid.tiles() * pictures.encoder().tokensPerTile();
    String preview = preparation.run(() -> PagePreview.dataUri(image));
    return new Page(number, preview, ImageInfo.of(image.width(), image.height(), grid, tokens));
  }
}
