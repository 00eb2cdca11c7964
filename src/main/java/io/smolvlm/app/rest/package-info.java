/// The HTTP service: OpenAI's routes, our own, and what operators ask.
///
/// Who runs where: bodies are read, checked and answered on virtual threads; pictures are read by
/// worker processes ([io.smolvlm.app.intake]); one engine thread does the maths. A request is
/// parsed once into a record that cannot be wrong, and nothing behind that record sees JSON.
@NullMarked
package io.smolvlm.app.rest;

import org.jspecify.annotations.NullMarked;
