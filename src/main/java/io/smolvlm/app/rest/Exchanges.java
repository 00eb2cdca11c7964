package io.smolvlm.app.rest;

import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.metrics.AnswerMeters;
import io.smolvlm.models.engine.OverloadedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;

/// Where routes begin: opens an [Exchange] for a request.
@ApplicationScoped
public class Exchanges {
  private final ModelHost host;
  private final Bodies bodies;
  private final ServiceConfig config;
  private final AnswerMeters meters;

  Exchanges(ModelHost host, Bodies bodies, ServiceConfig config, AnswerMeters meters) {
    this.meters = meters;
    this.host = host;
    this.bodies = bodies;
    this.config = config;
  }

  /// For a request that wants an answer of the model: one that finds no place among those who wait
  /// is refused before its body is read.
  ///
  /// @throws OverloadedException if there is no place
  /// @throws ApiException while there is no model to ask
  public Exchange enter(RoutingContext routing, InputStream in) {
    Exchange exchange = open(routing, in);
    try {
      exchange.enter();
    } catch (OverloadedException e) {
      meters.rejected();
      throw e;
    }
    return exchange;
  }

  /// For a request about something else.
  ///
  /// @throws ApiException while there is no model to ask
  public Exchange open(RoutingContext routing, InputStream in) {
    return new Exchange(routing, in, host, bodies, config.http());
  }
}
