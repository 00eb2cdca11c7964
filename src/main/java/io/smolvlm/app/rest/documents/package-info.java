/// The pages of a document for people to look at: `POST /v1/documents/pages`.
@NullMarked
package io.smolvlm.app.rest.documents;

import org.jspecify.annotations.NullMarked;
