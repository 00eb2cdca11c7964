package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Where the hub is, where downloads are kept, and how to get from the one to the other. Read from
/// the variables that huggingface_hub reads, with its rules.
///
/// @param endpoint of the hub, without a slash at its end
/// @param cache the folder of repositories
/// @param token for private and gated repositories
/// @param offline whether nothing may be fetched
/// @param proxies for both schemes
public record HubSettings(
    URI endpoint, Path cache, Token token, boolean offline, ProxySelector proxies) {
  /// The public hub. `HF_ENDPOINT` names another one.
  private static final String STANDARD_ENDPOINT = "https://huggingface.co";

  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");

  /// The settings of this process's environment.
  ///
  /// @throws SmolVlmException with [ErrorCode#INVALID_VALUE] for an endpoint that is no address
  public static HubSettings ofEnvironment() {
    return of(System::getenv, Path.of(System.getProperty("user.home", "")));
  }

  /// The cache's folder alone: a start that fetches nothing needs no more.
  public static Path cacheOfEnvironment() {
    return cache(new Variables(System::getenv, Path.of(System.getProperty("user.home", ""))));
  }

  private static Path hubHome(Variables variables) {
    return variables
        .path("HF_HOME")
        .orElseGet(() ->
            variables
                .path("XDG_CACHE_HOME")
                .orElse(variables.home().resolve(".cache"))
                .resolve("huggingface"));
  }

  private static Path cache(Variables variables) {
    return variables
        .path("HF_HUB_CACHE")
        .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
        .orElseGet(() -> hubHome(variables).resolve("hub"));
  }

  static HubSettings of(UnaryOperator<@Nullable String> environment, Path home) {
    var variables = new Variables(environment, home);
    return new HubSettings(
        endpoint(variables.text("HF_ENDPOINT").orElse(STANDARD_ENDPOINT)),
        cache(variables),
        token(variables, hubHome(variables)),
        variables
            .text("HF_HUB_OFFLINE")
            .or(() -> variables.text("TRANSFORMERS_OFFLINE"))
            .filter(value -> YES.contains(value.toUpperCase(Locale.ROOT)))
            .isPresent(),
        Proxies.of(environment));
  }

  private static URI endpoint(String value) {
    String plain = value.replaceAll("/+$", "");
    try {
      URI uri = URI.create(plain);
      if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new SmolVlmException(
        ErrorCode.INVALID_VALUE,
        "HF_ENDPOINT: found '" + value + "', needed an address as in " + STANDARD_ENDPOINT);
  }

  private static Token token(Variables variables, Path hubHome) {
    Optional<String> given =
        variables.text("HF_TOKEN").or(() -> variables.text("HUGGING_FACE_HUB_TOKEN"));
    if (given.isPresent()) {
      return Token.of(given.get());
    }
    Path file = variables.path("HF_TOKEN_PATH").orElse(hubHome.resolve("token"));
    try {
      return Files.isRegularFile(file) ? Token.of(Files.readString(file)) : Token.NONE;
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, file + ": the token cannot be read", e);
    }
  }

  /// Variables that may be unset or empty, which means the same.
  private record Variables(UnaryOperator<@Nullable String> environment, Path home) {
    Optional<String> text(String name) {
      return Optional.ofNullable(environment.apply(name))
          .map(String::strip)
          .filter(v -> !v.isEmpty());
    }

    /// A folder or file; `~` is the home.
    Optional<Path> path(String name) {
      return text(name)
          .map(value ->
              value.equals("~")
                  ? home
                  : value.startsWith("~/") ? home.resolve(value.substring(2)) : Path.of(value))
          .map(Path::toAbsolutePath);
    }
  }
}
