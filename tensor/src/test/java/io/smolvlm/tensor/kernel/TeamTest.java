package io.smolvlm.tensor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class TeamTest {
  @Test
  void everyShareRunsOnceInEachOfManyTurns() {
    try (var team = new Team(3)) {
      var counts = new AtomicIntegerArray(3);
      for (int turn = 0; turn < 5_000; turn++) {
        team.run((part, parts) -> counts.incrementAndGet(part));
      }
      for (int part = 0; part < 3; part++) {
        assertEquals(5_000, counts.get(part));
      }
    }
  }

  @Test
  void rangesCoverEverythingWithoutOverlap() {
    try (var team = new Team(4)) {
      for (int count : new int[] {0, 1, 3, 4, 5, 17, 100, 1001}) {
        var sum = new AtomicLong();
        team.share(
            count,
            1,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                sum.addAndGet(i + 1);
              }
            });
        assertEquals(count * (count + 1L) / 2, sum.get(), "count " + count);
      }
    }
  }

  @Test
  void aFailureOfAMemberReachesTheCallerAndTheTeamLivesOn() {
    try (var team = new Team(2)) {
      var failure =
          assertThrows(
              IllegalStateException.class,
              () ->
                  team.run((part, parts) -> {
                    if (part == 1) {
                      throw new IllegalStateException("share 1");
                    }
                  }));
      assertEquals("share 1", failure.getMessage());
      var runs = new AtomicLong();
      team.run((part, parts) -> runs.incrementAndGet());
      assertEquals(2, runs.get());
    }
  }

  @Test
  void membersWakeAfterTheyHaveParked() throws InterruptedException {
    try (var team = new Team(2)) {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(5);
        var runs = new AtomicLong();
        team.run((part, parts) -> runs.incrementAndGet());
        assertEquals(2, runs.get());
      }
    }
  }

  @Test
  void theCallerSleepsWhileAMemberIsLong() {
    try (var team = new Team(2)) {
      var begun = new CountDownLatch(1);
      var threads = ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadCpuTime();
      team.run((part, parts) -> {
        if (part == 0) {
          while (begun.getCount() > 0) { // else the caller takes both shares
            LockSupport.parkNanos(100_000);
          }
        } else {
          begun.countDown();
          LockSupport.parkNanos(200_000_000);
        }
      });
      long used = threads.getCurrentThreadCpuTime() - before;
      assertTrue(used < 100_000_000, used + " ns of processor time");
    }
  }
}
