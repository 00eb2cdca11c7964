package io.smolvlm.app.intake;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;

/// Starts the processes that decode with the service, so that the first picture does not wait for
/// them. Tests start them when they need them.
@ApplicationScoped
class IntakeStart {
  void start(@Observes StartupEvent event, Instance<PictureIntake> intake, LaunchMode mode) {
    if (mode == LaunchMode.NORMAL) {
      intake.get();
    }
  }
}
