package io.smolvlm.app.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.ImageInfo;
import io.smolvlm.app.rest.ask.PictureBudget;
import io.smolvlm.app.rest.ask.PictureSlot;
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

/// What would become of pictures: resize, tiles and tokens, without running the model.
@Path("/v1/images/plan")
@ApplicationScoped
public class ImagePlans {
  private final Exchanges exchanges;
  private final Answers answers;
  private final ServiceConfig config;
  private final UnknownFields unknown;

  ImagePlans(Exchanges exchanges, Answers answers, ServiceConfig config, UnknownFields unknown) {
    this.exchanges = exchanges;
    this.answers = answers;
    this.config = config;
    this.unknown = unknown;
  }

  /// @param tokens image tokens of all pictures, separators not counted
  record Plans(String object, String model, List<ImageInfo> data, int tokens) {}

  @POST
  @RunOnVirtualThread
  public Response plan(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    return exchange.json(fields -> plan(fields, exchange.model(), exchange.client()));
  }

  private Response plan(Fields fields, ServedModel model, Client client) {
    PictureConfig pictures =
        model
            .model()
            .pictures()
            .orElseThrow(() -> fields.invalid("images", "This model reads text only."));
    ImageOptions options = PictureBudget.read(fields, config.pictures(), model, false);
    JsonNode images = fields.get("images");
    if (images == null) {
      throw fields.missing("images");
    }
    List<ImageInfo> plans =
        Fields.list(
            images,
            "images",
            config.pictures().maxCount(),
            ApiError.TOO_MANY_IMAGES,
            (node, path) -> plan(node, path, pictures, options, client));
    unknown.check(fields, "/v1/images/plan");
    int tokens = plans.stream().mapToInt(ImageInfo::tokens).sum();
    return Replies.ok(new Plans("list", model.id(), plans, tokens));
  }

  /// A picture as everywhere, or its width and height alone.
  private ImageInfo plan(
      JsonNode node, String path, PictureConfig pictures, ImageOptions options, Client client) {
    if (node.isTextual()) {
      return ofPicture(node.textValue(), path, pictures, options, client);
    }
    Fields fields = Fields.object(node, path);
    if (fields.has("url")) {
      return ofPicture(fields.needText("url"), fields.path("url"), pictures, options, client);
    }
    int side = config.pictures().maxSide();
    long width = fields.integer("width", 1, side).orElseThrow(() -> fields.missing("width"));
    long height = fields.integer("height", 1, side).orElseThrow(() -> fields.missing("height"));
    return ofSize((int) width, (int) height, pictures, options);
  }

  private ImageInfo ofPicture(
      String url, String path, PictureConfig pictures, ImageOptions options, Client client) {
    RgbImage image = answers.readOne(new PictureSlot(PictureSource.of(url), path), client).image();
    return ofSize(image.width(), image.height(), pictures, options);
  }

  private static ImageInfo ofSize(
      int width, int height, PictureConfig pictures, ImageOptions options) {
    TileGrid grid = TileGrid.plan(width, height, pictures.processor(), options);
    return ImageInfo.of(width, height, grid, grid.tiles() * pictures.encoder().tokensPerTile());
  }
}
