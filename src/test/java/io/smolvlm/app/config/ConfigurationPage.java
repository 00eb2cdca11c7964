package io.smolvlm.app.config;

import io.smolvlm.models.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes `docs/configuration.md` of the sources of the settings: their Javadoc, defaults and
/// allowed values.
final class ConfigurationPage {
  private static final Pattern METHOD = Pattern.compile("^  ([A-Z][\\w<>]*) (\\w+)\\(\\);$");
  private static final Pattern DEFAULT = Pattern.compile("^  @WithDefault\\(\"(.*)\"\\)$");
  private static final Pattern ALLOWED =
      Pattern.compile("^  @Allowed\\(from = \"(.*)\", to = \"(.*)\"\\)$");
  private static final Pattern LINK = Pattern.compile("\\[[\\w.]*#?(\\w+)]");

  private static final String HEAD =
      """
      # Configuration of the service

      This page is made from the Javadoc of `io.smolvlm.app.config`; change it there. A test says how
      to make it anew.

      Every key can be given in three ways; the first that is there counts:

      1. as a system property: `SMOLVLM_JAVA_OPTS=-Dsmolvlm.queue.requests=32 ./smolvlm serve`;
      2. as an environment variable, in capitals with `_` for all else: `SMOLVLM_QUEUE_REQUESTS=32`;
      3. in `config/application.properties` in the folder that the service is started in.

      The commonest have options: `smolvlm serve --model --mmproj --host --port --api-keys`. Sizes are
      written `512K`, `20M`, `2G`, times `500ms`, `5s`, `2m`, `1h`. A value that is not allowed ends the
      start with a message that names the key, the value and what is allowed.
      """;

  private static final String TAIL =
      """

      ## Address, port and TLS

      These are keys of Quarkus itself; the ones that matter here:

      | key | default | what |
      |---|---|---|
      | `quarkus.http.host` | `127.0.0.1` | The address to listen on (`--host`). One that other machines reach needs API keys, or the start is refused. |
      | `quarkus.http.port` | `8080` | The port (`--port`). |
      | `quarkus.tls.key-store.pem.0.cert` | | The certificate chain for TLS, a PEM file. |
      | `quarkus.tls.key-store.pem.0.key` | | Its private key, a PEM file. |
      | `quarkus.tls.reload-period` | | How often both are looked at again, `1h` for instance. |
      | `quarkus.http.ssl-port` | `8443` | The port for TLS, open once there is a certificate. |
      | `quarkus.http.insecure-requests` | `enabled` | `disabled` leaves only TLS, `redirect` sends callers there. |
      | `quarkus.http.idle-timeout` | `60S` | Time after which a connection without traffic is closed. |
      | `quarkus.shutdown.timeout` | | Time for running requests to end after SIGTERM. |

      ```
      ./smolvlm serve --host 0.0.0.0 --api-keys keys
      # with SMOLVLM_JAVA_OPTS="-Dquarkus.tls.key-store.pem.0.cert=cert.pem
      #   -Dquarkus.tls.key-store.pem.0.key=key.pem -Dquarkus.http.insecure-requests=disabled"
      ```

      ## API keys

      `smolvlm key NAME >> keys` makes a key of 256 random bits, shows it once and adds its line to the
      file of keys: the name and the SHA-256 of the key. The file holds as many as you like; lines that begin
      with `#` are comments. Taking a line out takes the key away within `smolvlm.access.reload`. Clients
      send a key as `Authorization: Bearer KEY`, `api-key: KEY` or `X-Api-Key: KEY`.

      The log has a line for each request: its id (`X-Request-Id`), the name of the key, the kind, status,
      bytes and milliseconds. Prompts, answers, pictures and keys are never in it.
      """;

  private final Path sources;
  private final StringBuilder out = new StringBuilder();

  private record Setting(String key, String type, String standard, String allowed, String text) {}

  private ConfigurationPage(Path sources) {
    this.sources = sources;
  }

  /// @param root of the repository
  static String of(Path root) throws IOException {
    var page = new ConfigurationPage(root.resolve("src/main/java/io/smolvlm/app/config"));
    page.out.append(HEAD);
    page.group("ServiceConfig", "smolvlm.", "General", "");
    page.out.append(TAIL);
    return page.out.toString();
  }

  private void group(String type, String prefix, String title, String text) throws IOException {
    List<Setting> settings = read(type, prefix);
    out.append("\n## ").append(title).append("\n\n");
    if (!text.isEmpty()) {
      out.append(text).append("\n\n");
    }
    out.append("| key | default | allowed | what |\n|---|---|---|---|\n");
    for (Setting s : settings) {
      if (!s.type.endsWith("Settings")) {
        out.append("| `%s` | %s | %s | %s |\n".formatted(s.key, s.standard, s.allowed, s.text));
      }
    }
    for (Setting s : settings) {
      if (s.type.endsWith("Settings")) {
        group(s.type, s.key + ".", title(s.key), intro(s.type));
      }
    }
  }

  private static String title(String key) {
    return "`" + key + "`";
  }

  /// The first Javadoc of a type, in one line.
  private String intro(String type) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : Files.readAllLines(sources.resolve(type + ".java"))) {
      if (line.startsWith("///")) {
        text.append(line.substring(3).strip()).append(' ');
      } else if (line.startsWith("public interface")) {
        break;
      }
    }
    return LINK.matcher(text.toString().strip()).replaceAll("`$1`");
  }

  private List<Setting> read(String type, String prefix) throws IOException {
    List<Setting> settings = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    String standard = "";
    String allowed = "";
    for (String line : Files.readAllLines(sources.resolve(type + ".java"))) {
      Matcher method = METHOD.matcher(line);
      Matcher byDefault = DEFAULT.matcher(line);
      Matcher bounds = ALLOWED.matcher(line);
      if (line.startsWith("  /// ")) {
        text.append(line.substring(6)).append(' ');
      } else if (byDefault.matches()) {
        standard = "`" + byDefault.group(1) + "`";
      } else if (bounds.matches()) {
        allowed = "`" + bounds.group(1) + "` to `" + bounds.group(2) + "`";
      } else if (method.matches() || isPrimitive(line)) {
        String returned = method.matches() ? method.group(1) : line.strip().split(" ")[0];
        String name = line.strip().replaceAll(".* (\\w+)\\(\\);", "$1");
        settings.add(
            new Setting(
                prefix + ConfigRules.kebab(name),
                returned,
                standard,
                allowed.isEmpty() ? kind(returned) : allowed,
                LINK.matcher(text.toString().strip().replace("|", "\\|")).replaceAll("`$1`")));
        text.setLength(0);
        standard = "";
        allowed = "";
      } else if (line.startsWith("  enum") || line.isBlank()) {
        text.setLength(0);
      }
    }
    return settings;
  }

  private static boolean isPrimitive(String line) {
    return line.matches("^  (int|long|boolean) \\w+\\(\\);$");
  }

  private static String names(Enum<?>[] values) {
    List<String> names = new ArrayList<>();
    for (Enum<?> value : values) {
      names.add("`" + value.name().toLowerCase(Locale.ROOT) + "`");
    }
    return String.join(", ", names);
  }

  private static String kind(String type) {
    return switch (type) {
      case "boolean", "Optional<Boolean>" -> "`true`, `false`";
      case "DetailPolicy" -> names(PictureSettings.DetailPolicy.values());
      case "Precision" -> names(Precision.values());
      case "Optional<List<String>>" -> "texts, separated by commas";
      default -> type.contains("String") ? "text" : "";
    };
  }
}
