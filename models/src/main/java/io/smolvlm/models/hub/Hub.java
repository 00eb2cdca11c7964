package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Fetches models into the cache.
///
/// ```java
/// var reference = HubReference.parse("256m").orElseThrow();
/// try (var hub = new Hub(HubSettings.ofEnvironment())) {
///   Path folder = hub.pull(reference, PullListener.NONE);
/// }
/// ```
///
/// A pull that fails or is killed leaves the cache as it was for everybody else; what it fetched
/// serves the next one. Safe for use by several threads and processes at once.
public final class Hub implements AutoCloseable {
  private static final int FILES_AT_ONCE = 4;

  /// Content that changes under one listing is listed anew so often.
  private static final int MAX_CHANGES = 3;

  private final HubSettings settings;
  private final HubCache cache;
  private final Patience patience;
  private final HubHttp http;

  public Hub(HubSettings settings) {
    this(settings, Patience.USUAL);
  }

  Hub(HubSettings settings, Patience patience) {
    this.settings = settings;
    this.cache = new HubCache(settings.cache());
    this.patience = patience;
    this.http = new HubHttp(settings, patience.answer());
  }

  /// Asks the hub what a reference needs and looks what of it is here.
  ///
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] if there is no such model or it is
  ///   not given to us, [ErrorCode#UNREACHABLE] if the hub cannot be reached or may not be
  PullPlan plan(HubReference reference, PullListener listener) {
    if (settings.offline()) {
      throw new SmolVlmException(
          ErrorCode.UNREACHABLE,
          "model "
              + reference
              + ": not complete in "
              + cache.root()
              + ", and HF_HUB_OFFLINE forbids to fetch it");
    }
    var retries =
        new Retries(
            patience.forQuestions(),
            (why, pause) -> listener.retrying(new RemoteFile("list of files", 0, ""), why, pause),
            () -> false);
    try {
      Listing listing =
          retries.run("model " + reference, () -> 0, () -> Listing.read(http, reference));
      NeededFiles needed = NeededFiles.of(reference, listing);
      List<RemoteFile> missing =
          needed.files().stream()
              .filter(file -> !here(reference.id(), listing.commit(), file))
              .toList();
      Optional<String> moved =
          Optional.of(listing.id())
              .filter(name -> !name.isEmpty() && !name.equalsIgnoreCase(reference.id()));
      return new PullPlan(
          reference, listing.commit(), needed.files(), missing, needed.absent(), moved);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private boolean here(String id, String commit, RemoteFile file) {
    return cache.holds(cache.pointer(id, commit, file), file)
        || cache.holds(cache.blob(id, file), file);
  }

  /// Fetches what is missing of a model.
  ///
  /// @return the folder of its checkpoint, or its GGUF file
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] if there is no such model or it is
  ///   not given to us, [ErrorCode#UNREACHABLE] if the hub cannot be reached or may not be,
  ///   [ErrorCode#CORRUPT] if it sends wrong bytes, [ErrorCode#LIMIT] if the disk is too small
  public Path pull(HubReference reference, PullListener listener) {
    for (int changes = 1; ; changes++) {
      PullPlan plan = plan(reference, listener);
      listener.planned(plan);
      checkRoom(plan);
      try {
        fetch(plan, listener);
        return reference
            .file()
            .map(_ -> cache.pointer(reference.id(), plan.commit(), plan.files().getFirst()))
            .orElseGet(() -> folder(plan));
      } catch (ChangedException e) {
        if (changes == MAX_CHANGES) {
          throw new SmolVlmException(
              ErrorCode.UNREACHABLE, e.getMessage() + ", again and again; try later", e);
        }
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  private Path folder(PullPlan plan) {
    Path any = cache.pointer(plan.reference().id(), plan.commit(), plan.files().getFirst());
    return Objects.requireNonNull(any.toAbsolutePath().getParent());
  }

  private void fetch(PullPlan plan, PullListener listener) throws IOException {
    String id = plan.reference().id();
    for (RemoteFile file : plan.files()) {
      if (!plan.missing().contains(file)) {
        cache.link(id, plan.commit(), file);
      }
    }
    var failed = new AtomicBoolean();
    var places = new Semaphore(FILES_AT_ONCE);
    var running = new ArrayList<Future<?>>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (RemoteFile file : plan.missing()) {
        running.add(
            threads.submit(() -> {
              places.acquire();
              try {
                if (!failed.get()) {
                  new Download(http, cache, plan, file, patience, listener, failed::get).run();
                }
              } catch (Throwable e) {
                failed.set(true);
                throw e;
              } finally {
                places.release();
              }
              return null;
            }));
      }
    }
    throwFirst(running);
    cache.noteAbsent(id, plan.commit(), plan.absent());
    // The name comes last: who looks for it finds all files or the ones of before.
    cache.writeRef(plan.reference(), plan.commit());
  }

  /// The failure that made the others stop.
  private static void throwFirst(List<Future<?>> ended) throws IOException {
    for (Future<?> future : ended) {
      try {
        future.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case CancellationException _ -> {} // stopped because another one failed
          case IOException cause -> throw cause;
          case RuntimeException cause -> throw cause;
          case Error cause -> throw cause;
          case null, default -> throw new IllegalStateException(e.getCause());
        }
      }
    }
  }

  private void checkRoom(PullPlan plan) {
    try {
      Files.createDirectories(cache.root());
      FileStore store = Files.getFileStore(cache.root());
      if (store.getUsableSpace() < plan.missingBytes()) {
        throw new SmolVlmException(
            ErrorCode.LIMIT,
            "model %s: %,d bytes are to be fetched, %s has room for %,d"
                .formatted(
                    plan.reference(), plan.missingBytes(), cache.root(), store.getUsableSpace()));
      }
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private SmolVlmException unwritable(IOException e) {
    return new SmolVlmException(
        ErrorCode.LIMIT, "the cache " + cache.root() + " cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    http.close();
  }
}
