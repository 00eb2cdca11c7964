/// Forms with files, read in memory and within bounds; nothing is written to disk and no file name
/// is ever a path.
@NullMarked
package io.smolvlm.app.rest.multipart;

import org.jspecify.annotations.NullMarked;
