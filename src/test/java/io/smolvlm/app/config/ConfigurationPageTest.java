package io.smolvlm.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
  private static final String AGAIN =
      "docs/configuration.md is not what the settings say; make it anew with: ./mvnw -q -pl src -am"
          + " test -Dtest=ConfigurationPageTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dsmolvlm.writeDocs=true";

  private final Path root = Path.of(System.getProperty("smolvlm.root", "."));

  @Test
  void pageSaysWhatTheSettingsSay() throws IOException {
    Path page = root.resolve("docs/configuration.md");
    String made = ConfigurationPage.of(root);
    if (Boolean.getBoolean("smolvlm.writeDocs")) {
      Files.writeString(page, made);
    }
    assertEquals(made, Files.exists(page) ? Files.readString(page) : "", AGAIN);
  }

  /// What the page reads from the sources is what the program reads from the interfaces.
  @Test
  void pageNamesEveryKeyWithItsText() throws IOException {
    String made = ConfigurationPage.of(root);
    var config = ConfigRulesTest.read(Map.of());
    int keys = 0;
    for (String key : config.getPropertyNames()) {
      if (key.startsWith("smolvlm.")) {
        keys++;
        String row =
            Pattern.quote(
                "| `" + key + "` | `" + config.getConfigValue(key).getRawValue() + "` | ");
        assertTrue(
            Pattern.compile(row + "[^|\n]+ \\| [^|\n]{10,} \\|\n").matcher(made).find(),
            key + " = " + config.getConfigValue(key).getRawValue() + " has no full row");
      }
    }
    assertTrue(keys > 40, keys + " keys");
    assertEquals(
        io.smolvlm.models.ModelCatalog.DEFAULT,
        config.getConfigValue("smolvlm.model").getRawValue());
  }
}
