package io.smolvlm.app.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
  /// Keys that no other test of this process uses, so that their lines can be told apart.
  @Test
  void manyRefusalsAreALineAKeyThatCountsThem() throws Exception {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler = handler(lines);
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
      var log = new RefusalLog();
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 100; j++) {
          log.add("log-first", ApiError.OVERLOADED, clock);
        }
        log.add("log-second", ApiError.OVERLOADED, clock);
      }
      assertEquals(List.of(), lines, "nothing before its second has passed");
      clock.shutdown(); // what is scheduled still runs, and is waited for
    } finally {
      root.removeHandler(handler);
    }
    assertEquals(
        List.of(
            "refused 300 requests within a second: key=log-first status=503 overloaded",
            "refused 3 requests within a second: key=log-second status=503 overloaded"),
        lines);
  }

  private static Handler handler(List<String> lines) {
    return new Handler() {
      @Override
      public void publish(LogRecord line) {
        if (line.getMessage().contains("key=log-")) {
          lines.add(line.getMessage());
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
