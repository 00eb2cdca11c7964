package io.smolvlm.app.rest;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/// What probes and people ask a service.
@Path("/")
@ApplicationScoped
public class Operations {
  @GET
  @NonBlocking
  @Path("/version")
  public Response version() {
    return Replies.ok(Map.of("version", Version.current()));
  }

  @GET
  @NonBlocking
  @Path("/ping")
  public Response ping() {
    return Replies.ok(Map.of("status", "ok"));
  }
}
