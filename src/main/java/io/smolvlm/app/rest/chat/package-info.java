/// POST /v1/chat/completions: OpenAI's route for conversations with pictures.
@NullMarked
package io.smolvlm.app.rest.chat;

import org.jspecify.annotations.NullMarked;
