/// The page at `/`: plain files in `META-INF/resources`, served with headers that keep it to
/// itself.
@NullMarked
package io.smolvlm.app.page;

import org.jspecify.annotations.NullMarked;
