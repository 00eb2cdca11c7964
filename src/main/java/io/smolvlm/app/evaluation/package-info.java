/// Answers counted against expected ones: held-out sets with right answers, and what the reference
/// implementation said.
@NullMarked
package io.smolvlm.app.evaluation;

import org.jspecify.annotations.NullMarked;
