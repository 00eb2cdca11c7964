package io.smolvlm.app.rest;

import io.smolvlm.app.rest.json.Fields;
import io.smolvlm.app.rest.json.JsonBody;

/// A request's body in memory, and its share of the memory that all bodies together may take;
/// closing gives the share back, which is due once nothing made of the body is needed any more.
public final class Body implements AutoCloseable {
  private final byte[] bytes;
  private final String mediaType;
  private final String contentType;
  private final Runnable release;
  private boolean closed;

  Body(byte[] bytes, String contentType, Runnable release) {
    this.bytes = bytes;
    this.contentType = contentType;
    this.mediaType = MediaTypes.essence(contentType);
    this.release = release;
  }

  public byte[] bytes() {
    return bytes;
  }

  /// As in `application/json`, lower case; empty when the request has no Content-Type.
  public String mediaType() {
    return mediaType;
  }

  /// The header as it was sent; empty when there is none.
  public String contentType() {
    return contentType;
  }

  /// The JSON object in it.
  ///
  /// @throws ApiException with [ApiError#UNSUPPORTED_MEDIA_TYPE] if it is said to be something
  ///   else, as [JsonBody#object] does if it is something else
  public Fields json() {
    if (!mediaType.isEmpty() && !MediaTypes.isJson(mediaType)) {
      throw MediaTypes.refusal("application/json");
    }
    return JsonBody.object(bytes);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}
