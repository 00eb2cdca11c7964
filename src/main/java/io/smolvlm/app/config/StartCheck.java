package io.smolvlm.app.config;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.spi.ConfigSource;

/// Ends the start over a setting that is not allowed, before anything else begins: one line, and
/// the status of bad input.
@ApplicationScoped
class StartCheck {
  private static final int BAD_INPUT = 2;

  void check(
      @Observes @Priority(1) StartupEvent event, ServiceConfig config, SmallRyeConfig settings) {
    List<String> faults = new ArrayList<>();
    try {
      ConfigRules.check(config);
    } catch (SmolVlmException e) {
      faults.add(e.getMessage());
    }
    // Tests are told of their folders by properties of the same prefix.
    Set<String> names = LaunchMode.current() == LaunchMode.NORMAL ? written(settings) : Set.of();
    for (String name : ConfigRules.unknown(names)) {
      faults.add(
          name + ": found a setting that there is not, allowed are those of docs/configuration.md");
    }
    if (!faults.isEmpty()) {
      refuse(String.join("; ", faults));
    }
  }

  /// Anything thrown here would come out as the stack of Quarkus' start. Nothing runs yet that
  /// would have to be ended in order.
  private static void refuse(String faults) {
    if (LaunchMode.current() != LaunchMode.NORMAL) {
      throw new SmolVlmException(ErrorCode.INVALID_VALUE, faults);
    }
    System.err.println("smolvlm: " + faults);
    Runtime.getRuntime().halt(BAD_INPUT);
  }

  /// Names that somebody wrote down. Variables of the environment are left out: what their dashes
  /// and dots were cannot be told.
  private static Set<String> written(SmallRyeConfig settings) {
    Set<String> names = new TreeSet<>();
    for (ConfigSource source : settings.getConfigSources()) {
      if (!source.getName().contains("Env")) {
        names.addAll(source.getPropertyNames());
      }
    }
    return names;
  }
}
