package io.smolvlm.app.rest.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smolvlm.app.intake.Picture;
import io.smolvlm.app.rest.ModelHost;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.models.engine.PreparedRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;

/// Counts and times answers as their readers see them.
@ApplicationScoped
public class AnswerMeters {
  private final MeterRegistry registry;
  private final Meters meters;
  private final Counter promptTokens;
  private final Counter cachedTokens;
  private final Counter generationTokens;
  private final Counter rejections;
  private final DistributionSummary firstToken;
  private final DistributionSummary betweenTokens;
  private final DistributionSummary perToken;
  private final DistributionSummary whole;
  private final DistributionSummary queue;
  private final DistributionSummary prefill;
  private final DistributionSummary decode;
  private final DistributionSummary inference;
  private final DistributionSummary promptLength;
  private final DistributionSummary answerLength;
  private final DistributionSummary maxTokens;
  private final DistributionSummary choices;
  private final DistributionSummary imageFetch;
  private final DistributionSummary imageDecode;
  private final DistributionSummary imagePreprocess;
  private final DistributionSummary imageEncode;
  private final Counter pdfPages;

  AnswerMeters(MeterRegistry registry, ModelHost host) {
    this.registry = registry;
    meters = new Meters(registry, host.id());
    promptTokens = meters.counter("prompt_tokens", "Tokens of prompts.");
    cachedTokens = meters.counter("prompt_tokens_cached", "Tokens of prompts found in a cache.");
    generationTokens = meters.counter("generation_tokens", "Tokens of answers.");
    // Counters that dashboards look for and that stay at 0 here.
    meters.counter("num_preemptions", "Requests that lost their place; none ever does here.");
    rejections = meters.counter("admission_rejections", "Requests refused for want of room.");
    firstToken = meters.firstToken("time_to_first_token_seconds", "From admission to a token.");
    betweenTokens = meters.token("inter_token_latency_seconds", "Between tokens of an answer.");
    perToken = meters.token("request_time_per_output_token_seconds", "Mean between tokens.");
    whole = meters.request("e2e_request_latency_seconds", "From admission to the end.");
    queue = meters.request("request_queue_time_seconds", "Waiting for a turn.");
    prefill = meters.request("request_prefill_time_seconds", "Pictures and prompt.");
    decode = meters.request("request_decode_time_seconds", "Tokens after the first.");
    inference = meters.request("request_inference_time_seconds", "Prefill and decode.");
    promptLength = meters.count("request_prompt_tokens", "Tokens of a prompt.");
    answerLength = meters.count("request_generation_tokens", "Tokens of an answer.");
    maxTokens = meters.count("request_params_max_tokens", "Most tokens asked for.");
    choices = meters.choices("request_params_n", "Answers asked for.");
    imageFetch = meters.stage("image_fetch_seconds", "Getting a picture from its address.");
    imageDecode = meters.stage("image_decode_seconds", "A picture's file to pixels.");
    imagePreprocess = meters.stage("image_preprocess_seconds", "Pixels of a request to tiles.");
    imageEncode = meters.stage("image_encode_seconds", "Tiles of a request to image tokens.");
    pdfPages = meters.own("pdf_pages", "Pages of documents that were drawn.");
  }

  /// A picture has been read.
  public void picture(Picture picture) {
    imageDecode.record(picture.decodeMillis() / 1e3);
    if (picture.fetchMillis() > 0) {
      imageFetch.record(picture.fetchMillis() / 1e3);
    }
  }

  /// A document has been read.
  ///
  /// @param pages each of which is a picture, too
  public void document(int pages) {
    pdfPages.increment(pages);
  }

  /// A picture was refused.
  ///
  /// @param reason of a fixed vocabulary
  public void refusedPicture(Enum<?> reason) {
    Counter.builder("smolvlm_image_rejected")
        .description("Pictures refused.")
        .tags(meters.tags().and("reason", reason.name().toLowerCase(Locale.ROOT)))
        .register(registry)
        .increment();
  }

  /// A request was not admitted.
  public void rejected() {
    rejections.increment();
  }

  /// Watches one answer.
  public Watch admitted(PreparedRequest request) {
    promptTokens.increment(request.prompt().length());
    promptLength.record(request.prompt().length());
    maxTokens.record(request.parameters().maxTokens());
    choices.record(request.parameters().choices());
    return new Watch(System.nanoTime(), request.parameters().choices());
  }

  /// One answer from its admission to its end. Not safe for several threads.
  public final class Watch {
    private final long begun;
    private final long[] lastToken;

    private Watch(long begun, int choices) {
      this.begun = begun;
      this.lastToken = new long[choices];
    }

    public void event(GenerationEvent event) {
      switch (event) {
        case GenerationEvent.Started started -> queue.record(started.queueMillis() / 1e3);
        case GenerationEvent.Token token -> token(token.choice());
        case GenerationEvent.Finished finished -> finished(finished.choice(), finished.result());
        case GenerationEvent.TilesEncoded _, GenerationEvent.Prefilled _ -> {}
        case GenerationEvent.Failed _ -> end("error");
      }
    }

    private void token(int choice) {
      long now = System.nanoTime();
      generationTokens.increment();
      if (lastToken[choice] == 0) {
        firstToken.record((now - begun) / 1e9);
      } else {
        betweenTokens.record((now - lastToken[choice]) / 1e9);
      }
      lastToken[choice] = now;
    }

    private void finished(int choice, GenerationResult result) {
      if (choice == 0) {
        cachedTokens.increment(result.usage().cachedTokens());
      }
      GenerationResult.Timings times = result.timings();
      int tokens = result.usage().completionTokens();
      double before = (times.encodeMillis() + times.prefillMillis()) / 1e3;
      double after = times.decodeMillis() / 1e3;
      whole.record((System.nanoTime() - begun) / 1e9);
      prefill.record(before);
      decode.record(after);
      inference.record(before + after);
      answerLength.record(tokens);
      if (tokens > 1) {
        perToken.record(after / (tokens - 1));
      }
      if (times.tiles() > 0) {
        imagePreprocess.record(times.resizeMillis() / 1e3);
        imageEncode.record(times.encodeMillis() / 1e3);
      }
      end(
          switch (result.finishReason()) {
            case STOP -> "stop";
            case LENGTH, REPETITION -> "length";
            case CANCELLED, DEADLINE -> "abort";
          });
    }

    private void end(String reason) {
      meters
          .counter("request_success", "Answers by their end.", "finished_reason", reason)
          .increment();
    }
  }
}
