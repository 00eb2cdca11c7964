package io.smolvlm.app.rest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/// The version of this build.
final class Version {
  private static final String CURRENT = read();

  private Version() {}

  static String current() {
    return CURRENT;
  }

  private static String read() {
    try (InputStream in =
        Version.class.getResourceAsStream("/io/smolvlm/app/cli/version.properties")) {
      if (in == null) {
        return "unknown";
      }
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
