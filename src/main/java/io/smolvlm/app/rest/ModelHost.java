package io.smolvlm.app.rest;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.MemorySize;
import io.smolvlm.app.config.CacheSettings;
import io.smolvlm.app.config.QueueSettings;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.models.Checkpoint;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.EngineOptions;
import io.smolvlm.tensor.SmolVlmException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/// The one model of this service, from start to end: it loads behind the open port, answers, and
/// when the process is told to end it takes on nothing new, lets what runs finish, and closes.
@ApplicationScoped
public class ModelHost {
  private static final Logger LOG = System.getLogger(ModelHost.class.getName());

  /// Status of a process whose model cannot be loaded, as the command line has it.
  private static final int BAD_MODEL = 3;

  private enum State {
    LOADING,
    READY,
    DRAINING
  }

  private final ServiceConfig config;
  private final String reference;
  private final Duration grace;
  private final Event<ServedModel> loadedEvents;
  private final Clients clients;
  private final ReentrantLock lock = new ReentrantLock();
  private State state = State.LOADING;
  private @Nullable ServedModel served;

  /// @param grace how long running answers may take to end
  /// @param loadedEvents tells the model once, before the first request
  ModelHost(
      ServiceConfig config,
      @ConfigProperty(name = "quarkus.shutdown.timeout") Optional<Duration> grace,
      Event<ServedModel> loadedEvents,
      Clients clients) {
    this.config = config;
    this.reference = new ModelCatalog().choose(config.model());
    this.grace = grace.orElse(Duration.ZERO);
    this.loadedEvents = loadedEvents;
    this.clients = clients;
  }

  void start(@Observes StartupEvent event) {
    Thread.ofPlatform().name("model-loader").daemon().start(this::load);
  }

  private void load() {
    long began = System.nanoTime();
    try {
      LOG.log(Level.INFO, "the model is {0}", reference);
      Checkpoint checkpoint =
          new ModelCatalog().obtain(reference, config.mmproj().orElse(null), new PullLog());
      SmolVlm model = SmolVlm.load(checkpoint, options());
      var loaded = new ServedModel(id(), model, Instant.now().getEpochSecond());
      loadedEvents.fire(loaded);
      opened(loaded);
      LOG.log(
          Level.INFO,
          "model {0} is ready after {1} ms",
          id(),
          (System.nanoTime() - began) / 1_000_000);
    } catch (SmolVlmException e) {
      LOG.log(Level.ERROR, "the model cannot be loaded: {0}", e.getMessage());
      Quarkus.asyncExit(BAD_MODEL);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the model cannot be loaded", e);
      Quarkus.asyncExit(BAD_MODEL);
    }
  }

  private LoadOptions options() {
    LoadOptions usual = LoadOptions.defaults();
    int threads = config.threads() == 0 ? usual.threads() : config.threads();
    return new LoadOptions(
        threads, usual.executor(), engine(config.queue(), config.cache()), config.precision());
  }

  private static EngineOptions engine(QueueSettings queue, CacheSettings cache) {
    EngineOptions usual = EngineOptions.defaults();
    long memory = queue.kvMemory().asLongValue();
    return new EngineOptions(
        queue.sequences(),
        // A queue of none would refuse what could begin at once.
        Math.max(1, queue.requests()),
        queue.work(),
        memory == 0 ? usual.keyValueBytes() : memory,
        queue.prefillChunk(),
        queue.drafts(),
        cache.images().asLongValue(),
        cache.prefixes().map(MemorySize::asLongValue).orElse(usual.prefixCacheBytes()),
        queue.patience());
  }

  private void opened(ServedModel model) {
    lock.lock();
    try {
      if (state == State.LOADING) {
        served = model;
        state = State.READY;
        return;
      }
    } finally {
      lock.unlock();
    }
    model.model().close();
  }

  /// The name that clients see, known before the model is loaded.
  public String id() {
    return config
        .modelName()
        .orElseGet(() -> {
          Path name = Path.of(reference).getFileName();
          String last = name == null ? reference : name.toString();
          return last.endsWith(".gguf") ? last.substring(0, last.length() - 5) : last;
        });
  }

  /// Whether requests are answered now.
  public boolean ready() {
    lock.lock();
    try {
      return state == State.READY;
    } finally {
      lock.unlock();
    }
  }

  /// The model once it is loaded, also while it takes on nothing new.
  public Optional<ServedModel> loaded() {
    lock.lock();
    try {
      return Optional.ofNullable(served);
    } finally {
      lock.unlock();
    }
  }

  /// The model, for new work.
  ///
  /// @throws ApiException while it loads or the service ends
  public ServedModel model() {
    lock.lock();
    try {
      if (state == State.READY && served != null) {
        return served;
      }
      throw state == State.LOADING
          ? new ApiException(
              ApiError.MODEL_LOADING,
              null,
              "The model is being loaded; try again soon.",
              Duration.ofSeconds(2))
          : new ApiException(
              ApiError.OVERLOADED,
              null,
              "The service is shutting down; send the request again.",
              Duration.ofSeconds(1));
    } finally {
      lock.unlock();
    }
  }

  /// Checks the name that a request gives.
  ///
  /// @throws ApiException with [ApiError#MODEL_NOT_FOUND] for another model
  public void checkName(Optional<String> name) {
    if (name.isPresent() && !name.get().isEmpty() && !name.get().equals(id())) {
      throw new ApiException(
          ApiError.MODEL_NOT_FOUND,
          "model",
          "There is no such model here; this service has '" + id() + "'.");
    }
  }

  /// The process was told to end and still listens: nothing new, what runs may finish, what does
  /// not finish in time is told so.
  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    end();
  }

  /// The last moment, also of processes that were not told first.
  void stop(@Observes ShutdownEvent event) {
    end();
  }

  /// Who came before may be anywhere between its body and its last token, and is answered; the
  /// engine closes behind the last of them.
  private void end() {
    if (!beginsToEnd()) {
      return;
    }
    try {
      if (!clients.awaitNone(grace)) {
        LOG.log(Level.WARNING, "answers were cut short: they took longer than {0} to end", grace);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ServedModel model = loaded().orElse(null);
    if (model != null) {
      model.model().close();
      tellTheRest();
    }
  }

  /// Gives those that were cut short the time to be told so.
  private void tellTheRest() {
    try {
      clients.awaitNone(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean beginsToEnd() {
    lock.lock();
    try {
      boolean first = state != State.DRAINING;
      state = State.DRAINING;
      return first;
    } finally {
      lock.unlock();
    }
  }
}
