/// What operators see: counts and times under vLLM's names, so that dashboards and autoscalers made
/// for it read this service too, and our own under `smolvlm_`.
@NullMarked
package io.smolvlm.app.rest.metrics;

import org.jspecify.annotations.NullMarked;
