package io.smolvlm.vision.process;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.URL;
import java.net.URLStreamHandler;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/// Takes the network away from the Java code of a process: sockets, channels and addresses that
/// libraries could open. Not a wall against native code, but no picture format has a reason to try.
public final class NoNetwork extends SelectorProvider {
  /// The property that puts this class in the place of Java's own channels; it must be set when the
  /// process starts.
  public static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";

  /// Made by Java itself, see [#PROPERTY].
  public NoNetwork() {}

  @SuppressWarnings("deprecation") // for want of another way to refuse plain sockets
  static void install() throws IOException {
    Socket.setSocketImplFactory(() -> {
      throw new UnsupportedOperationException("no network here");
    });
    URL.setURLStreamHandlerFactory(
        scheme -> scheme.equals("file") || scheme.equals("jar") ? null : new Refusing());
  }

  private static final class Refusing extends URLStreamHandler {
    @Override
    protected java.net.URLConnection openConnection(URL url) throws IOException {
      throw refused();
    }
  }

  private static IOException refused() {
    return new IOException("no network here");
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    throw refused();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    throw refused();
  }

  @Override
  public Pipe openPipe() throws IOException {
    throw refused();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    throw refused();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    throw refused();
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    throw refused();
  }
}
