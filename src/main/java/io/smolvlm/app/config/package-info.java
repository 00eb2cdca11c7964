/// The settings of the service. Their Javadoc is the table in `docs/configuration.md`.
@NullMarked
package io.smolvlm.app.config;

import org.jspecify.annotations.NullMarked;
