package io.smolvlm.app.rest.ask;

import io.smolvlm.app.intake.PictureSource;
import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import io.smolvlm.app.rest.json.Fields;

/// The document in an object with `file_data`, as OpenAI's clients write it. Its name and the type
/// that it declares are not looked at.
public final class DocumentFile {
  private DocumentFile() {}

  /// @throws ApiException if the document is not in the request itself
  public static PictureSlot read(Fields file) {
    if (!file.has("file_data") && (file.has("file_id") || file.has("file_url"))) {
      throw new ApiException(
          ApiError.UNSUPPORTED_CONTENT_TYPE,
          file.path(file.has("file_id") ? "file_id" : "file_url"),
          "Files are neither kept nor fetched here; send the document as a data URI in file_data.");
    }
    return new PictureSlot(
        new PictureSource.Document(file.needText("file_data")), file.path("file_data"));
  }
}
