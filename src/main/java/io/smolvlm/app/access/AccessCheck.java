package io.smolvlm.app.access;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smolvlm.app.config.AccessSettings;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.ErrorAnswer;
import io.smolvlm.app.rest.UnreadBody;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// Asks every request for its key before anything of its body is read.
///
/// It stands in front of the router and sees the path that the router will match, so there is no
/// second way to write an address that gets past it.
@ApplicationScoped
public class AccessCheck {
  /// After the request has its id, before all else.
  private static final int SECOND = 900;

  private final Optional<ApiKeys> keys;
  private final OpenPaths open;

  @Inject
  AccessCheck(ServiceConfig config, @ConfigProperty(name = "quarkus.http.host") String host) {
    AccessSettings access = config.access();
    PublicBind.check(host, config.apiKeys().isPresent());
    this.keys = config.apiKeys().map(file -> new ApiKeys(Path.of(file), access.reload()));
    this.open =
        new OpenPaths(
            config.http().page() && access.pageOpen(), access.metricsOpen(), access.openapiOpen());
  }

  AccessCheck(Optional<ApiKeys> keys, OpenPaths open) {
    this.keys = keys;
    this.open = open;
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, SECOND);
  }

  void check(RoutingContext routing) {
    if (keys.isEmpty()) {
      routing.next();
      return;
    }
    Optional<String> name = nameOf(routing.request().headers()::get);
    if (name.isPresent()) {
      Caller.set(routing, name.get());
      routing.next();
    } else if (open.contains(routing.normalizedPath())) {
      routing.next();
    } else {
      refuse(routing);
    }
  }

  /// On whose account a request to a guarded address runs; empty when it is refused.
  ///
  /// @param headers gives the value of a header, or null
  public Optional<String> nameOf(Function<String, @Nullable String> headers) {
    return keys.isEmpty()
        ? Optional.of(Caller.ANYBODY)
        : GivenKey.in(headers).flatMap(keys.get()::nameOf);
  }

  private static void refuse(RoutingContext routing) {
    UnreadBody.close(routing);
    ErrorAnswer.end(
        routing,
        new ApiException(
            ApiError.INVALID_API_KEY,
            null,
            "No valid API key was given. Send it as: Authorization: Bearer KEY."));
  }
}
