package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A hub that cuts, lies and refuses: a content's name only ever holds bytes with the right hash,
/// and bytes that came are not fetched again.
class HubFaultsTest {
  private static final int BYTES = 1 << 20;

  @TempDir Path folder;
  private HubWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new HubWorld(folder.resolve("hub"), BYTES);
  }

  @AfterEach
  void close() throws IOException {
    world.checkedBlobs();
    world.close();
  }

  @Test
  void twentyCutsCostNextToNothing() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      offsets.add((long) random.nextInt(1, BYTES));
    }
    Collections.sort(offsets);
    offsets.forEach(offset -> world.hub.then(new Fault.CutAt(offset)));
    world.assertWhole(world.pull());
    long again = world.hub.sent() - BYTES;
    assertTrue(again < BYTES / 5, again + " bytes were sent again; seed " + seed);
  }

  @Test
  void nextPullGoesOnWhereThisOneGaveUp() throws IOException {
    var giveUp = new Fault[HubWorld.QUICK.failures() + 1];
    java.util.Arrays.fill(giveUp, new Fault.Status(503, ""));
    giveUp[0] = new Fault.CutAt(750_000);
    world.hub.then(giveUp);
    var e = assertThrows(SmolVlmException.class, world::pull);
    assertEquals(ErrorCode.UNREACHABLE, e.code());
    assertTrue(world.files().find(HubWorld.REFERENCE).isEmpty());
    assertEquals(1, HubWorld.parts(world.cache).size());
    long before = world.hub.sent();
    world.assertWhole(world.pull());
    assertTrue(world.hub.sent() - before < 400_000, "only the rest is fetched");
  }

  @Test
  void waitsAsLongAsItIsAskedTo() throws IOException {
    world.hub.then(
        new Fault.Status(429, "1"), new Fault.Status(500, ""), new Fault.Status(503, ""));
    world.hub.listingFailsWith(502, 429);
    long began = System.nanoTime();
    world.assertWhole(world.pull());
    assertTrue(Duration.ofNanos(System.nanoTime() - began).toMillis() >= 1000);
  }

  @Test
  void tooLongAWaitIsSaidInsteadOfWaitedFor() {
    world.hub.then(new Fault.Status(429, "86400"));
    var e = assertThrows(SmolVlmException.class, world::pull);
    assertEquals(ErrorCode.UNREACHABLE, e.code());
    assertTrue(e.getMessage().contains("86400 s"), e.getMessage());
  }

  @Test
  void listingThatFailsForGoodIsTold() {
    world.hub.listingFailsWith(500, 500, 500, 500, 500, 500);
    var e = assertThrows(SmolVlmException.class, world::pull);
    assertEquals(ErrorCode.UNREACHABLE, e.code());
    assertTrue(e.getMessage().contains("500"), e.getMessage());
  }

  @Test
  void flippedBitIsFetchedAnew() throws IOException {
    world.hub.then(new Fault.Flipped(12_345));
    world.assertWhole(world.pull());
    assertEquals(2L * BYTES, world.hub.sent());
  }

  @Test
  void flippedBitInASecondPartIsFetchedAnew() throws IOException {
    world.hub.then(new Fault.CutAt(250_000), new Fault.Flipped(500_000));
    world.assertWhole(world.pull());
  }

  @Test
  void wrongTwiceIsAnErrorAndLeavesNothing() throws IOException {
    world.hub.then(new Fault.Flipped(1), new Fault.Flipped(2));
    var e = assertThrows(SmolVlmException.class, world::pull);
    assertEquals(ErrorCode.CORRUPT, e.code());
    assertEquals(List.of(), HubWorld.parts(world.cache));
    assertTrue(world.files().find(HubWorld.REFERENCE).isEmpty());
  }

  @Test
  void rangeThatWasNotAskedForIsNotKept() throws IOException {
    world.hub.then(new Fault.CutAt(500_000), new Fault.OtherRange(), new Fault.CutAt(750_000));
    world.assertWhole(world.pull());
    assertTrue(world.hub.sent() < BYTES + 600_000, "what was there before the lie is kept");
  }

  @Test
  void serverWithoutRealRangesIsAskedForAll() throws IOException {
    Fault lie = new Fault.OtherRange();
    world.hub.then(new Fault.CutAt(500_000), lie, lie, lie);
    world.assertWhole(world.pull());
  }

  @Test
  void rangeThatLiesWellIsFoundByItsHash() throws IOException {
    world.hub.then(new Fault.CutAt(375_000), new Fault.BeginningAsRange());
    world.assertWhole(world.pull());
  }

  @Test
  void ignoredRangeBeginsAnew() throws IOException {
    world.hub.then(new Fault.CutAt(375_000), new Fault.NoRanges());
    world.assertWhole(world.pull());
  }

  @Test
  void pageInPlaceOfTheFileIsNotKept() throws IOException {
    world.hub.then(new Fault.CutAt(750_000), new Fault.Page(), new Fault.Page());
    world.assertWhole(world.pull());
    assertTrue(world.hub.sent() < BYTES + 100_000, "the part before the page is kept");
  }

  @Test
  void disguisedPageIsFoundByItsHash() throws IOException {
    world.hub.then(new Fault.DisguisedPage());
    world.assertWhole(world.pull());
  }

  @Test
  void silenceCountsAsACut() throws IOException {
    world.hub.then(new Fault.Silence(250_000, Duration.ofSeconds(60)));
    Patience quick = HubWorld.QUICK;
    var impatient =
        new Patience(
            quick.failures(),
            quick.first(),
            quick.longest(),
            quick.answer(),
            Duration.ofSeconds(1));
    try (var client = new Hub(world.settings(), impatient)) {
      world.assertWhole(client.pull(HubWorld.REFERENCE, PullListener.NONE));
    }
    assertTrue(world.hub.sent() < BYTES + 100_000);
  }

  @Test
  void changedValidatorFetchesAllOfIt() throws IOException {
    world.hub.then(new Fault.CutAt(250_000));
    try (var client = new Hub(world.settings(), HubWorld.QUICK)) {
      client.pull(
          HubWorld.REFERENCE,
          new PullListener() {
            @Override
            public void retrying(RemoteFile file, String why, Duration pause) {
              world.hub.newValidator();
            }
          });
    }
    assertTrue(world.hub.sent() >= BYTES + 250_000 - 1);
    assertTrue(world.files().find(HubWorld.REFERENCE).isPresent());
  }

  @Test
  void contentThatChangesMeanwhileIsListedAnew() throws IOException {
    byte[] other = HubWorld.random(BYTES, 99);
    world.hub.then(new Fault.CutAt(250_000));
    try (var client = new Hub(world.settings(), HubWorld.QUICK)) {
      Path snapshot =
          client.pull(
              HubWorld.REFERENCE,
              new PullListener() {
                @Override
                public void retrying(RemoteFile file, String why, Duration pause) {
                  if (pause.compareTo(Duration.ZERO) > 0) {
                    world.hub.file(HubWorld.ID, "model.safetensors", other);
                  }
                }
              });
      assertEquals(
          FakeHub.sha256(other),
          FakeHub.sha256(Files.readAllBytes(snapshot.resolve("model.safetensors"))));
    }
  }

  @Test
  void twoPullsInOneProcessFetchOnce() throws Exception {
    world.hub.slowly(Duration.ofMillis(1));
    var threads = new ArrayList<Thread>();
    var failures = Collections.synchronizedList(new ArrayList<Throwable>());
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  world.pull();
                } catch (RuntimeException e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
    assertEquals(BYTES, world.hub.sent());
    world.assertWhole(world.files().find(HubWorld.REFERENCE).orElseThrow());
  }
}
