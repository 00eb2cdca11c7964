package io.smolvlm.app.rest.captions;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.UnknownFields;
import io.smolvlm.app.rest.ask.MessageReader;
import io.smolvlm.app.rest.ask.ParametersReader;
import io.smolvlm.app.rest.ask.PictureBudget;
import io.smolvlm.app.rest.ask.PictureSlot;
import io.smolvlm.app.rest.json.Fields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a request for captions: fields of a JSON object, or of a form that carries its pictures
/// beside them.
@ApplicationScoped
public class CaptionReader {
  /// Pictures of a request; each is a question of its own, so they need not fit into one prompt.
  static final int MOST = 64;

  private final ServiceConfig config;
  private final UnknownFields unknown;

  CaptionReader(ServiceConfig config, UnknownFields unknown) {
    this.config = config;
    this.unknown = unknown;
  }

  /// @param uploaded pictures that came beside the fields, before those named in them
  CaptionRequest read(Fields fields, List<CaptionRequest.Item> uploaded, ServedModel model) {
    fields.ignore("model", "user", "metadata");
    List<CaptionRequest.Item> items = new ArrayList<>(uploaded);
    JsonNode images = fields.get("images");
    if (images != null) {
      items.addAll(
          Fields.list(images, "images", MOST, ApiError.TOO_MANY_IMAGES, CaptionReader::item));
    }
    if (items.isEmpty()) {
      throw images == null
          ? fields.missing("images")
          : fields.invalid("images", "images must hold at least one picture.");
    }
    if (items.size() > MOST) {
      throw MessageReader.tooMany("images", MOST);
    }
    var parameters = new ParametersReader(fields, config.answers(), model);
    parameters.refuse("n", "stream");
    var request =
        new CaptionRequest(
            items,
            prompt(fields),
            PictureBudget.read(fields, config.pictures(), model, false),
            parameters.read("max_tokens").build(),
            parameters.asked("max_tokens").isPresent());
    unknown.check(fields, "/v1/captions");
    return request;
  }

  private static String prompt(Fields fields) {
    Optional<String> prompt = fields.text("prompt").filter(text -> !text.isBlank());
    Optional<String> preset = fields.choice("preset", Preset.names());
    if (prompt.isPresent() && preset.isPresent()) {
      throw fields.invalid("preset", "Give either prompt or preset.");
    }
    return prompt.orElseGet(() -> preset.map(Preset::of).orElse(Preset.DETAILED).prompt());
  }

  /// A text as in `image_url`, or an object with `url` or `data`, and an `id`.
  private static CaptionRequest.Item item(JsonNode node, String path) {
    if (node.isTextual()) {
      return of(node.textValue(), path, null);
    }
    Fields fields = Fields.object(node, path);
    String id = fields.text("id").orElse(null);
    if (fields.has("file_id")) {
      throw new ApiException(
          ApiError.UNSUPPORTED_CONTENT_TYPE,
          fields.path("file_id"),
          "Stored files are not kept here; send the picture itself.");
    }
    if (fields.has("data")) {
      String data = fields.needText("data");
      boolean whole = data.regionMatches(true, 0, "data:", 0, 5);
      return of(whole ? data : "data:;base64," + data, fields.path("data"), id);
    }
    JsonNode url = fields.get(fields.has("url") ? "url" : "image_url");
    if (url == null) {
      throw fields.missing("url");
    }
    return url.isObject()
        ? of(Fields.object(url, path).needText("url"), path, id)
        : of(Fields.text(url, fields.path("url")), fields.path("url"), id);
  }

  private static CaptionRequest.Item of(String url, String path, @Nullable String id) {
    return new CaptionRequest.Item(new PictureSlot(PictureSource.of(url), path), id);
  }
}
