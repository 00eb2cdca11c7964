package io.smolvlm.app.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which model is served. Answers from what is known at start, so also while the model loads and
/// while the queue is full.
@Path("/v1/models")
@ApplicationScoped
public class Models {
  private final ModelHost host;
  private final long started = System.currentTimeMillis() / 1000;

  Models(ModelHost host) {
    this.host = host;
  }

  /// @param maxModelLen tokens of the context; absent until the model is loaded
  record Model(
      String id,
      String object,
      long created,
      String ownedBy,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer maxModelLen,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Architecture architecture) {}

  record Architecture(List<String> inputModalities, List<String> outputModalities) {}

  record ModelList(String object, List<Model> data) {}

  @GET
  @NonBlocking
  public Response list() {
    return Replies.ok(new ModelList("list", List.of(served())));
  }

  /// @param id as it is, or with its slashes encoded
  @GET
  @NonBlocking
  @Path("/{id: .+}")
  public Response one(@PathParam("id") String id) {
    host.checkName(Optional.of(id));
    return Replies.ok(served());
  }

  private Model served() {
    return host.loaded()
        .map(model ->
            new Model(
                host.id(),
                "model",
                model.created(),
                "smolvlm",
                model.contextLength(),
                new Architecture(
                    model.seesPictures() ? List.of("text", "image") : List.of("text"),
                    List.of("text"))))
        .orElseGet(() -> new Model(host.id(), "model", started, "smolvlm", null, null));
  }
}
