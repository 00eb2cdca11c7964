/// From a request's fields to an answer in the making, for every route that asks the model.
///
/// A body becomes an [Ask], which is valid or was refused; [Answers] reads its pictures, prepares
/// the prompt and puts it before the engine; the route reads the [Answer].
@NullMarked
package io.smolvlm.app.rest.ask;

import org.jspecify.annotations.NullMarked;
