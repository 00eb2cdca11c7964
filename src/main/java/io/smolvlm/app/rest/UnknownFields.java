package io.smolvlm.app.rest;

import io.micrometer.core.instrument.MeterRegistry;
import io.smolvlm.app.config.ServiceConfig;
import io.smolvlm.app.rest.json.Fields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/// What to do with fields that nobody here knows: count them, or refuse them where the service is
/// set to be strict.
@ApplicationScoped
public class UnknownFields {
  private final boolean strict;
  private final MeterRegistry meters;

  UnknownFields(ServiceConfig config, MeterRegistry meters) {
    this.strict = config.strictFields();
    this.meters = meters;
  }

  /// Called once all known fields of a body have been read.
  ///
  /// @param route labels the count; names of fields do not, since clients choose them
  public void check(Fields body, String route) {
    List<String> unknown = body.unknown();
    if (unknown.isEmpty()) {
      return;
    }
    if (strict) {
      String name = unknown.getFirst();
      throw new ApiException(
          ApiError.UNSUPPORTED_PARAMETER,
          name.matches("[A-Za-z0-9_.-]{1,64}") ? name : null,
          "The request holds a field that is not known here.");
    }
    meters.counter("smolvlm_unknown_fields", "route", route).increment(unknown.size());
  }
}
