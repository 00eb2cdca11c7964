package io.smolvlm.app.access;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// The file of API keys: one `name:hash` a line, where the hash is the SHA-256 of the key in 64
/// hexadecimal digits. Blank lines and lines that begin with `#` say nothing. The keys themselves
/// are nowhere in it; since they are random and 256 bits long, a plain hash cannot be turned back.
public final class ApiKeyFile {
  private static final int KEY_BYTES = 32;
  private static final int MAX_BYTES = 1 << 20;
  private static final String PREFIX = "sk-";

  private ApiKeyFile() {}

  /// A key's name and what is known of it.
  @SuppressWarnings("ArrayRecordComponent") // compared by MessageDigest.isEqual only
  record Entry(String name, byte[] hash) {}

  /// A key that was just made.
  ///
  /// @param key to be shown once
  /// @param line for the file
  public record NewKey(String key, String line) {}

  /// Makes a key of 256 random bits.
  ///
  /// @throws SmolVlmException if the name could not stand in the file
  public static NewKey create(String name, SecureRandom random) {
    if (!isName(name)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "name: found \""
              + name.replaceAll("\\p{Cntrl}", "?")
              + "\", allowed 1 to 64 letters, digits and . _ -");
    }
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    return new NewKey(key, name + ":" + HexFormat.of().formatHex(hash(key)));
  }

  private static boolean isName(String name) {
    return name.matches("[A-Za-z0-9._-]{1,64}");
  }

  /// SHA-256 of a key's bytes in UTF-8.
  static byte[] hash(String key) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime lacks SHA-256", e);
    }
  }

  /// Reads the file.
  ///
  /// @throws SmolVlmException if it is not there, or as [FormatException] naming the line that
  ///   breaks the rule, never its content
  static List<Entry> read(Path file) {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int colon = text.indexOf(':');
      String name = colon < 0 ? "" : text.substring(0, colon);
      String hash = text.substring(colon + 1);
      if (!isName(name) || !hash.matches("[0-9a-fA-F]{64}")) {
        throw broken(file, number, "another line", "name:hash as `smolvlm key NAME` prints it");
      }
      if (!names.add(name)) {
        throw broken(file, number, "the name of an earlier line", "names that differ");
      }
      entries.add(new Entry(name, HexFormat.of().parseHex(hash)));
    }
    if (entries.isEmpty()) {
      throw broken(file, number, "no key", "at least one, as `smolvlm key NAME` makes it");
    }
    return entries;
  }

  private static List<String> lines(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw broken(file, 0, "more than 1 MiB", "a file of keys");
      }
      return Files.readAllLines(file);
    } catch (MalformedInputException e) {
      throw broken(file, 0, "other bytes than text", "a text file of keys");
    } catch (NoSuchFileException e) {
      throw new SmolVlmException(ErrorCode.MISSING, "api keys: no such file: " + file, e);
    } catch (IOException e) {
      throw new SmolVlmException(ErrorCode.MISSING, "api keys: cannot be read: " + file, e);
    }
  }

  private static FormatException broken(Path file, int line, String found, String needed) {
    return new FormatException(ErrorCode.CORRUPT, file.toString(), "line " + line, found, needed);
  }
}
