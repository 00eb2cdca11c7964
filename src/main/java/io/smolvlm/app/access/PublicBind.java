package io.smolvlm.app.access;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// Refuses to be reachable from other machines without keys.
public final class PublicBind {
  private PublicBind() {}

  /// Checks an address before anything listens on it. Whether others reach it is told by its form
  /// alone; a name other than `localhost` counts as reachable.
  ///
  /// @param host the address that is listened on
  /// @param keys whether callers are asked for keys
  /// @throws SmolVlmException naming the options that help
  public static void check(String host, boolean keys) {
    if (!keys && !staysHere(host)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "host: "
              + host
              + " can be reached from other machines, which needs API keys: make one with"
              + " `smolvlm key NAME` and start with --api-keys FILE (smolvlm.api-keys), or"
              + " listen on 127.0.0.1");
    }
  }

  private static boolean staysHere(String host) {
    return host.equals("localhost")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}")
        || host.equals("::1")
        || host.equals("[::1]")
        || host.equals("0:0:0:0:0:0:0:1");
  }
}
