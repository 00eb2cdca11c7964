package io.smolvlm.app.access;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/// A service with one API key.
public final class KeysProfile implements QuarkusTestProfile {
  static final String KEY = "sk-canary-KEY-Zk3x9QvT7wLr2bNc8mYh5sJd1fGp4aUe";
  static final String NAME = "tester";

  @Override
  public Map<String, String> getConfigOverrides() {
    try {
      Path file = Files.createTempFile("smolvlm-keys", "");
      file.toFile().deleteOnExit();
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
      Files.writeString(file, NAME + ":" + HexFormat.of().formatHex(hash) + "\n");
      return Map.of(
          "smolvlm.api-keys",
          file.toString(),
          "smolvlm.access.page-open",
          "false",
          "smolvlm.decode.workers",
          "1",
          "smolvlm.decode.deadline",
          "60s");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
