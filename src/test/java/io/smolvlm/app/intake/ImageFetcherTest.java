package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.app.intake.IntakeException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFetcherTest {
  private static final Duration WHOLE = Duration.ofSeconds(10);
  private static final String NAME = "pictures.example";
  private static final List<List<String>> ANSWERS = List.of(List.of(RecordedNetwork.PUBLIC));

  @TempDir Path folder;

  private static RecordedNetwork replying(String answer) throws IOException {
    return RecordedNetwork.serving(
        NAME, ANSWERS, out -> out.write(answer.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static byte[] fetch(RecordedNetwork network, String url) {
    return network.fetcher(WHOLE).fetch(url, () -> false);
  }

  private static Reason refusal(RecordedNetwork network, String url) {
    return assertThrows(IntakeException.class, () -> fetch(network, url)).reason();
  }

  @Test
  void requestSaysNoMoreThanItMust() throws IOException {
    try (var network = replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")) {
      assertArrayEquals(new byte[] {'a', 'b'}, fetch(network, "http://Pictures.example/a?b#c"));
      assertEquals(
          List.of(
              """
              GET /a?b HTTP/1.1
              Host: pictures.example
              User-Agent: smolvlm
              Accept: image/*
              Accept-Encoding: identity
              Connection: close
              """),
          network.requests());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n\r\nab",
        "HTTP/1.0 200\r\n\r\nab",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nabc",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1;x=y\r\nb\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\nab"
      })
  void bodyComesInEveryForm(String answer) throws IOException {
    try (var network = replying(answer)) {
      assertEquals("ab", new String(fetch(network, "http://pictures.example/"), "US-ASCII"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 204 None\r\n\r\n",
        "HTTP/1.1 206 Part\r\n\r\nab",
        "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nab",
        "HTTP/1.1 200 OK\r\n"
            + "Content-Length: 2\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + "2\r\n"
            + "ab\r\n"
            + "0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\nab"
      })
  void answersThatBreakTheRulesGiveNoPicture(String answer) throws IOException {
    try (var network = replying(answer)) {
      assertEquals(Reason.FETCH_FAILED, refusal(network, "http://pictures.example/"));
    }
  }

  @Test
  void headsAreBounded() throws IOException {
    String many = "HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(101) + "\r\nab";
    String wide = "HTTP/1.1 200 OK\r\na: " + "b".repeat(33_000) + "\r\n\r\nab";
    for (String answer : List.of(many, wide)) {
      InputStream in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.US_ASCII));
      assertThrows(HttpAnswer.BadAnswerException.class, () -> HttpAnswer.readHead(in));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nab"
      })
  void bytesAreCountedInEveryForm(String answer) throws IOException {
    InputStream in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.US_ASCII));
    HttpAnswer head = HttpAnswer.readHead(in);
    assertThrows(HttpAnswer.TooLongException.class, () -> head.body(3));
  }

  @Test
  void redirectsGoThroughAllRules() throws IOException {
    for (String to :
        List.of(
            "http://10.0.0.1/",
            "http://inside.example/",
            "http://pictures.example:22/",
            "http://0x7f.1/",
            "ftp://pictures.example/",
            "http://user@pictures.example/")) {
      try (var network =
          replying("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\n\r\n")
              .also("inside.example", "192.168.0.7")) {
        assertEquals(Reason.BLOCKED_URL, refusal(network, "http://pictures.example/"), to);
        assertEquals(List.of(RecordedNetwork.PUBLIC), network.connected());
      }
    }
  }

  @Test
  void allowListIsAskedAtEachHop() throws IOException {
    try (var network =
        replying("HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\n\r\n")
            .also("other.example", RecordedNetwork.PUBLIC)) {
      for (String allowed : List.of("pictures.example", ".example.org")) {
        var fetcher = network.fetcher(RecordedNetwork.rules(WHOLE, List.of(allowed)));
        assertEquals(
            Reason.BLOCKED_URL,
            assertThrows(
                    IntakeException.class,
                    () -> fetcher.fetch("http://pictures.example/", () -> false))
                .reason());
      }
      assertEquals(1, network.connected().size());
    }
  }

  @Test
  void suffixesOfTheAllowListBeginAtADot() {
    var rules = RecordedNetwork.rules(WHOLE, List.of("Exact.example", ".below.example"));
    assertTrue(rules.allows("exact.example"));
    assertTrue(rules.allows("a.below.example"));
    for (String host :
        List.of("a.exact.example", "below.example", "notbelow.example", "xexact.example")) {
      assertTrue(!rules.allows(host), host);
    }
  }

  @Test
  void deadlineOfTheWholeHoldsWhateverTheServerDoes() throws IOException {
    try (var network =
        RecordedNetwork.serving(
            NAME,
            ANSWERS,
            out -> {
              out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes("US-ASCII"));
              while (true) { // fast enough, without end
                out.write(new byte[4096]);
                out.flush();
                Thread.sleep(100);
              }
            })) {
      long begun = System.nanoTime();
      var fetcher = network.fetcher(Duration.ofSeconds(1));
      assertEquals(
          Reason.FETCH_FAILED,
          assertThrows(
                  IntakeException.class,
                  () -> fetcher.fetch("http://pictures.example/", () -> false))
              .reason());
      assertTrue((System.nanoTime() - begun) / 1e9 < 3);
    }
  }

  @Test
  void nobodyWaitingEndsTheFetch() throws IOException {
    AtomicBoolean gone = new AtomicBoolean();
    try (var network =
        RecordedNetwork.serving(
            NAME,
            ANSWERS,
            out -> {
              out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes("US-ASCII"));
              gone.set(true);
              for (int i = 0; i < 100; i++) {
                out.write(new byte[4096]);
                out.flush();
                Thread.sleep(100);
              }
            })) {
      assertEquals(
          Reason.ABANDONED,
          assertThrows(
                  IntakeException.class,
                  () -> network.fetcher(WHOLE).fetch("http://pictures.example/", gone::get))
              .reason());
    }
  }

  /// The socket goes to the checked address; name and certificate are those of the address given.
  @Test
  void tlsAsksForTheNameAndChecksTheCertificate() throws Exception {
    KeyStore store = selfSigned(NAME);
    SSLContext server = context(store);
    var socket =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    try (var network = RecordedNetwork.of(null).withTls(context(store).getSocketFactory())) {
      network.also(NAME, RecordedNetwork.PUBLIC).also("other.example", RecordedNetwork.PUBLIC);
      network.serve(socket, out -> out.write("HTTP/1.1 200 OK\r\n\r\nab".getBytes("US-ASCII")));
      assertEquals("ab", new String(fetch(network, "https://pictures.example/"), "US-ASCII"));
      assertEquals(Reason.FETCH_FAILED, refusal(network, "https://other.example/"));
      assertEquals(1, network.requests().size(), "nothing is asked of a server with another name");
    }
    try (var network = RecordedNetwork.of(null)) { // Java's own list of authorities
      network.also(NAME, RecordedNetwork.PUBLIC);
      network.serve(
          (SSLServerSocket)
              server
                  .getServerSocketFactory()
                  .createServerSocket(0, 10, InetAddress.getLoopbackAddress()),
          out -> {});
      assertEquals(Reason.FETCH_FAILED, refusal(network, "https://pictures.example/"));
    }
  }

  @Test
  void serverNameIsSent() throws Exception {
    KeyStore store = selfSigned(NAME);
    try (var socket =
        (SSLServerSocket)
            context(store)
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      var names = new java.util.concurrent.CompletableFuture<String>();
      Thread.ofVirtual()
          .start(() -> {
            try (SSLSocket client = (SSLSocket) socket.accept()) {
              client.startHandshake();
              names.complete(
                  ((ExtendedSSLSession) client.getSession()).getRequestedServerNames().toString());
            } catch (IOException e) {
              names.completeExceptionally(e);
            }
          });
      var connections = new Connections(context(store).getSocketFactory());
      try (var plain =
              connections.connect(
                  InetAddress.getLoopbackAddress(), socket.getLocalPort(), Duration.ofSeconds(3));
          var secured = connections.secure(plain, PictureUrl.parse("https://pictures.example/"))) {
        assertTrue(names.get().contains("value=pictures.example"), names.get());
        assertTrue(secured.getSession().getProtocol().startsWith("TLSv1."));
      }
    }
  }

  @Test
  void redirectFromTlsToPlainIsRefused() {
    var guard =
        new SsrfGuard(
            RecordedNetwork.rules(WHOLE, List.of()),
            name -> new InetAddress[0],
            java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor());
    PictureUrl from = guard.parse("https://pictures.example/");
    assertEquals(
        Reason.BLOCKED_URL,
        assertThrows(
                IntakeException.class, () -> guard.redirected(from, "http://pictures.example/"))
            .reason());
  }

  private KeyStore selfSigned(String name) throws Exception {
    Path file = folder.resolve("keys.p12");
    if (!Files.exists(file)) {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "test",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=dns:" + name,
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  "testing",
                  "-keystore",
                  file.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes());
      assertEquals(0, keytool.waitFor(), said);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, "testing".toCharArray());
    }
    return store;
  }

  private static SSLContext context(KeyStore store) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "testing".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("test", store.getCertificate("test"));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
