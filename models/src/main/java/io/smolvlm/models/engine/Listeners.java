package io.smolvlm.models.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The listeners of an engine; none of them can disturb it.
final class Listeners {
  private static final Logger LOG = System.getLogger(Listeners.class.getName());

  private final List<EngineListener> all = new CopyOnWriteArrayList<>();

  void add(EngineListener listener) {
    all.add(listener);
  }

  void tell(Consumer<EngineListener> news) {
    for (EngineListener listener : all) {
      try {
        news.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "a listener of the engine failed", e);
      }
    }
  }
}
