package io.smolvlm.app.intake;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// The only place of the application that opens outgoing sockets.
///
/// A socket goes to an address that was checked, never to a name, and through no proxy of the
/// environment. With TLS the certificate must be valid for the name, which is also sent as SNI.
class Connections {
  private final SSLSocketFactory tls;

  Connections(SSLSocketFactory tls) {
    this.tls = tls;
  }

  /// With the authorities that this Java runtime trusts.
  static Connections ofJava() {
    return new Connections((SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  /// Connects.
  ///
  /// @param checked comes from [SsrfGuard#addresses]
  Socket connect(InetAddress checked, int port, Duration patience) throws IOException {
    Socket socket = new Socket(Proxy.NO_PROXY);
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(checked, port), (int) Math.max(1, patience.toMillis()));
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// Lays TLS over a connection.
  final SSLSocket secure(Socket connected, PictureUrl url) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(connected, bare(url.host()), url.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    if (url.literal() == null) {
      parameters.setServerNames(List.of(new SNIHostName(url.host())));
    }
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
