package io.smolvlm.app.rest;

import io.smolvlm.models.engine.EngineStatus;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready is: the model is loaded and new work is taken on, which it is not while a step of the
/// engine does not end, nor after the engine's thread did.
@Readiness
@ApplicationScoped
class ReadyCheck implements HealthCheck {
  private final ModelHost host;

  ReadyCheck(ModelHost host) {
    this.host = host;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("model")
        .status(
            host.ready()
                && host.loaded().map(m -> takesOn(m.model().engine().status())).orElse(false))
        .build();
  }

  private static boolean takesOn(EngineStatus engine) {
    return !engine.stalled() && !engine.draining();
  }
}
