package io.smolvlm.models.hub;

import java.time.Duration;

/// Sees how a pull goes on. Called from several threads at once.
public interface PullListener {
  /// Nobody looks.
  PullListener NONE = new PullListener() {};

  /// What will be fetched is known.
  default void planned(PullPlan plan) {}

  /// Another process fetches this file; its result will be used.
  default void waiting(RemoteFile file) {}

  /// So many bytes of a file lie on this machine now.
  default void received(RemoteFile file, long bytes) {}

  /// A file's transfer failed and will be taken up again.
  default void retrying(RemoteFile file, String why, Duration pause) {}

  /// A file is complete and its hash is right.
  default void finished(RemoteFile file) {}
}
