package io.smolvlm.app.rest.chat;

import io.smolvlm.app.rest.RequestId;
import io.smolvlm.app.rest.ServedModel;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What all chunks of an answer have in common with each other, and with the answer in one piece.
///
/// @param id `chatcmpl-` and what cannot be guessed
/// @param created seconds since 1970
record ChatEnvelope(String id, long created, String model, String fingerprint) {
  static ChatEnvelope of(ServedModel model) {
    return new ChatEnvelope(
        RequestId.fresh("chatcmpl-"),
        Instant.now().getEpochSecond(),
        model.id(),
        model.fingerprint());
  }

  /// The object's first keys, to which others may be added.
  Map<String, @Nullable Object> object(String type) {
    var object = new LinkedHashMap<String, @Nullable Object>();
    object.put("id", id);
    object.put("object", type);
    object.put("created", created);
    object.put("model", model);
    object.put("system_fingerprint", fingerprint);
    return object;
  }
}
