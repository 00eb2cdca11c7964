package io.smolvlm.app.rest.captions;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.Body;
import io.smolvlm.app.rest.EventStream;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Exchanges;
import io.smolvlm.app.rest.MediaTypes;
import io.smolvlm.app.rest.Replies;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.ask.Answers;
import io.smolvlm.app.rest.ask.PictureSlot;
import io.smolvlm.app.rest.ask.Usage;
import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.app.rest.multipart.FormFields;
import io.smolvlm.app.rest.multipart.Multipart;
import io.smolvlm.app.rest.multipart.Part;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The caption route: pictures in a form, in JSON, or one as the body itself. The answer is a list
/// in the order of the pictures, or with `Accept: application/x-ndjson` a line each as it is ready.
@Path("/v1/captions")
@ApplicationScoped
public class Captions {
  private static final Set<String> PICTURE_PARTS = Set.of("image", "images", "image[]", "images[]");

  private final Exchanges exchanges;
  private final CaptionReader reader;
  private final Answers answers;
  private final ServiceConfig config;

  Captions(Exchanges exchanges, CaptionReader reader, Answers answers, ServiceConfig config) {
    this.exchanges = exchanges;
    this.reader = reader;
    this.answers = answers;
    this.config = config;
  }

  @POST
  @RunOnVirtualThread
  public @Nullable Response caption(@Context RoutingContext routing, InputStream in) {
    Exchange exchange = exchanges.open(routing, in);
    ServedModel model = exchange.model();
    try (Body body = exchange.body()) {
      CaptionRequest request = request(body, routing, exchange);
      var run = new CaptionRun(request, answers, exchange, config.queue().deadline());
      run.start();
      if (wantsLines(routing)) {
        exchange.lines(out -> lines(run, request.items().size(), out));
        return null;
      }
      return Replies.ok(list(run, request.items().size(), model));
    }
  }

  private static boolean wantsLines(RoutingContext routing) {
    String accept = routing.request().getHeader("Accept");
    return accept != null && accept.contains("application/x-ndjson");
  }

  private CaptionRequest request(Body body, RoutingContext routing, Exchange exchange) {
    List<CaptionRequest.Item> uploaded = new ArrayList<>();
    Fields fields;
    if (body.mediaType().equals("multipart/form-data")) {
      var form = new FormFields();
      for (Part part : Multipart.read(body.bytes(), body.contentType())) {
        if (PICTURE_PARTS.contains(part.name())) {
          uploaded.add(item(part.content(), "image", part.fileName()));
        } else {
          form.add(part);
        }
      }
      fields = form.fields();
    } else if (body.mediaType().startsWith("image/")) {
      uploaded.add(item(body.bytes(), "body", null));
      fields = FormFields.ofQuery(routing.queryParams());
    } else if (MediaTypes.isJson(body.mediaType()) || body.mediaType().isEmpty()) {
      fields = body.json();
    } else {
      throw MediaTypes.refusal("application/json, multipart/form-data or image/*");
    }
    exchange.checkModel(fields);
    return reader.read(fields, uploaded, exchange.model());
  }

  private static CaptionRequest.Item item(byte[] picture, String path, @Nullable String id) {
    return new CaptionRequest.Item(new PictureSlot(new PictureSource.Bytes(picture), path), id);
  }

  private Map<String, Object> list(CaptionRun run, int count, ServedModel model) {
    Caption[] data = new Caption[count];
    int done = 0;
    while (done < count) {
      Caption caption = run.next(config.http().keepAlive()).orElse(null);
      if (caption != null) {
        data[caption.index()] = caption;
        done++;
      }
    }
    List<Usage> usages =
        Arrays.stream(data).map(Caption::usage).filter(Objects::nonNull).map(u -> u).toList();
    var object = new LinkedHashMap<String, Object>();
    object.put("object", "list");
    object.put("model", model.id());
    object.put("data", Arrays.asList(data));
    object.put("usage", Usage.sum(usages));
    return object;
  }

  private void lines(CaptionRun run, int count, EventStream out) {
    int done = 0;
    while (done < count) {
      Caption caption = run.next(config.http().keepAlive()).orElse(null);
      if (caption != null) {
        out.line(caption);
        done++;
      }
    }
  }
}
