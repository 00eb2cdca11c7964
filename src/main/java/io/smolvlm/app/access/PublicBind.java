package io.smolvlm.app.access;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;

/// Refuses to be reachable from other machines without keys.
final class PublicBind {
  private PublicBind() {}

  /// @param host the address that is listened on
  /// @throws SmolVlmException naming the options that help
  static void check(String host, boolean keys) {
    if (!keys && !staysHere(host)) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "host: "
              + host
              + " can be reached from other machines, which needs API keys: make one with"
              + " `smolvlm key NAME` and start with --api-keys FILE (smolvlm.access.api-keys), or"
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
