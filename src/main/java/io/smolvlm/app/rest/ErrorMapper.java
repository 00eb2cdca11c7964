package io.smolvlm.app.rest;

import io.smolvlm.app.rest.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Every failure of a route, and every request that has no route, to the one error body.
@ApplicationScoped
class ErrorMapper {
  private static final int LAST = Integer.MAX_VALUE;

  @ServerExceptionMapper(Throwable.class)
  Response map(Throwable failure, RoutingContext routing) {
    if (failure instanceof Client.Gone) {
      // Nobody reads this; it ends the request within the service.
      return Response.status(499).build();
    }
    ApiException refusal = Refusals.of(failure, RequestId.of(routing));
    Response.ResponseBuilder answer =
        Response.status(refusal.error().status())
            .type(ErrorAnswer.JSON)
            .entity(Json.bytes(ErrorBody.of(refusal)));
    ErrorAnswer.headers(refusal).forEach(answer::header);
    if (failure instanceof WebApplicationException known) {
      String allowed = known.getResponse().getHeaderString("Allow");
      if (allowed != null) {
        answer.header("Allow", allowed);
      }
    }
    return answer.build();
  }

  void routes(@Observes Router router) {
    router.route().order(LAST).handler(routing -> refuse(routing, 404));
    for (int status : new int[] {400, 401, 403, 404, 405, 406, 413, 415, 500, 503}) {
      router.errorHandler(status, routing -> failed(routing, status));
    }
  }

  private static void failed(RoutingContext routing, int status) {
    Throwable failure = routing.failure();
    if (failure instanceof ApiException) {
      ErrorAnswer.end(routing, failure);
    } else {
      refuse(routing, status);
    }
  }

  private static void refuse(RoutingContext routing, int status) {
    ErrorAnswer.end(routing, Refusals.ofStatus(status, routing.failure(), RequestId.of(routing)));
  }
}
