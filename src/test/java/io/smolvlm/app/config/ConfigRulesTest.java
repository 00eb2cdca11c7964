package io.smolvlm.app.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smolvlm.tensor.SmolVlmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigRulesTest {
  /// Settings with some values given, as Quarkus reads them.
  static SmallRyeConfig read(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .withMapping(ServiceConfig.class)
        .withConverter(Duration.class, 100, new DurationConverter())
        .withConverter(MemorySize.class, 100, new MemorySizeConverter())
        .withSources(new PropertiesConfigSource(values, "test", 100))
        .build();
  }

  private static ServiceConfig config(Map<String, String> values) {
    return read(values).getConfigMapping(ServiceConfig.class);
  }

  @Test
  void defaultsAreAllowed() {
    assertDoesNotThrow(() -> ConfigRules.check(config(Map.of())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smolvlm.threads | -1 | smolvlm.threads: found -1, allowed 0 to 1024",
        "smolvlm.pictures.max-count | 1025 | smolvlm.pictures.max-count: found 1025, allowed 0 to"
            + " 1024",
        "smolvlm.pictures.max-bytes | 1G | smolvlm.pictures.max-bytes: found 1073741824 bytes,"
            + " allowed 1K to 256M",
        "smolvlm.pictures.longest-edge | 0 | smolvlm.pictures.longest-edge: found 0, allowed 1 to"
            + " 16384",
        "smolvlm.decode.deadline | 1ms | smolvlm.decode.deadline: found 0.001s, allowed 100ms to"
            + " 5m",
        "smolvlm.fetch.ports | 443,70000 | smolvlm.fetch.ports: found 70000, allowed 1 to 65535",
      })
  void faultNamesKeyValueAndWhatIsAllowed(String key, String value, String message) {
    ServiceConfig config = config(Map.of(key, value));
    assertEquals(
        message,
        assertThrows(SmolVlmException.class, () -> ConfigRules.check(config)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "smolvlm.threads, many",
    "smolvlm.pictures.detail-policy, never",
    "smolvlm.precision, half",
    "smolvlm.decode.memory, large",
    "smolvlm.queue.deadline, soon"
  })
  void valueOfAnotherKindNamesTheKey(String key, String value) {
    String message =
        assertThrows(RuntimeException.class, () -> config(Map.of(key, value))).getMessage();
    assertTrue(message.contains(key), message);
  }

  @Test
  void settingsThatThereAreNotAreFound() {
    assertEquals(
        List.of("smolvlm.queue.request", "smolvlm.thread"),
        ConfigRules.unknown(
            List.of(
                "smolvlm.thread",
                "smolvlm.threads",
                "smolvlm.queue.request",
                "smolvlm.fetch.ports[0]",
                "smolvlm.stderr",
                "quarkus.http.port")));
  }

  @Test
  void endsAreAllowed() {
    assertDoesNotThrow(() ->
        ConfigRules.check(
            config(
                Map.of(
                    "smolvlm.threads",
                    "1024",
                    "smolvlm.decode.deadline",
                    "5m",
                    "smolvlm.pictures.max-bytes",
                    "1K"))));
  }
}
