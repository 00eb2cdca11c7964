package io.smolvlm.tensor.torch;

import ai.djl.engine.Engine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// libtorch as a whole: whether it can be had, and its settings, made once before its first
/// operation.
public final class Torch {
  private static final Logger LOG = System.getLogger(Torch.class.getName());

  private Torch() {}

  /// libtorch reads its thread count before its first operation, hence a class of its own for the
  /// moment.
  private static final class Loaded {
    static final String VERSION = load();

    private static String load() {
      System.setProperty("ai.djl.offline", "true"); // nothing is fetched at run time
      System.setProperty("OPT_OUT_TRACKING", "true");
      int threads =
          Integer.getInteger("smolvlm.threads", Runtime.getRuntime().availableProcessors());
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
      Engine engine = Engine.getEngine("PyTorch");
      LOG.log(Level.DEBUG, "libtorch {0}, {1} threads", engine.getVersion(), threads);
      return engine.getVersion();
    }
  }

  /// Loads the library if it is not loaded yet.
  ///
  /// @throws IllegalStateException when there is none for this platform
  static void prepare() {
    try {
      if (Loaded.VERSION.isEmpty()) {
        throw new IllegalStateException("libtorch gives no version");
      }
    } catch (LinkageError e) {
      throw new IllegalStateException("libtorch cannot be loaded on this platform", e);
    }
  }

  /// Whether the library can be used here; loads it.
  public static boolean available() {
    try {
      prepare();
      return true;
    } catch (IllegalStateException e) {
      LOG.log(Level.WARNING, "libtorch is not used: {0}", e.getCause() == null ? e : e.getCause());
      return false;
    }
  }
}
