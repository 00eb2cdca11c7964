package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Fetches a picture from an address in a request.
///
/// One plain GET a hop, over a connection of its own: nothing of the client's request goes along,
/// no cookies, no credentials, no origin. Redirects are followed by hand, each through all rules of
/// [SsrfGuard]. The deadline of the whole closes the socket, whatever it is doing.
final class ImageFetcher {
  private final FetchRules rules;
  private final SsrfGuard guard;
  private final Connections connections;
  private final Semaphore places;
  private final ScheduledExecutorService clock;

  /// @param places one for each fetch that may go on at a time
  /// @param clock closes sockets when their time is over
  ImageFetcher(
      FetchRules rules,
      SsrfGuard guard,
      Connections connections,
      Semaphore places,
      ScheduledExecutorService clock) {
    this.rules = rules;
    this.guard = guard;
    this.connections = connections;
    this.places = places;
    this.clock = clock;
  }

  /// Fetches the file.
  ///
  /// @param abandoned asked before each hop and each piece of the body: whether nobody waits any
  ///   more
  /// @throws IntakeException with [Reason#BLOCKED_URL], [Reason#FETCH_FAILED],
  ///   [Reason#IMAGE_TOO_LARGE], [Reason#BUSY] or [Reason#ABANDONED]
  byte[] fetch(String address, BooleanSupplier abandoned) {
    PictureUrl url = guard.parse(address);
    Deadline deadline = Deadline.in(rules.whole());
    try {
      if (!places.tryAcquire(rules.whole().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IntakeException(Reason.BUSY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IntakeException(Reason.ABANDONED);
    }
    try {
      return follow(url, deadline, abandoned);
    } finally {
      places.release();
    }
  }

  private byte[] follow(PictureUrl first, Deadline deadline, BooleanSupplier abandoned) {
    PictureUrl url = first;
    for (int hop = 0; hop <= rules.redirects(); hop++) {
      if (abandoned.getAsBoolean()) {
        throw new IntakeException(Reason.ABANDONED);
      }
      InetAddress checked = guard.addresses(url).getFirst();
      try (Exchange exchange = new Exchange(url, deadline, abandoned)) {
        HttpAnswer answer = exchange.ask(checked);
        if (!isRedirect(answer.status())) {
          return body(answer);
        }
        url =
            guard.redirected(
                url,
                answer
                    .header("location")
                    .orElseThrow(() -> new IntakeException(Reason.FETCH_FAILED)));
      } catch (HttpAnswer.TooLongException e) {
        throw new IntakeException(
            Reason.IMAGE_TOO_LARGE, ": at most %d bytes.".formatted(rules.maxBytes()));
      } catch (IOException e) {
        throw new IntakeException(
            abandoned.getAsBoolean() ? Reason.ABANDONED : Reason.FETCH_FAILED);
      }
    }
    throw new IntakeException(Reason.BLOCKED_URL);
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private byte[] body(HttpAnswer answer) throws IOException {
    if (answer.status() != 200) {
      throw new IntakeException(Reason.FETCH_FAILED);
    }
    return answer.body(rules.maxBytes());
  }

  /// One connection for one request.
  private final class Exchange implements AutoCloseable {
    private final PictureUrl url;
    private final Deadline deadline;
    private final BooleanSupplier abandoned;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<ScheduledFuture<?>> alarms = new ArrayList<>();

    Exchange(PictureUrl url, Deadline deadline, BooleanSupplier abandoned) {
      this.url = url;
      this.deadline = deadline;
      this.abandoned = abandoned;
    }

    HttpAnswer ask(InetAddress checked) throws IOException {
      Deadline connecting = Deadline.in(deadline.left(rules.connect()));
      Socket socket = connections.connect(checked, url.port(), deadline.left(rules.connect()));
      sockets.add(socket);
      alarms.add(closeAt(deadline, socket));
      if (url.secure()) {
        // Closing the plain socket ends a handshake that stands still.
        ScheduledFuture<?> alarm = closeAt(connecting, socket);
        alarms.add(alarm);
        Socket secured = connections.secure(socket, url);
        alarm.cancel(false);
        sockets.add(0, secured);
        socket = secured;
      }
      OutputStream out = socket.getOutputStream();
      out.write(request().getBytes(StandardCharsets.US_ASCII));
      out.flush();
      TimedStream in = new TimedStream(socket.getInputStream(), abandoned);
      ScheduledFuture<?> alarm = closeAt(Deadline.in(rules.firstByte()), sockets.getLast());
      alarms.add(alarm);
      in.awaitFirst();
      alarm.cancel(false);
      return HttpAnswer.readHead(in);
    }

    private String request() {
      return """
      GET %s HTTP/1.1\r
      Host: %s\r
      User-Agent: smolvlm\r
      Accept: image/*\r
      Accept-Encoding: identity\r
      Connection: close\r
      \r
      """
          .formatted(url.target(), url.hostHeader());
    }

    private ScheduledFuture<?> closeAt(Deadline moment, Socket socket) {
      return clock.schedule(
          () -> {
            socket.close();
            return null;
          },
          Math.max(0, moment.nanos() - System.nanoTime()),
          TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
      alarms.forEach(alarm -> alarm.cancel(false));
      for (Socket socket : sockets.reversed()) { // the plain one first: no farewell of TLS
        try {
          socket.close();
        } catch (IOException e) {
          // It is gone, which is all that is wanted.
        }
      }
    }
  }
}
