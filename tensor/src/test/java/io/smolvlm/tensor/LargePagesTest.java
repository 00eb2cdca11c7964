package io.smolvlm.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LargePagesTest {
  @Test
  void piecesAreZerosAndApartFromEachOther() {
    try (Arena arena = Arena.ofShared()) {
      var pages = new LargePages(arena);
      MemorySegment[] pieces = new MemorySegment[100];
      for (int i = 0; i < pieces.length; i++) {
        pieces[i] = pages.allocate(i == 50 ? 70L << 20 : 1000 + i, 64);
        assertEquals(0, pieces[i].address() % 64);
        assertEquals(0, pieces[i].get(ValueLayout.JAVA_BYTE, pieces[i].byteSize() - 1));
        pieces[i].fill((byte) i);
      }
      for (int i = 0; i < pieces.length; i++) {
        assertEquals(i, pieces[i].get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(i, pieces[i].get(ValueLayout.JAVA_BYTE, pieces[i].byteSize() - 1));
      }
    }
  }

  @Test
  void nobodyReadsThemOnceTheArenaIsClosed() {
    MemorySegment piece;
    try (Arena arena = Arena.ofShared()) {
      piece = new LargePages(arena).allocate(4096, 64);
    }
    assertThrows(IllegalStateException.class, () -> piece.get(ValueLayout.JAVA_BYTE, 0));
  }

  /// Mapped regions are given back with their arena; now and then another test gets the same place
  /// at once.
  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryGoesWithTheArena() throws IOException {
    int gone = 0;
    for (int i = 0; i < 20; i++) {
      long address;
      try (Arena arena = Arena.ofShared()) {
        address = new LargePages(arena).allocate(4096, 64).address();
        assertEquals(0, address % LargePages.PAGE);
        assertTrue(mapped(address));
      }
      gone += mapped(address) ? 0 : 1;
    }
    assertTrue(gone > 0);
  }

  private static boolean mapped(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.split(" ")[0].split("-"))
        .anyMatch(range ->
            Long.parseUnsignedLong(range[0], 16) <= address
                && address < Long.parseUnsignedLong(range[1], 16));
  }
}
