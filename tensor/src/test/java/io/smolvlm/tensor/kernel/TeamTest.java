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
import org.junit.jupiter.api.Timeout;

class TeamTest {
  @Test
  void everyPieceRunsOnceInEachOfManyTurns() {
    for (int size = 1; size <= 4; size++) {
      try (var team = new Team(size)) {
        for (int pieces : new int[] {0, 1, 2, 3, 7, 32}) {
          var counts = new AtomicIntegerArray(pieces);
          for (int turn = 0; turn < 2_000; turn++) {
            team.run((_, piece, _) -> counts.incrementAndGet(piece), pieces);
          }
          for (int piece = 0; piece < pieces; piece++) {
            assertEquals(2_000, counts.get(piece), size + " threads, " + pieces + " pieces");
          }
        }
      }
    }
  }

  /// A member that is late looks at a turn while the next one is being set up.
  @Test
  @Timeout(60)
  void turnsOfDifferentSizesFollowEachOther() {
    for (int size = 2; size <= 3; size++) {
      try (var team = new Team(size)) {
        var runs = new AtomicLong();
        long expected = 0;
        for (int turn = 0; turn < 300_000; turn++) {
          int pieces = 2 + turn * 7 % 31;
          team.run((_, _, _) -> runs.incrementAndGet(), pieces);
          expected += pieces;
          assertEquals(expected, runs.get(), "turn " + turn);
        }
      }
    }
  }

  @Test
  void piecesCoverARangeInMultiplesOfFour() {
    try (var team = new Team(4)) {
      for (int count : new int[] {0, 1, 3, 4, 5, 17, 100, 1001}) {
        int pieces = team.pieces(count, 1);
        assertTrue(pieces >= 1 && pieces <= 32, "pieces of " + count);
        assertEquals(0, Team.bound(count, 0, pieces));
        for (int piece = 1; piece < pieces; piece++) {
          assertEquals(0, Team.bound(count, piece, pieces) % 4);
        }
        assertEquals(count, Team.bound(count, pieces, pieces));
      }
    }
  }

  @Test
  void whatIsTooSmallToShareStaysWhole() {
    try (var team = new Team(4)) {
      assertEquals(1, team.pieces(399, 100));
      assertEquals(4, team.pieces(400, 100));
      assertEquals(32, team.pieces(1_000_000, 100));
    }
  }

  @Test
  void aFailureOfAMemberReachesTheCallerAndTheTeamLivesOn() {
    try (var team = new Team(2)) {
      var ended = new AtomicLong();
      var failure =
          assertThrows(
              IllegalStateException.class,
              () ->
                  team.run(
                      (_, piece, _) -> {
                        if (piece == 1) {
                          throw new IllegalStateException("piece 1");
                        }
                        ended.incrementAndGet();
                      },
                      8));
      assertEquals("piece 1", failure.getMessage());
      assertEquals(7, ended.get());
      var runs = new AtomicLong();
      team.run((_, _, _) -> runs.incrementAndGet(), 2);
      assertEquals(2, runs.get());
    }
  }

  @Test
  void membersWakeAfterTheyHaveParked() throws InterruptedException {
    try (var team = new Team(2)) {
      for (int i = 0; i < 20; i++) {
        Thread.sleep(5);
        var both = new CountDownLatch(2);
        team.run((_, _, _) -> meet(both), 2);
      }
    }
  }

  @Test
  @Timeout(20)
  void othersTakeThePiecesOfAMemberThatIsHeldUp() {
    for (int slow = 0; slow < 2; slow++) {
      int heldUp = slow;
      try (var team = new Team(2)) {
        var rest = new CountDownLatch(15);
        var begun = new CountDownLatch(2);
        team.run(
            (member, _, _) -> {
              meet(begun); // both have taken one
              if (member == heldUp) {
                meetWithoutMe(rest);
              } else {
                rest.countDown();
              }
            },
            16);
        assertEquals(0, rest.getCount());
      }
    }
  }

  @Test
  void theCallerSleepsWhileAMemberIsLong() {
    try (var team = new Team(2)) {
      var begun = new CountDownLatch(2);
      var threads = ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadCpuTime();
      team.run(
          (member, _, _) -> {
            meet(begun);
            if (member == 1) {
              LockSupport.parkNanos(200_000_000);
            }
          },
          2);
      long used = threads.getCurrentThreadCpuTime() - before;
      assertTrue(used < 100_000_000, used + " ns of processor time");
    }
  }

  private static void meet(CountDownLatch latch) {
    latch.countDown();
    meetWithoutMe(latch);
  }

  private static void meetWithoutMe(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
