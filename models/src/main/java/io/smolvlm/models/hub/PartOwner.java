package io.smolvlm.models.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who writes a file that is still being fetched, as its name tells: the machine (and its space of
/// process numbers), the process, when that began, and a number of its own. So the next process
/// sees whether it lives, without trusting any lock.
///
/// @param place 8 letters; `released` when its writer has given it up
record PartOwner(String place, long pid, long began, String number) {
  private static final Pattern NAME =
      Pattern.compile("\\.([0-9a-z]{8})-(\\d{1,18})-(\\d{1,18})-([0-9a-z]+)\\.incomplete$");
  private static final String RELEASED = "released";

  /// Of a writer on another machine nothing is known but when it wrote last.
  private static final Duration SURELY_GONE = Duration.ofDays(1);

  /// Clocks of processes tell the same beginning to a hundredth; a number used again is later.
  private static final long SAME_MILLIS = 2000;

  private static final String HERE = here();

  static PartOwner ofThisProcess() {
    ProcessHandle process = ProcessHandle.current();
    return new PartOwner(HERE, process.pid(), began(process).orElse(0L), unique());
  }

  static PartOwner released() {
    return new PartOwner(RELEASED, 0, 0, unique());
  }

  private static String unique() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  /// The owner that a file's name tells; empty for names of other programs.
  static Optional<PartOwner> of(String fileName) {
    Matcher name = NAME.matcher(fileName);
    return name.find()
        ? Optional.of(
            new PartOwner(
                name.group(1),
                Long.parseLong(name.group(2)),
                Long.parseLong(name.group(3)),
                name.group(4)))
        : Optional.empty();
  }

  String suffix() {
    return "." + place + "-" + pid + "-" + began + "-" + number + ".incomplete";
  }

  /// Whether nobody writes this file any more.
  ///
  /// @param written when it was last written to
  boolean gone(Instant written, Instant now) {
    if (place.equals(RELEASED)) {
      return true;
    }
    if (!place.equals(HERE)) {
      return written.plus(SURELY_GONE).isBefore(now);
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    return process.isEmpty()
        || began(process.get())
            .map(at -> began != 0 && Math.abs(at - began) > SAME_MILLIS)
            .orElse(false);
  }

  private static Optional<Long> began(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli);
  }

  /// Process numbers mean something within one boot and one namespace.
  private static String here() {
    String place;
    try {
      place =
          Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
              + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException | RuntimeException e) {
      place =
          System.getenv().getOrDefault("COMPUTERNAME", "")
              + System.getenv().getOrDefault("HOSTNAME", "");
    }
    return String.format("%08x", place.hashCode());
  }
}
