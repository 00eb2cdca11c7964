package io.smolvlm.app.rest.ask;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.language.ContentPart;
import io.smolvlm.language.Message;
import io.smolvlm.language.tools.ToolCall;
import io.smolvlm.language.tools.ToolPrompt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the turns of a conversation, in the shapes of chat completions and of responses. Texts and
/// pictures keep their order; a part that is not read here is refused, never left out.
public final class MessageReader {
  private static final List<String> ROLES =
      List.of("system", "developer", "user", "assistant", "tool");
  private static final Set<String> TEXTS = Set.of("text", "input_text", "output_text");
  private static final Set<String> NOT_READ = Set.of("video_url", "video", "input_video");

  private final int maxMessages;
  private final int maxPictures;
  private final boolean honourDetail;
  private final List<PictureSlot> pictures = new ArrayList<>();
  private final Set<String> calls = new HashSet<>();
  private boolean low;

  public MessageReader(ServiceConfig config) {
    this.maxMessages = config.answers().messages();
    this.maxPictures = config.pictures().maxCount();
    this.honourDetail =
        config.pictures().detailPolicy()
            == io.smolvlm.app.config.PictureSettings.DetailPolicy.HONOUR;
  }

  /// The conversation in a list of messages.
  ///
  /// @param name the field that holds it
  /// @throws ApiException naming what is wrong by its path
  public Conversation read(Fields request, String name) {
    JsonNode list = request.get(name);
    if (list == null) {
      throw request.missing(name);
    }
    List<Message> messages =
        Fields.list(list, request.path(name), maxMessages, ApiError.INVALID_VALUE, this::message);
    if (messages.isEmpty()) {
      throw request.invalid(name, request.path(name) + " must hold at least one message.");
    }
    return new Conversation(messages, pictures);
  }

  /// Whether a picture was sent with `detail: low` and that counts here.
  public boolean low() {
    return low && honourDetail;
  }

  private Message message(JsonNode node, String path) {
    Fields fields = Fields.object(node, path);
    String role = fields.needChoice("role", ROLES);
    List<ContentPart> content = new ArrayList<>(content(fields, role));
    switch (role) {
      case "developer" -> role = "system";
      case "assistant" -> content.addAll(earlierCalls(fields));
      case "tool" -> {
        String id = fields.needText("tool_call_id");
        if (!calls.contains(id)) {
          throw fields.invalid(
              "tool_call_id", fields.path("tool_call_id") + " answers no call before it.");
        }
      }
      default -> {}
    }
    return new Message(role, content);
  }

  private List<ContentPart> content(Fields fields, String role) {
    JsonNode content = fields.get("content");
    String path = fields.path("content");
    if (content == null) {
      if (role.equals("assistant")) {
        return List.of();
      }
      throw fields.missing("content");
    }
    if (content.isTextual()) {
      return List.of(new ContentPart.Text(content.textValue()));
    }
    if (!content.isArray()) {
      throw Fields.type(path, "a string or a list of parts", content);
    }
    if (content.isEmpty()) {
      throw new ApiException(ApiError.INVALID_VALUE, path, path + " must hold at least one part.");
    }
    return Fields.list(content, path, 4096, ApiError.INVALID_VALUE, this::part);
  }

  private ContentPart part(JsonNode node, String path) {
    Fields fields = Fields.object(node, path);
    String type = fields.needText("type");
    if (TEXTS.contains(type)) {
      return new ContentPart.Text(fields.needText("text"));
    }
    if (type.equals("refusal")) {
      return new ContentPart.Text(fields.needText("refusal"));
    }
    if (type.equals("image_url") || type.equals("input_image")) {
      return picture(fields);
    }
    if (type.equals("file")) {
      return place(
          DocumentFile.read(fields.object("file").orElseThrow(() -> fields.missing("file"))));
    }
    if (type.equals("input_file")) {
      return place(DocumentFile.read(fields));
    }
    if (NOT_READ.contains(type)) {
      throw new ApiException(
          ApiError.UNSUPPORTED_CONTENT_TYPE,
          path,
          "Parts of the type '" + type + "' are not read yet; send pictures as image_url.");
    }
    throw fields.invalid(
        "type",
        fields.path("type") + " must be text, image_url or file; other parts are not read.");
  }

  private ContentPart picture(Fields fields) {
    JsonNode given = fields.get("image_url");
    String path = fields.path("image_url");
    if (given == null && fields.has("file_id")) {
      throw new ApiException(
          ApiError.UNSUPPORTED_CONTENT_TYPE,
          fields.path("file_id"),
          "Stored files are not kept here; send the picture as a data URI.");
    }
    if (given == null) {
      throw fields.missing("image_url");
    }
    String url;
    if (given.isTextual()) {
      url = given.textValue();
      noteDetail(fields);
    } else {
      Fields inner = Fields.object(given, path);
      url = inner.needText("url");
      noteDetail(inner);
    }
    return place(new PictureSlot(PictureSource.of(url), path));
  }

  /// A document takes one place, which becomes one a page when it is read.
  private ContentPart place(PictureSlot slot) {
    if (pictures.size() == maxPictures) {
      throw tooMany(slot.path(), maxPictures);
    }
    pictures.add(slot);
    return new ContentPart.Image();
  }

  /// The refusal of more pictures than the cap.
  public static ApiException tooMany(String path, int most) {
    return new ApiException(
        ApiError.TOO_MANY_IMAGES, path, "A request may hold " + most + " pictures.");
  }

  private void noteDetail(Fields fields) {
    low |= fields.text("detail").filter("low"::equals).isPresent();
  }

  /// Calls of an earlier answer, as the model would have written them.
  private List<ContentPart> earlierCalls(Fields fields) {
    List<ToolCall> earlier = fields.list("tool_calls", 128, this::earlierCall).orElse(List.of());
    return earlier.isEmpty()
        ? List.of()
        : List.of(new ContentPart.Text(ToolPrompt.callsText(earlier)));
  }

  private ToolCall earlierCall(JsonNode node, String path) {
    Fields call = Fields.object(node, path);
    calls.add(call.needText("id"));
    Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
    return new ToolCall(function.needText("name"), function.needText("arguments"));
  }
}
