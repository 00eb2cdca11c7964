package io.smolvlm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Memory for what comes and goes in pieces of one size, as blocks of keys and values do: pieces
/// are cut from slabs of some large pages, where the system gives them ([LargePages]), and a slab
/// whose pieces have all been given back returns to the system, unless it is the last with room.
///
/// One pool of the process for each size, since a slab serves whoever needs a piece; its last slab
/// stays for as long as the process. Any thread.
public final class PagePool {
  /// Bytes of a slab; of one piece where that is larger, or there are no large pages.
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
  public Piece take() {
    Piece piece;
    boolean used;
    synchronized (this) {
      if (withRoom.isEmpty()) {
        withRoom.add(new Slab());
      }
      Slab slab = withRoom.getLast();
      used = !slab.returned.isEmpty();
      piece = slab.take();
      if (!slab.hasRoom()) {
        withRoom.removeLast();
      }
    }
    if (used) {
      piece.memory.fill((byte) 0); // while others may take theirs
    }
    return piece;
  }

  private void giveBack(Slab slab, MemorySegment memory) {
    List<Slab> idle = new ArrayList<>();
    synchronized (this) {
      if (!slab.hasRoom()) {
        withRoom.addFirst(slab); // those that have been here for longer are filled first
      }
      slab.returned.push(memory);
      slab.taken--;
      for (int i = 0; i < withRoom.size() && withRoom.size() > 1; i++) {
        if (withRoom.get(i).taken == 0) {
          idle.add(withRoom.remove(i--));
        }
      }
    }
    idle.forEach(s -> s.arena.close());
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
      long whole = LargePages.available() ? Math.max(1, SLAB / apart) * apart : apart;
      memory = new LargePages(arena, whole).allocate(whole, Matrix.ALIGNMENT);
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
        piece = returned.pop();
      }
      taken++;
      return new Piece(PagePool.this, this, piece);
    }
  }
}
