package io.smolvlm.app.intake;

import io.smolvlm.app.config.DecodeSettings;
import io.smolvlm.app.config.DocumentSettings;
import io.smolvlm.app.config.FetchSettings;
import io.smolvlm.app.config.PictureSettings;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.document.DocumentLimits;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Makes the one intake of the service as its settings say.
@Singleton
final class IntakeProducer {
  @Produces
  @Singleton
  PictureIntake intake(ServiceConfig config) {
    ImageLimits limits = limits(config.pictures());
    DocumentLimits documents = limits(config.documents());
    PictureDecoder decoder =
        config.decode().isolated()
            ? new DecodeWorkers(rules(config.decode()), limits, documents)
            : new InProcessDecoder(limits, documents);
    return new PictureIntake(
        limits, documents, decoder, fetcher(config.fetch(), limits), config.fetch().perRequest());
  }

  private static Optional<ImageFetcher> fetcher(FetchSettings fetch, ImageLimits limits) {
    if (!fetch.enabled()) {
      return Optional.empty();
    }
    FetchRules rules = rules(fetch, limits);
    ExecutorService lookups =
        new ThreadPoolExecutor(
            0,
            fetch.atATime(),
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("picture-lookup").factory());
    return Optional.of(
        new ImageFetcher(
            rules,
            new SsrfGuard(rules, InetAddress::getAllByName, lookups),
            Connections.ofJava(),
            new Semaphore(fetch.atATime(), true),
            Clocks.daemon("picture-fetches")));
  }

  static FetchRules rules(FetchSettings fetch, ImageLimits limits) {
    Set<Integer> usual = fetch.http() ? Set.of(443, 80) : Set.of(443);
    return new FetchRules(
        fetch.http(),
        fetch.ports().map(Set::copyOf).orElse(usual),
        fetch.allow().orElse(List.of()),
        fetch.lookup(),
        fetch.connect(),
        fetch.firstByte(),
        fetch.whole(),
        limits.maxBytes(),
        fetch.redirects());
  }

  static DecodeRules rules(DecodeSettings decode) {
    return new DecodeRules(
        decode.workers(),
        decode.memory().asLongValue(),
        decode.deadline(),
        decode.patience(),
        decode.jobs(),
        decode.refusal());
  }

  void close(@Disposes PictureIntake intake) {
    intake.close();
  }

  static ImageLimits limits(PictureSettings pictures) {
    ImageLimits usual = ImageLimits.DEFAULT;
    return new ImageLimits(
        Math.toIntExact(pictures.maxBytes().asLongValue()),
        pictures.maxPixels(),
        pictures.maxSide(),
        usual.maxMetadataBytes(),
        usual.maxScans(),
        usual.maxScanPixels());
  }

  static DocumentLimits limits(DocumentSettings documents) {
    return new DocumentLimits(
        Math.toIntExact(documents.maxBytes().asLongValue()),
        documents.maxPages(),
        documents.maxPixels(),
        documents.pageDeadline(),
        documents.deadline());
  }
}
