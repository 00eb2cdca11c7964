package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.tensor.torch.Bfloat16Speed;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What of this processor's speed decides in which numbers is computed: measured once, then read
/// from a file of the cache, one for each kind of processor.
final class MeasuredSpeed {
  /// `on`, `off`, or `auto` to measure.
  static final String PROPERTY = "smolvlm.bfloat16";

  private static final Logger LOG = System.getLogger(MeasuredSpeed.class.getName());

  /// Variables that tell a processor, or libtorch to use fewer of its instructions.
  private static final List<String> VARIABLES =
      List.of(
          "PROCESSOR_IDENTIFIER", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY");

  private final Path folder;
  private final String asked;
  private final Supplier<Bfloat16Speed> measurement;

  /// @param folder made when it is needed
  /// @param asked the value of [#PROPERTY]
  MeasuredSpeed(Path folder, String asked, Supplier<Bfloat16Speed> measurement) {
    this.folder = folder;
    this.asked = asked;
    this.measurement = measurement;
  }

  /// In the user's cache folder.
  static MeasuredSpeed ofUser() {
    return new MeasuredSpeed(
        CacheFolder.find().resolve("speed"),
        System.getProperty(PROPERTY, "auto"),
        Bfloat16Speed::measure);
  }

  /// Whether libtorch is enough faster in bfloat16 than in float32.
  ///
  /// @throws SmolVlmException [ErrorCode#INVALID_VALUE] for an unknown value of the property, and
  ///   for `on` where the library refuses
  boolean bfloat16Pays() {
    return switch (asked.toLowerCase(Locale.ROOT)) {
      case "on" -> {
        if (!measured().possible()) {
          throw new SmolVlmException(
              ErrorCode.INVALID_VALUE,
              "-D" + PROPERTY + ": found on, but libtorch has no bfloat16 on this processor");
        }
        yield true;
      }
      case "off" -> false;
      case "auto" -> measured().pays();
      default ->
          throw new SmolVlmException(
              ErrorCode.INVALID_VALUE,
              "-D" + PROPERTY + ": found '" + asked + "', allowed auto, on or off");
    };
  }

  private Bfloat16Speed measured() {
    Path file = folder.resolve("bfloat16-" + processor());
    return read(file)
        .orElseGet(() -> {
          Bfloat16Speed found = measurement.get();
          LOG.log(Level.DEBUG, "measured {0}", found);
          write(file, found);
          return found;
        });
  }

  private static Optional<Bfloat16Speed> read(Path file) {
    try {
      List<String> millis = Files.readAllLines(file);
      return Optional.of(
          new Bfloat16Speed(Double.parseDouble(millis.get(0)), Double.parseDouble(millis.get(1))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      LOG.log(Level.DEBUG, "{0} cannot be read and is made again: {1}", file, e.toString());
      return Optional.empty();
    }
  }

  private static void write(Path file, Bfloat16Speed speed) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "speed", ".part");
      try {
        Files.writeString(part, speed.float32Millis() + "\n" + speed.bfloat16Millis() + "\n");
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "{0} cannot be written, measured again next time: {1}", file, e);
    }
  }

  /// A name for this kind of processor: two with the same instructions share it.
  private static String processor() {
    String kind =
        System.getProperty("os.arch")
            + VARIABLES.stream().map(System::getenv).map(String::valueOf).toList();
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      kind +=
          lines
              .takeWhile(line -> !line.isEmpty())
              .filter(line -> line.startsWith("flags") || line.startsWith("model name"))
              .collect(Collectors.joining());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no list of the processor's instructions: {0}", e.toString());
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(kind.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
