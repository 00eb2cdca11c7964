package io.smolvlm.tensor.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A small persistent team of threads for the maths of one engine: one caller hands out work in
/// pieces, all members take pieces, the caller among them, until none is left, and the caller
/// returns when the last is done.
///
/// Each member has a lot of neighbouring pieces and takes those of others when it is through with
/// its own. So caches see the same numbers again, and a member that the system has stopped, or that
/// gets less of the memory's bandwidth, holds up the others for one piece only.
///
/// Hand-over costs a few hundred nanoseconds because everybody spins for a short while before he
/// parks: a token is a few hundred hand-overs, so waking a parked thread each time would cost more
/// than the maths of a small model. They do park in the end, so an idle engine costs nothing and a
/// busy neighbour gets the processor.
///
/// Only one thread may call [#run] at a time; it need not always be the same.
public final class Team implements AutoCloseable {
  /// Spins before parking; some 200 microseconds on Zen 3. Four times as many do a decode step no
  /// good with the machine to themselves, and in a flood of requests they keep the processor from
  /// the member that is waited for; a third as many cost a step 5 % (docs/log.md, "the barrier").
  private static final int SPINS = 5_000;

  /// Pieces for each member where work is large enough: a decode step took 6 to 9 % less than with
  /// one (docs/log.md, "where a decode step waits").
  private static final int LOT = 8;

  /// Longs between the counters of two lots, so that they share no line of the cache.
  private static final int APART = 16;

  /// Work that can be done in pieces, in any order and at the same time.
  @FunctionalInterface
  public interface Work {
    /// @param member who does it, from 0 to the team's size, exclusive: whose scratch memory to use
    /// @param piece from 0 to `pieces - 1`
    void run(int member, int piece, int pieces);
  }

  private final Member[] members;
  private volatile boolean closed;

  private Work work = (_, _, _) -> {};
  private int pieces;

  /// Counts calls of [#run]; publishes work and pieces.
  private volatile int turn;

  /// For each lot the turn it belongs to (32 bits), the next piece to take of it (16) and its end
  /// (16): all in one number, so that a member that comes late sees one turn or the other.
  private final AtomicLongArray lots;

  private final AtomicInteger done = new AtomicInteger();
  private volatile @Nullable Throwable failure;

  /// The caller, while it is parked until the last piece is done.
  private volatile @Nullable Thread waiting;

  /// @param threads members, the caller included; at least 1
  public Team(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a team of " + threads);
    }
    lots = new AtomicLongArray(threads * APART);
    members = new Member[threads - 1];
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member(i + 1);
      members[i].thread.start();
    }
  }

  /// Members, the caller included.
  public int size() {
    return members.length + 1;
  }

  /// Into how many pieces to cut work over a range: a lot for each member, or as many as there are
  /// of the least size that pays; 1 when that is less than one for each member.
  int pieces(int count, int least) {
    int most = count / Math.max(1, least);
    return most < size() ? 1 : Math.min(most, LOT * size());
  }

  /// Into how many pieces to cut work over so many parts that are large enough each.
  int pieces(int parts) {
    return Math.min(parts, LOT * size());
  }

  /// Where a piece of a range of `count` begins. Multiples of 4 keep whole register blocks
  /// together.
  static int bound(int count, int piece, int pieces) {
    return piece == pieces ? count : (int) ((long) count * piece / pieces) & ~3;
  }

  /// Runs all pieces and returns when the last is done; a single piece stays with the caller.
  ///
  /// @param count at most 32,767 pieces
  /// @throws RuntimeException what a piece threw, after all pieces have ended
  public void run(Work newWork, int count) {
    if (count > Short.MAX_VALUE) {
      throw new IllegalArgumentException(count + " pieces, at most " + Short.MAX_VALUE);
    }
    if (closed) {
      throw new IllegalStateException("the team is closed");
    }
    if (count <= 1 || members.length == 0) {
      for (int piece = 0; piece < count; piece++) {
        newWork.run(0, piece, count);
      }
      return;
    }
    int now = turn + 1;
    work = newWork;
    pieces = count;
    failure = null;
    done.set(0);
    for (int lot = 0; lot < size(); lot++) {
      int first = count * lot / size();
      int end = count * (lot + 1) / size();
      lots.set(lot * APART, (long) now << 32 | first << 16 | end);
    }
    turn = now; // written by the caller alone
    for (Member m : members) {
      m.wake();
    }
    if (done.addAndGet(takeAll(0, now)) != count) {
      await(count);
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /// Does what is left of a turn, of its own lot first.
  ///
  /// @return how many pieces
  private int takeAll(int member, int now) {
    int taken = 0;
    for (int i = 0; i < size(); i++) {
      int lot = (member + i) % size();
      for (int piece = take(lot, now); piece >= 0; piece = take(lot, now)) {
        taken++;
        try {
          work.run(member, piece, pieces);
        } catch (RuntimeException | Error e) {
          failure = e;
        }
      }
    }
    return taken;
  }

  /// Who has taken a piece of a turn may read work and pieces until it says that it is done.
  ///
  /// @return -1 when the lot is empty or the turn is over
  private int take(int lot, int now) {
    while (true) {
      long next = lots.get(lot * APART);
      int piece = (int) next >> 16;
      int end = (int) next & 0xFFFF;
      if ((int) (next >> 32) != now || piece >= end) {
        return -1;
      }
      if (lots.compareAndSet(lot * APART, next, next + (1 << 16))) {
        return piece;
      }
    }
  }

  /// Parks after a while: who is waited for may be waiting for a core, and parking gives it this
  /// one.
  private void await(int count) {
    for (int spins = 0; done.get() != count && spins < SPINS; spins++) {
      Thread.onSpinWait();
    }
    if (done.get() != count) {
      waiting = Thread.currentThread();
      while (done.get() != count) {
        LockSupport.park(this);
      }
      waiting = null;
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Member m : members) {
      LockSupport.unpark(m.thread);
    }
  }

  private final class Member implements Runnable {
    private final int number;
    private final Thread thread;
    private volatile boolean parked;

    Member(int number) {
      this.number = number;
      this.thread = Thread.ofPlatform().daemon().name("smolvlm-team-" + number).unstarted(this);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (true) {
        for (int spins = 0; turn == seen && spins < SPINS && !closed; spins++) {
          Thread.onSpinWait();
        }
        while (turn == seen && !closed) {
          parked = true;
          if (turn == seen && !closed) {
            LockSupport.park(this);
          }
          parked = false;
        }
        if (turn == seen) {
          return;
        }
        seen = turn;
        int taken = takeAll(number, seen);
        if (taken > 0) {
          int all = pieces; // of this turn, as long as what was taken is not counted
          if (done.addAndGet(taken) == all) {
            LockSupport.unpark(waiting);
          }
        }
      }
    }
  }
}
