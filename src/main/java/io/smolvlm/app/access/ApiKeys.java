package io.smolvlm.app.access;

import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The keys that are good now.
///
/// The file is looked at again when a key is asked about, at most once an interval. A file that
/// cannot be read or breaks a rule changes nothing: the keys known before stay good, and the log
/// says so. Safe for use by many threads.
public final class ApiKeys {
  private static final Logger LOG = System.getLogger(ApiKeys.class.getName());

  /// How a file is known to be the same: enough to see edits and replaced files.
  private record Mark(@Nullable Object file, long modified, long size) {}

  private record Known(Mark mark, List<ApiKeyFile.Entry> entries) {}

  private final Path file;
  private final long intervalNanos;
  private final LongSupplier clock;
  private final AtomicLong nextLook;
  private volatile Known known;

  /// @param interval between two looks at the file
  /// @throws SmolVlmException if the file is not there or breaks a rule
  public ApiKeys(Path file, Duration interval) {
    this(file, interval, System::nanoTime);
  }

  ApiKeys(Path file, Duration interval, LongSupplier clock) {
    this.file = file;
    this.intervalNanos = interval.toNanos();
    this.clock = clock;
    this.nextLook = new AtomicLong(clock.getAsLong() + intervalNanos);
    Mark mark = mark(file);
    this.known = new Known(mark, ApiKeyFile.read(file));
  }

  /// The name of a key, if it is good. Takes the same time whichever key is given: all hashes are
  /// compared, each in constant time.
  public Optional<String> nameOf(String key) {
    lookAgain();
    byte[] hash = ApiKeyFile.hash(key);
    String name = null;
    for (ApiKeyFile.Entry entry : known.entries()) {
      boolean same = MessageDigest.isEqual(hash, entry.hash());
      name = same ? entry.name() : name;
    }
    return Optional.ofNullable(name);
  }

  /// How many keys there are.
  public int count() {
    return known.entries().size();
  }

  private void lookAgain() {
    long now = clock.getAsLong();
    long due = nextLook.get();
    if (now - due < 0 || !nextLook.compareAndSet(due, now + intervalNanos)) {
      return;
    }
    Mark mark = mark(file);
    Known before = known;
    if (mark.equals(before.mark())) {
      return;
    }
    try {
      known = new Known(mark, ApiKeyFile.read(file));
      LOG.log(Level.INFO, "api keys read again: {0}", known.entries().size());
    } catch (SmolVlmException e) {
      known = new Known(mark, before.entries());
      LOG.log(
          Level.ERROR,
          "the file of api keys was changed but cannot be used; {0} earlier keys stay good: {1}",
          before.entries().size(),
          e.getMessage());
    }
  }

  private static Mark mark(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Mark(
          attributes.fileKey(), attributes.lastModifiedTime().toMillis(), attributes.size());
    } catch (IOException e) {
      return new Mark(null, -1, -1);
    }
  }
}
