/// The command line. It runs without Quarkus; `serve` alone starts it.
@NullMarked
package io.smolvlm.app.cli;

import org.jspecify.annotations.NullMarked;
