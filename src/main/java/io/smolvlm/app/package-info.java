/// The application over the models: command line and service.
@NullMarked
package io.smolvlm.app;

import org.jspecify.annotations.NullMarked;
