package io.smolvlm.app.rest.ask;

import io.opentelemetry.context.Context;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.intake.IntakeException;
import io.smolvlm.app.intake.Picture;
import io.smolvlm.app.intake.PictureIntake;
import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.Client;
import io.smolvlm.app.rest.Exchange;
import io.smolvlm.app.rest.Refusals;
import io.smolvlm.app.rest.ServedModel;
import io.smolvlm.app.rest.metrics.AnswerMeters;
import io.smolvlm.app.rest.metrics.Stages;
import io.smolvlm.language.grammar.AnswerGrammar;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.OverloadedException;
import io.smolvlm.models.engine.PreparedRequest;
import io.smolvlm.models.engine.TokenStream;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Puts questions before the engine: pictures are read, the prompt is made and measured, and what
/// fits is admitted or refused at once.
///
/// On the calling thread, best a virtual one; only the engine's own thread does maths.
@ApplicationScoped
public class Answers {
  private final ServiceConfig config;
  private final PictureIntake intake;
  private final Preparation preparation;
  private final AnswerMeters meters;
  private final Stages stages;

  Answers(
      ServiceConfig config,
      PictureIntake intake,
      Preparation preparation,
      AnswerMeters meters,
      Stages stages) {
    this.config = config;
    this.intake = intake;
    this.preparation = preparation;
    this.meters = meters;
    this.stages = stages;
  }

  /// A question as the engine takes it.
  ///
  /// @param pictures as they came in, in order
  public record Prepared(Ask ask, PreparedRequest request, List<Picture> pictures) {
    /// Milliseconds until all files were here.
    public double fetchMillis() {
      return pictures.stream().mapToDouble(Picture::fetchMillis).sum();
    }

    /// Milliseconds from files to pixels.
    public double decodeMillis() {
      return pictures.stream().mapToDouble(Picture::decodeMillis).sum();
    }
  }

  /// Reads pictures and makes the prompt.
  ///
  /// @throws ApiException if a picture or the length is refused
  /// @throws Client.Gone if nobody waits any more
  public Prepared prepare(Ask ask, Exchange exchange) {
    ServedModel model = exchange.model();
    Client client = exchange.client();
    checkText(ask, model);
    List<List<Picture>> places =
        read(ask.conversation().pictures(), model.longestEdge(ask.imageOptions()), client);
    client.ensureThere();
    List<Picture> pictures = places.stream().flatMap(List::stream).toList();
    if (pictures.size() > Math.max(config.pictures().maxCount(), places.size())) {
      throw MessageReader.tooMany("messages", config.pictures().maxCount());
    }
    var request =
        new GenerationRequest(
            ask.conversation().messages(places.stream().map(List::size).toList()),
            pictures.stream().map(Picture::image).toList(),
            ask.imageOptions(),
            ask.parameters());
    PreparedRequest prepared =
        stages.in("prepare", () -> preparation.run(() -> model.model().prepare(request)));
    if (ask.lengthAsked() && prepared.maxTokens() < ask.parameters().maxTokens()) {
      throw Refusals.contextLength(
          model.contextLength(), prepared.prompt(), ask.parameters().maxTokens());
    }
    checkGrammar(prepared);
    client.ensureThere();
    return new Prepared(ask, prepared, pictures);
  }

  /// Refuses text that cannot fit before it is cut into tokens.
  public void checkText(Ask ask, ServedModel model) {
    long least = model.leastTokens(ask.conversation().characters());
    if (least >= model.contextLength()) {
      throw new ApiException(
          ApiError.CONTEXT_LENGTH_EXCEEDED,
          "messages",
          "This model's maximum context length is "
              + model.contextLength()
              + " tokens; the text alone takes at least "
              + least
              + ".");
    }
  }

  /// An answer that must be of a form needs room for its shortest text.
  private static void checkGrammar(PreparedRequest prepared) {
    AnswerGrammar grammar = prepared.parameters().grammarOrNull();
    if (grammar != null && grammar.minimumTokens() > prepared.maxTokens()) {
      throw new ApiException(
          ApiError.INVALID_VALUE,
          "max_tokens",
          "The shortest answer of this form may take "
              + grammar.minimumTokens()
              + " tokens; there is room for "
              + prepared.maxTokens()
              + ".");
    }
  }

  /// Several at a time, since fetching and decoding wait for others.
  ///
  /// @return for each place one picture, or one a page
  private List<List<Picture>> read(List<PictureSlot> slots, int longestEdge, Client client) {
    if (slots.size() < 2) {
      return slots.stream().map(slot -> readPages(slot, longestEdge, client)).toList();
    }
    Context context = Context.current();
    var turns = new Semaphore(config.fetch().perRequest());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Picture>>> reading = new ArrayList<>();
      for (PictureSlot slot : slots) {
        reading.add(
            threads.submit(
                context.wrap(() -> {
                  turns.acquire();
                  try {
                    return readPages(slot, longestEdge, client);
                  } finally {
                    turns.release();
                  }
                })));
      }
      List<List<Picture>> places = new ArrayList<>();
      try {
        for (Future<List<Picture>> place : reading) {
          places.add(place.get());
        }
      } finally {
        reading.forEach(place -> place.cancel(true));
      }
      return places;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException("a picture was not read", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Client.Gone();
    }
  }

  /// @throws ApiException with the picture's place as its parameter
  public Picture readOne(PictureSlot slot, Client client) {
    return readPages(slot, 1, client).getFirst();
  }

  /// One picture, or one a page.
  ///
  /// @param longestEdge of pages in pixels
  /// @throws ApiException with the picture's place as its parameter
  public List<Picture> readPages(PictureSlot slot, int longestEdge, Client client) {
    client.ensureThere();
    try {
      List<Picture> pictures =
          stages.in(
              "read picture", () -> intake.readPages(slot.source(), longestEdge, client::gone));
      pictures.forEach(meters::picture);
      if (slot.source() instanceof PictureSource.Document) {
        meters.document(pictures.size());
      }
      return pictures;
    } catch (IntakeException e) {
      meters.refusedPicture(e.reason());
      client.ensureThere();
      throw Refusals.of(e, slot.path());
    }
  }

  /// Hands a prepared question to the engine.
  ///
  /// @throws OverloadedException if it takes no more
  public Answer submit(PreparedRequest prepared, Exchange exchange) {
    Client client = exchange.client();
    client.ensureThere();
    var admission = new Admission(client.name(), config.queue().deadline());
    try {
      TokenStream stream = exchange.submit(prepared, admission);
      int choices = prepared.parameters().choices();
      return new Answer(choices, stream, client, meters.admitted(prepared), stages.admitted());
    } catch (OverloadedException e) {
      meters.rejected();
      throw e;
    }
  }
}
