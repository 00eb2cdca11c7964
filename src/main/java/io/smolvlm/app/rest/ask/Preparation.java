package io.smolvlm.app.rest.ask;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Does what costs the processor before a request is admitted, resizing pictures above all, on few
/// threads of its own: virtual threads, which carry the streams, never wait behind it.
@ApplicationScoped
public class Preparation {
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
          Thread.ofPlatform().daemon().name("prepare-", 0).factory());

  /// Runs some work and waits for it.
  ///
  /// @throws RuntimeException what it threw
  public <T> T run(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads).join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  @PreDestroy
  void close() {
    threads.shutdownNow();
  }
}
