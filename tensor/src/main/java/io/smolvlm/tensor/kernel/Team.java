package io.smolvlm.tensor.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A small persistent team of threads for the maths of one engine: one caller hands out a piece of
/// work at a time, every member does its share, the caller does share 0 and returns when all are
/// done.
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

  /// A share of a piece of work.
  @FunctionalInterface
  public interface Work {
    /// @param part from 0 to `parts - 1`
    void run(int part, int parts);
  }

  private final Member[] members;
  private volatile boolean closed;

  /// @param threads members, the caller included; at least 1
  public Team(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a team of " + threads);
    }
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

  /// Runs all shares and returns when the last is done.
  ///
  /// @throws RuntimeException what a share threw, after all shares have ended
  public void run(Work work) {
    if (closed) {
      throw new IllegalStateException("the team is closed");
    }
    for (Member m : members) {
      m.begin(work);
    }
    @Nullable Throwable failure = null;
    try {
      work.run(0, size());
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (Member m : members) {
      if (m.claim(m.begun)) {
        m.perform(work, m.begun);
      }
    }
    for (Member m : members) {
      @Nullable Throwable theirs = m.await();
      failure = failure == null ? theirs : failure;
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /// Runs `work` over a range, cut into one contiguous piece a member; small ranges stay with the
  /// caller.
  ///
  /// @param grain the caller does everything when there are fewer than this many indices for each
  ///   member
  public void share(int count, int grain, Range work) {
    if (members.length == 0 || count < grain * size()) {
      work.run(0, count);
    } else {
      run((part, parts) -> work.run(bound(count, part, parts), bound(count, part + 1, parts)));
    }
  }

  /// Multiples of 4 keep whole register blocks together.
  static int bound(int count, int part, int parts) {
    return part == parts ? count : (int) ((long) count * part / parts) & ~3;
  }

  /// Indices from `from` to `to`, exclusive.
  @FunctionalInterface
  public interface Range {
    void run(int from, int to);
  }

  @Override
  public void close() {
    closed = true;
    for (Member m : members) {
      LockSupport.unpark(m.thread);
    }
  }

  private final class Member implements Runnable {
    private final int part;
    private final Thread thread;
    private Work work = (p, n) -> {};
    private @Nullable Throwable failure;
    private volatile int begun;
    private final AtomicInteger claimed = new AtomicInteger();
    private volatile int done;
    private volatile boolean parked;

    /// The caller, while it is parked until this member is done.
    private volatile @Nullable Thread waiting;

    Member(int part) {
      this.part = part;
      this.thread = Thread.ofPlatform().daemon().name("smolvlm-team-" + part).unstarted(this);
    }

    void begin(Work next) {
      work = next;
      int turn = begun + 1;
      begun = turn; // written by the caller alone; publishes `work`
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    /// Parks after a while: the member may be waiting for a core, and parking gives it this one.
    @Nullable Throwable await() {
      for (int spins = 0; done != begun && spins < SPINS; spins++) {
        Thread.onSpinWait();
      }
      if (done != begun) {
        waiting = Thread.currentThread();
        while (done != begun) {
          LockSupport.park(this);
        }
        waiting = null;
      }
      return failure;
    }

    /// Whoever claims the share of a turn does it, the member or the caller.
    boolean claim(int turn) {
      return claimed.compareAndSet(turn - 1, turn);
    }

    void perform(Work share, int turn) {
      failure = null;
      try {
        share.run(part, size());
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      done = turn; // publishes what the share wrote
      Thread caller = waiting;
      if (caller != null) {
        LockSupport.unpark(caller);
      }
    }

    @Override
    public void run() {
      int seen = 0;
      while (true) {
        for (int spins = 0; begun == seen && spins < SPINS && !closed; spins++) {
          Thread.onSpinWait();
        }
        while (begun == seen && !closed) {
          parked = true;
          if (begun == seen && !closed) {
            LockSupport.park(this);
          }
          parked = false;
        }
        if (begun == seen) {
          return;
        }
        seen = begun;
        if (claim(seen)) {
          perform(work, seen);
        }
      }
    }
  }
}
