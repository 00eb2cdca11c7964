package io.smolvlm.app.rest;

import io.smolvlm.app.config.ServiceConfig;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;

/// Where routes begin: opens an [Exchange] for a request.
@ApplicationScoped
public class Exchanges {
  private final ModelHost host;
  private final Bodies bodies;
  private final ServiceConfig config;

  Exchanges(ModelHost host, Bodies bodies, ServiceConfig config) {
    this.host = host;
    this.bodies = bodies;
    this.config = config;
  }

  /// @throws ApiException while there is no model to ask
  public Exchange open(RoutingContext routing, InputStream in) {
    return new Exchange(routing, in, host, bodies, config.http());
  }
}
