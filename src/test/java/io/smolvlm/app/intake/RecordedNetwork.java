package io.smolvlm.app.intake;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// A network that records: names answer as a test says, and a connection to the one public address
/// it knows arrives at a server of the test instead. Nothing leaves the machine.
final class RecordedNetwork implements AutoCloseable {
  /// Stands for any server of the internet.
  static final String PUBLIC = "93.184.216.34";

  private final Map<String, List<List<String>>> names = new HashMap<>();
  private final List<String> lookedUp = Collections.synchronizedList(new ArrayList<>());
  private final List<String> connected = Collections.synchronizedList(new ArrayList<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger lookups = new AtomicInteger();
  private @Nullable ServerSocket server;
  private SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();

  /// @param resolver names and their addresses, as in the manifest
  static RecordedNetwork of(@Nullable JsonNode resolver) {
    RecordedNetwork network = new RecordedNetwork();
    if (resolver != null) {
      resolver
          .properties()
          .forEach(entry -> {
            List<String> addresses = new ArrayList<>();
            entry.getValue().forEach(a -> addresses.add(a.textValue()));
            network.names.put(entry.getKey(), List.of(addresses));
          });
    }
    return network;
  }

  /// @param description a `server` of the manifest
  static RecordedNetwork live(JsonNode description) throws IOException {
    List<String> addresses = new ArrayList<>();
    description
        .get("resolve")
        .forEach(a -> addresses.add(a.textValue().replace("<public>", PUBLIC)));
    boolean atOnce = description.path("resolve_mode").asText().equals("all");
    List<List<String>> answers =
        atOnce ? List.of(addresses) : addresses.stream().map(List::of).toList();
    JsonNode reply = description.get("reply");
    return serving("pictures.example", answers, out -> ReplyWriter.write(reply, out))
        .refusing(reply.path("refuse").asBoolean());
  }

  interface Reply {
    void to(OutputStream out) throws Exception;
  }

  /// A server of the internet under a name.
  ///
  /// @param answers of the name, one after the other; the last one stays
  static RecordedNetwork serving(String name, List<List<String>> answers, Reply reply)
      throws IOException {
    RecordedNetwork network = new RecordedNetwork();
    network.names.put(name, answers);
    network.serve(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), reply);
    return network;
  }

  RecordedNetwork withTls(SSLSocketFactory factory) {
    tls = factory;
    return this;
  }

  RecordedNetwork also(String name, String address) {
    names.put(name, List.of(List.of(address)));
    return this;
  }

  void serve(ServerSocket socket, Reply reply) {
    server = socket;
    Thread.ofVirtual().start(() -> accept(socket, reply));
  }

  private RecordedNetwork refusing(boolean refuses) throws IOException {
    if (refuses && server != null) {
      server.close();
    }
    return this;
  }

  private void accept(ServerSocket socket, Reply reply) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Thread.ofVirtual().start(() -> answer(client, reply));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void answer(Socket client, Reply reply) {
    try (client) {
      var in =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
      StringBuilder request = new StringBuilder();
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        request.append(line).append('\n');
      }
      if (request.isEmpty()) {
        return;
      }
      requests.add(request.toString());
      reply.to(client.getOutputStream());
      client.getOutputStream().flush();
    } catch (Exception e) {
      // The fetcher has gone.
    }
  }

  ImageFetcher fetcher(Duration whole) {
    return fetcher(rules(whole, List.of()));
  }

  static FetchRules rules(Duration whole, List<String> allow) {
    return new FetchRules(
        true,
        Set.of(80, 443),
        allow,
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofSeconds(5),
        whole,
        20 << 20,
        3);
  }

  ImageFetcher fetcher(FetchRules rules) {
    return new ImageFetcher(
        rules,
        new SsrfGuard(rules, this::resolve, Executors.newVirtualThreadPerTaskExecutor()),
        new Connections(tls) {
          @Override
          Socket connect(InetAddress checked, int port, Duration patience) throws IOException {
            connected.add(checked.getHostAddress());
            Socket socket = new Socket();
            ServerSocket to = server;
            if (to == null || to.isClosed()) {
              throw new IOException("refused");
            }
            socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getLocalPort()), 3000);
            return socket;
          }
        },
        new Semaphore(32),
        Clocks.daemon("test-fetches"));
  }

  private InetAddress[] resolve(String name) throws UnknownHostException {
    lookedUp.add(name);
    List<List<String>> answers = names.get(name);
    if (answers == null) {
      throw new UnknownHostException(name);
    }
    List<String> answer = answers.get(Math.min(lookups.getAndIncrement(), answers.size() - 1));
    InetAddress[] addresses = new InetAddress[answer.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = InetAddress.getByName(answer.get(i));
    }
    return addresses;
  }

  List<String> lookedUp() {
    return List.copyOf(lookedUp);
  }

  List<String> connected() {
    return List.copyOf(connected);
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  /// A small PNG.
  static byte[] picture() throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(
        new java.awt.image.BufferedImage(5, 4, java.awt.image.BufferedImage.TYPE_INT_RGB),
        "png",
        out);
    return out.toByteArray();
  }

  /// Answers as the manifest describes them.
  private static final class ReplyWriter {
    private static final List<String> KNOWN =
        List.of(
            "status",
            "location",
            "drip_bytes_per_s",
            "body_drip_bytes_per_s",
            "endless",
            "content_length",
            "gzip_zeros",
            "body",
            "content_type",
            "refuse",
            "picture");

    static void write(JsonNode reply, OutputStream out) throws Exception {
      reply
          .fieldNames()
          .forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
              throw new AssertionError("the manifest has a new kind of reply: " + name);
            }
          });
      if (reply.has("drip_bytes_per_s")) {
        drip(out, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
        return;
      }
      int status = reply.path("status").asInt(200);
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Something\r\n");
      if (reply.has("location")) {
        head.append("Location: ").append(reply.get("location").textValue()).append("\r\n");
      }
      if (reply.has("content_length")) {
        head.append("Content-Length: ").append(reply.get("content_length")).append("\r\n");
      }
      if (reply.has("content_type")) {
        head.append("Content-Type: ").append(reply.get("content_type").textValue()).append("\r\n");
      }
      if (reply.has("gzip_zeros")) {
        head.append("Content-Encoding: gzip\r\n");
      }
      out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      out.flush();
      body(reply, out);
    }

    private static void body(JsonNode reply, OutputStream out) throws Exception {
      byte[] zeros = new byte[1 << 16];
      if (reply.has("body_drip_bytes_per_s")) {
        drip(out, "0123456789012345678901234567890123456789");
      } else if (reply.path("endless").asBoolean() || reply.has("content_length")) {
        for (int i = 0; i < 16_000; i++) {
          out.write(zeros);
        }
      } else if (reply.has("gzip_zeros")) {
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
          for (long left = reply.get("gzip_zeros").asLong(); left > 0; left -= zeros.length) {
            gzip.write(zeros);
          }
        }
      } else if (reply.path("picture").asBoolean()) {
        out.write(picture());
      } else if (reply.has("body")) {
        out.write(reply.get("body").textValue().getBytes(StandardCharsets.UTF_8));
      }
    }

    private static void drip(OutputStream out, String text) throws Exception {
      for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
        out.write(b);
        out.flush();
        Thread.sleep(1000);
      }
    }
  }
}
