package io.smolvlm.models.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The hash that the hub tells of a file's content: SHA-256 of large files, which it keeps apart
/// (LFS), and the git blob's SHA-1 of the others. In the cache it is the content's name.
///
/// @param hex lower case
record FileHash(Kind kind, String hex) {
  enum Kind {
    SHA_256("SHA-256", 64),
    GIT_BLOB("SHA-1", 40);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }
  }

  private static final Pattern HEX = Pattern.compile("[0-9a-f]+");

  FileHash {
    if (hex.length() != kind.digits || !HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("no " + kind + ": " + hex);
    }
  }

  /// A digest that has seen nothing of the file yet.
  ///
  /// @param bytes the file's length, which git puts before the content
  MessageDigest digest(long bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
      if (kind == Kind.GIT_BLOB) {
        digest.update(("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has " + kind.algorithm, e);
    }
  }

  boolean matches(byte[] digest) {
    return Arrays.equals(HexFormat.of().parseHex(hex), digest);
  }
}
