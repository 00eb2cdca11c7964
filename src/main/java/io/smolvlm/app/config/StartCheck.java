package io.smolvlm.app.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Ends the start over a setting that is not allowed, before anything else begins.
@ApplicationScoped
class StartCheck {
  void check(@Observes @Priority(1) StartupEvent event, ServiceConfig config) {
    ConfigRules.check(config);
  }
}
