package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.PagePool.Piece;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PagePoolTest {
  /// Each test has a size, and so a pool, of its own.
  private static List<Piece> take(PagePool pool, int count) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(pool.take());
    }
    return pieces;
  }

  @Test
  void piecesAreZerosAndApartFromEachOther() {
    var pool = PagePool.of(1_000_001);
    var random = new SplittableRandom(7);
    var owners = new ArrayList<Piece>();
    for (int turn = 0; turn < 300; turn++) {
      if (owners.size() > 40 || (!owners.isEmpty() && random.nextBoolean())) {
        Piece piece = owners.remove(random.nextInt(owners.size()));
        assertEquals(System.identityHashCode(piece), last(piece));
        piece.giveBack();
      } else {
        Piece piece = pool.take();
        assertEquals(1_000_001, piece.memory().byteSize());
        assertEquals(0, piece.memory().address() % Matrix.ALIGNMENT);
        assertEquals(0, last(piece));
        assertEquals(0, piece.memory().get(ValueLayout.JAVA_BYTE, 0));
        piece.memory().fill((byte) 1);
        piece.memory().set(LAST, 1_000_001 - 4, System.identityHashCode(piece));
        owners.add(piece);
      }
    }
    owners.forEach(Piece::giveBack);
  }

  private static final ValueLayout.OfInt LAST = ValueLayout.JAVA_INT_UNALIGNED;

  private static int last(Piece piece) {
    return piece.memory().get(LAST, piece.memory().byteSize() - 4);
  }

  @Test
  void whatNobodyHasGoesBackToTheSystemButForOneSlab() {
    var pool = PagePool.of(4 << 20);
    List<Piece> pieces = take(pool, 12); // three slabs of four
    Piece kept = pieces.remove(5);
    pieces.forEach(Piece::giveBack);
    assertTrue(kept.memory().scope().isAlive());
    long alive = pieces.stream().filter(p -> p.memory().scope().isAlive()).count();
    assertEquals(3, alive, "those beside the one that is kept");
    kept.giveBack();
    assertTrue(kept.memory().scope().isAlive(), "the last slab stays");
    assertEquals(kept.memory().address(), pool.take().memory().address());
  }

  @Test
  void aPieceLargerThanASlabHasOneOfItsOwn() {
    var pool = PagePool.of(40 << 20);
    List<Piece> pieces = take(pool, 2);
    pieces.forEach(Piece::giveBack);
    assertEquals(1, pieces.stream().filter(p -> p.memory().scope().isAlive()).count());
  }

  @Test
  void aPieceIsGivenBackOnce() {
    Piece piece = PagePool.of(777).take();
    piece.giveBack();
    assertThrows(IllegalStateException.class, piece::giveBack);
    Piece next = PagePool.of(777).take();
    assertEquals(piece.memory().address(), next.memory().address());
    assertFalse(PagePool.of(777).take().memory().address() == next.memory().address());
  }
}
