package io.smolvlm.app.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// What the launcher says about the standard streams.
///
/// `-Dsmolvlm.stderr=3`: descriptor 3 is the caller's standard error, while 2 runs through a filter
/// that drops the JVM's line on incubator modules. `-Dsmolvlm.terminals=out,err`: which of them are
/// terminals, which Java itself can only ask for all together.
final class StandardStreams {
  private StandardStreams() {}

  static Terminal open() {
    String terminals = "," + System.getProperty("smolvlm.terminals", "") + ",";
    return new Terminal(
        new FileInputStream(FileDescriptor.in),
        text(new FileOutputStream(FileDescriptor.out)),
        text(new FileOutputStream(errorDescriptor())),
        terminals.contains(",out,"),
        terminals.contains(",err,"),
        System.getenv().getOrDefault("NO_COLOR", "").isEmpty());
  }

  private static PrintStream text(OutputStream out) {
    return new PrintStream(out, false, encoding());
  }

  /// UTF-8 also where the locale says nothing, since a container's often does; on Windows the
  /// console's own.
  private static Charset encoding() {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    return windows
        ? Charset.forName(System.getProperty("stdout.encoding", "UTF-8"), StandardCharsets.UTF_8)
        : StandardCharsets.UTF_8;
  }

  private static FileDescriptor errorDescriptor() {
    Integer number = Integer.getInteger("smolvlm.stderr");
    if (number == null) {
      return FileDescriptor.err;
    }
    try {
      // The only way to a descriptor that was inherited; /dev/fd would open the file anew.
      Constructor<FileDescriptor> open = FileDescriptor.class.getDeclaredConstructor(int.class);
      open.setAccessible(true);
      return open.newInstance(number);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return FileDescriptor.err;
    }
  }
}
