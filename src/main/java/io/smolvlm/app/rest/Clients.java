package io.smolvlm.app.rest;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// All who wait for an answer, at whatever stage it is.
@ApplicationScoped
public class Clients {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int present;

  /// Watches a request from now to the end of its answer.
  Client watch(RoutingContext routing) {
    count(1);
    Client client = Client.watch(routing);
    client.whenGone(() -> count(-1));
    return client;
  }

  private void count(int change) {
    lock.lock();
    try {
      present += change;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nobody waits for an answer.
  ///
  /// @return whether it came to that in this time
  boolean awaitNone(Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (present > 0) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
