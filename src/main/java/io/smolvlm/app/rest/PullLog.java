package io.smolvlm.app.rest;

import io.smolvlm.models.hub.PullListener;
import io.smolvlm.models.hub.PullPlan;
import io.smolvlm.models.hub.RemoteFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// Tells the log how the model is fetched.
final class PullLog implements PullListener {
  private static final Logger LOG = System.getLogger(PullLog.class.getName());

  @Override
  public void planned(PullPlan plan) {
    LOG.log(
        Level.INFO,
        "fetching {0}: {1} bytes in {2} files",
        plan.reference(),
        plan.missingBytes(),
        plan.missing().size());
  }

  @Override
  public void waiting(RemoteFile file) {
    LOG.log(Level.INFO, "{0} is being fetched by another process", file.path());
  }

  @Override
  public void retrying(RemoteFile file, String why, Duration pause) {
    LOG.log(Level.WARNING, "{0}: {1}; again in {2}", file.path(), why, pause);
  }

  @Override
  public void finished(RemoteFile file) {
    LOG.log(Level.INFO, "{0} is here, {1} bytes", file.path(), file.bytes());
  }
}
