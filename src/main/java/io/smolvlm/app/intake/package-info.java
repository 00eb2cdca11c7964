/// The door through which pictures come into the service: unpacked or fetched, checked, decoded
/// outside this process. Nothing else in the application opens an outgoing socket or decodes a
/// picture of a client.
@NullMarked
package io.smolvlm.app.intake;

import org.jspecify.annotations.NullMarked;
