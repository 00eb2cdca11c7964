package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Memory in large pages for what comes and goes in pieces of one size, as blocks of keys and
/// values do: pieces are cut from slabs of some large pages, and a slab whose pieces have all been
/// given back returns to the system, unless it is the last with room.
///
/// One pool of the process for each size, since a slab serves whoever needs a piece. Any thread.
public final class PagePool {
  /// Bytes of a slab, or one piece where that is larger.
  private static final long SLAB = 16L << 20;

  private static final Map<Long, PagePool> POOLS = new ConcurrentHashMap<>();

  private final long bytes;
  private final long apart;
  private final List<Slab> withRoom = new ArrayList<>();

  private PagePool(long bytes) {
    this.bytes = bytes;
    this.apart = (bytes + Matrix.ALIGNMENT - 1) / Matrix.ALIGNMENT * Matrix.ALIGNMENT;
  }

  /// @param bytes of each piece
  public static PagePool of(long bytes) {
    return POOLS.computeIfAbsent(bytes, PagePool::new);
  }

  /// Zeros, aligned as a [Matrix] is; to be given back.
  public synchronized Piece take() {
    if (withRoom.isEmpty()) {
      withRoom.add(new Slab());
    }
    Slab slab = withRoom.getLast();
    Piece piece = slab.take();
    if (!slab.hasRoom()) {
      withRoom.removeLast();
    }
    return piece;
  }

  private synchronized void giveBack(Slab slab, MemorySegment memory) {
    if (!slab.hasRoom()) {
      withRoom.addFirst(slab); // those that have been here for longer are filled first
    }
    slab.returned.push(memory);
    slab.taken--;
    for (int i = 0; i < withRoom.size() && withRoom.size() > 1; i++) {
      if (withRoom.get(i).taken == 0) {
        withRoom.remove(i--).arena.close();
      }
    }
  }

  /// A piece on loan.
  public static final class Piece {
    private final PagePool pool;
    private final Slab slab;
    private final MemorySegment memory;
    private boolean returned;

    private Piece(PagePool pool, Slab slab, MemorySegment memory) {
      this.pool = pool;
      this.slab = slab;
      this.memory = memory;
    }

    /// Not to be used once it was given back.
    public MemorySegment memory() {
      return memory;
    }

    /// @throws IllegalStateException when it was given back before
    public void giveBack() {
      synchronized (this) {
        if (returned) {
          throw new IllegalStateException("the memory was given back before");
        }
        returned = true;
      }
      pool.giveBack(slab, memory);
    }
  }

  private final class Slab {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final Deque<MemorySegment> returned = new ArrayDeque<>();
    private long cut;
    private int taken;

    Slab() {
      long whole = Math.max(1, SLAB / apart) * apart;
      memory = new LargePages(arena, whole + LargePages.PAGE).allocate(whole, Matrix.ALIGNMENT);
    }

    boolean hasRoom() {
      return !returned.isEmpty() || cut < memory.byteSize();
    }

    /// Those that were used before come first: their pages are there already.
    Piece take() {
      MemorySegment piece;
      if (returned.isEmpty()) {
        piece = memory.asSlice(cut, bytes);
        cut += apart;
      } else {
        piece = returned.pop().fill((byte) 0);
      }
      taken++;
      return new Piece(PagePool.this, this, piece);
    }
  }
}
