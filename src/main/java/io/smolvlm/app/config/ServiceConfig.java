package io.smolvlm.app.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smolvlm.models.Precision;
import java.util.Optional;

/// All settings of the service.
///
/// Each can be given as a system property (`-Dsmolvlm.queue.requests=32`), as an environment
/// variable (`SMOLVLM_QUEUE_REQUESTS=32`) or in `config/application.properties` beside the process.
/// Values are checked at start; one that is not allowed ends it with a message that names the key.
@ConfigMapping(prefix = "smolvlm")
public interface ServiceConfig {
  /// The model: a short name or ID of the hub (fetched on first use), a checkpoint folder, a GGUF
  /// file, or `tiny`; `auto` takes the best real model in the hub's cache, else `tiny`.
  @WithDefault("auto")
  String model();

  /// The GGUF file with the vision encoder of a GGUF model.
  Optional<String> mmproj();

  /// The name that clients see and send as `model`; without it the model's own.
  Optional<String> modelName();

  /// The file of API keys, one `name:hash` a line as `smolvlm key NAME` prints it. Changes to it
  /// count without a restart. Without it everybody on this machine may call, and nobody else: an
  /// address that others can reach is refused at start.
  Optional<String> apiKeys();

  /// Numbers that it computes with: `exact` (float32, the reference's answers), `bf16`, `int8`,
  /// `int4`, or `auto`: the fastest that keeps to 99 % of the reference's tokens on this processor,
  /// `bf16` or `exact`.
  @WithDefault("auto")
  Precision precision();

  /// Threads for the maths; 0 takes all processors.
  @WithDefault("0")
  @Allowed(from = "0", to = "1024")
  int threads();

  /// Whether fields of a request that nobody knows are refused instead of ignored and counted.
  @WithDefault("false")
  boolean strictFields();

  /// Waiting and running requests.
  QueueSettings queue();

  /// What is kept of answered requests.
  CacheSettings cache();

  /// What a request may ask of an answer.
  AnswerSettings answers();

  /// What pictures may be sent and how much of them the model sees.
  PictureSettings pictures();

  /// What documents may be sent.
  DocumentSettings documents();

  /// The processes that decode pictures and documents.
  DecodeSettings decode();

  /// Pictures named by an address in a request.
  FetchSettings fetch();

  /// Bodies, connections and streams.
  HttpSettings http();

  /// Who may call.
  AccessSettings access();
}
