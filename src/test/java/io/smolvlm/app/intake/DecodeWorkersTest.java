package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.app.intake.IntakeException.Reason;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.document.DocumentLimits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeWorkersTest {
  private static final ImageLimits LIMITS = ImageLimits.DEFAULT;

  @TempDir Path scratch;

  private static DecodeRules rules(int workers, int heapMegabytes, Duration deadline, int jobs) {
    return new DecodeRules(
        workers,
        (long) heapMegabytes << 20,
        deadline,
        Duration.ofMinutes(2),
        jobs,
        Duration.ofHours(1));
  }

  private static DecodeWorkers workers(int count) {
    return new DecodeWorkers(
        rules(count, 512, Duration.ofSeconds(60), 500), LIMITS, DocumentLimits.DEFAULT);
  }

  private static byte[] noise(int width, int height, String format) throws IOException {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(7);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt());
    }
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }

  private static Reason refusal(PictureDecoder decoder, byte[] file) {
    return assertThrows(IntakeException.class, () -> decoder.decode(file)).reason();
  }

  /// The whole manifest of pictures, good and bad: worker and own process agree on every pixel and
  /// every refusal, and none of them ends a worker.
  @Test
  void workersReadWhatTheReaderReads() throws IOException {
    var inside = new InProcessDecoder(LIMITS, DocumentLimits.DEFAULT);
    List<String> differences = new ArrayList<>();
    try (DecodeWorkers workers = workers(1)) {
      for (BadInputs.Case item : BadInputs.cases("image")) {
        byte[] file;
        try (InputStream in = Files.newInputStream(item.materialize(scratch))) {
          file = in.readNBytes(LIMITS.maxBytes());
        }
        String expected = outcome(inside, file);
        String found = outcome(workers, file);
        if (!found.equals(expected)) {
          differences.add(item.id() + ": " + expected + " inside, " + found + " outside");
        }
      }
      assertEquals(0, workers.status().deaths());
    }
    assertEquals(List.of(), differences);
  }

  private static String outcome(PictureDecoder decoder, byte[] file) {
    try {
      RgbImage image = decoder.decode(file);
      return image.width() + " x " + image.height() + " " + java.util.Arrays.hashCode(image.rgb());
    } catch (IntakeException e) {
      return e.reason().toString();
    }
  }

  @Test
  void bombsCostNoWorker() throws IOException {
    byte[] bomb = noise(4, 4, "png");
    bomb[16] = 0x7f; // the width; the checksum must not be what refuses it
    var crc = new java.util.zip.CRC32();
    crc.update(bomb, 12, 17);
    for (int i = 0; i < 4; i++) {
      bomb[29 + i] = (byte) (crc.getValue() >> (24 - 8 * i));
    }
    // Workers that cannot start: whatever is answered was decided without one.
    var none =
        new DecodeRules(
            1, 1 << 10, Duration.ofSeconds(5), Duration.ofMillis(1), 1, Duration.ofHours(1));
    try (DecodeWorkers workers = new DecodeWorkers(none, LIMITS, DocumentLimits.DEFAULT)) {
      assertEquals(Reason.IMAGE_TOO_LARGE, refusal(workers, bomb));
      assertEquals(Reason.UNSUPPORTED_IMAGE, refusal(workers, "<svg/>".getBytes("UTF-8")));
      assertEquals(Reason.BUSY, refusal(workers, noise(4, 4, "png")));
    }
  }

  @Test
  void largePicturesComeWhole() throws IOException {
    byte[] file = noise(2000, 1500, "jpg");
    try (DecodeWorkers workers = workers(1)) {
      RgbImage image = workers.decode(file);
      assertArrayEquals(
          new InProcessDecoder(LIMITS, DocumentLimits.DEFAULT).decode(file).rgb(), image.rgb());
    }
  }

  /// Every 10th picture loses its worker: it fails, the others do not.
  @Test
  void killedWorkerCostsItsOnePicture() throws Exception {
    int count = Integer.getInteger("smolvlm.workerFaults", 40);
    byte[] file = noise(320, 240, "png");
    try (DecodeWorkers workers = workers(2)) {
      workers.decode(noise(8, 8, "png"));
      int failed = 0;
      int killed = 0;
      for (int i = 0; i < count; i++) {
        boolean kills = i % 10 == 9;
        if (kills) {
          killed++;
          failed += killedWhileDecoding(workers, i) ? 1 : 0;
        } else {
          assertEquals(320, workers.decode(file).width());
        }
      }
      assertEquals(killed, failed);
      assertEquals(killed, workers.status().deaths());
    }
  }

  private boolean killedWhileDecoding(DecodeWorkers workers, int seed) throws Exception {
    byte[] file = noise(320, 240 + seed, "png");
    awaitAlive(workers, 3); // or one that is still starting would take the picture
    Set<Long> before = workers.pids();
    try (var caller = Executors.newVirtualThreadPerTaskExecutor()) {
      // Stopped first, so that the picture is on its way when its worker dies.
      for (long pid : before) {
        signal("STOP", pid);
      }
      Future<RgbImage> answer = caller.submit(() -> workers.decode(file));
      while (workers.status().busy() == 0) {
        Thread.sleep(1);
      }
      Thread.sleep(20);
      for (long pid : before) {
        ProcessHandle.of(pid)
            .ifPresent(process -> {
              process.destroyForcibly();
              process.onExit().join(); // the spare among them must be seen to be gone
            });
      }
      ExecutionException e = assertThrows(ExecutionException.class, answer::get);
      return e.getCause() instanceof IntakeException i && i.reason() == Reason.LIMIT;
    }
  }

  private static void signal(String name, long pid) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
  }

  @Test
  void hangingDecoderIsKilledAtItsDeadline() throws Exception {
    Duration deadline = Duration.ofSeconds(2);
    try (DecodeWorkers workers =
        new DecodeWorkers(rules(1, 128, deadline, 500), LIMITS, DocumentLimits.DEFAULT)) {
      byte[] file = noise(64, 64, "png");
      workers.decode(file);
      awaitAlive(workers, 2);
      Set<Long> stopped = workers.pids();
      for (long pid : stopped) {
        signal("STOP", pid);
      }
      long begun = System.nanoTime();
      assertEquals(Reason.LIMIT, refusal(workers, file));
      double seconds = (System.nanoTime() - begun) / 1e9;
      assertTrue(seconds > 1.9 && seconds < 4, seconds + " s");
    }
  }

  /// Two deaths over a picture, the second time by a fresh worker; after that nobody looks at it.
  @Test
  void pictureThatEatsTheHeapIsRefusedUnseenTheThirdTime() throws IOException {
    byte[] large = noise(4000, 3000, "jpg");
    try (DecodeWorkers workers =
        new DecodeWorkers(
            rules(1, 16, Duration.ofSeconds(60), 500), LIMITS, DocumentLimits.DEFAULT)) {
      assertEquals(Reason.LIMIT, refusal(workers, large));
      assertEquals(1, workers.status().deaths());
      assertEquals(Reason.LIMIT, refusal(workers, large));
      assertEquals(2, workers.status().deaths());
      assertEquals(Reason.LIMIT, refusal(workers, large));
      assertEquals(2, workers.status().deaths());
      assertEquals(8, workers.decode(noise(8, 8, "png")).width());
    }
  }

  @Test
  void quarantineEnds() {
    var now = new AtomicLong();
    var quarantine = new Quarantine(Duration.ofHours(1), now::get);
    quarantine.died("a");
    assertFalse(quarantine.refuses("a"));
    quarantine.died("a");
    assertTrue(quarantine.refuses("a"));
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertFalse(quarantine.refuses("a"));
  }

  @Test
  void workerIsReplacedAfterItsJobs() throws Exception {
    byte[] file = noise(8, 8, "png");
    try (DecodeWorkers workers =
        new DecodeWorkers(
            rules(1, 128, Duration.ofSeconds(60), 2), LIMITS, DocumentLimits.DEFAULT)) {
      Set<Long> seen = new HashSet<>();
      for (int i = 0; i < 6; i++) {
        workers.decode(file);
        seen.addAll(workers.pids());
      }
      awaitAlive(workers, 2);
      seen.addAll(workers.pids());
      assertTrue(seen.size() >= 4, seen + " processes for 6 pictures, 2 each");
      assertEquals(0, workers.status().deaths());
    }
  }

  @Test
  void processesEndWithTheService() throws Exception {
    Set<Long> pids;
    try (DecodeWorkers workers = workers(1)) {
      workers.decode(noise(8, 8, "png"));
      awaitAlive(workers, 2);
      pids = workers.pids();
    }
    for (long pid : pids) {
      ProcessHandle.of(pid).ifPresent(p -> p.onExit().join());
    }
  }

  private static void awaitAlive(DecodeWorkers workers, int count) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (workers.status().alive() < count) {
      assertTrue(System.nanoTime() < until, "workers do not come");
      Thread.sleep(5);
    }
  }
}
