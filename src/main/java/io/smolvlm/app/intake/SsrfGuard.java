package io.smolvlm.app.intake;

import io.smolvlm.app.intake.IntakeException.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Decides whether an address in a request may be reached (server-side request forgery). It is
/// asked for each hop of a chain of redirects.
///
/// In this order: the address is one that all programs read alike; its scheme, port and host are
/// allowed; only then its name is looked up, once; every address of the answer must be public. The
/// caller connects to one of the addresses returned and never looks the name up again, so an answer
/// that changes between check and use (rebinding) changes nothing.
final class SsrfGuard {
  /// Looks names up.
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String name) throws UnknownHostException;
  }

  private final FetchRules rules;
  private final Resolver resolver;
  private final ExecutorService lookups;

  /// @param lookups threads that a look-up which never returns may hold
  SsrfGuard(FetchRules rules, Resolver resolver, ExecutorService lookups) {
    this.rules = rules;
    this.resolver = resolver;
    this.lookups = lookups;
  }

  /// Rules that need no look-up.
  ///
  /// @throws IntakeException with [Reason#BLOCKED_URL]
  PictureUrl parse(String text) {
    return allowed(PictureUrl.parse(text));
  }

  /// The same for the next hop.
  PictureUrl redirected(PictureUrl from, String location) {
    PictureUrl to = allowed(from.redirected(location));
    if (from.secure() && !to.secure()) {
      throw new IntakeException(Reason.BLOCKED_URL);
    }
    return to;
  }

  private PictureUrl allowed(@org.jspecify.annotations.Nullable PictureUrl url) {
    if (url == null
        || !(url.secure() || rules.http())
        || !rules.ports().contains(url.port())
        || !rules.allows(url.host())) {
      throw new IntakeException(Reason.BLOCKED_URL);
    }
    return url;
  }

  /// The addresses of a host, all of them public.
  ///
  /// @throws IntakeException with [Reason#BLOCKED_URL] if there is none, one of them is not public,
  ///   or the answer does not come in time
  List<InetAddress> addresses(PictureUrl url) {
    InetAddress literal = url.literal();
    List<InetAddress> found = literal != null ? List.of(literal) : lookUp(url.host());
    if (found.isEmpty() || !found.stream().allMatch(PublicAddresses::contains)) {
      throw new IntakeException(Reason.BLOCKED_URL);
    }
    return found;
  }

  private List<InetAddress> lookUp(String name) {
    try {
      Future<InetAddress[]> answer = lookups.submit(() -> resolver.resolve(name));
      return List.of(answer.get(rules.lookup().toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
      throw new IntakeException(Reason.BLOCKED_URL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IntakeException(Reason.ABANDONED);
    }
  }
}
