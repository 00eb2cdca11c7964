/// The Jinja engine behind [io.smolvlm.language.ChatTemplate], fenced in: which tags, filters,
/// properties and methods a template may use, and how much of everything. Only this package imports
/// Jinjava.
@NullMarked
package io.smolvlm.language.template;

import org.jspecify.annotations.NullMarked;
