package io.smolvlm.app.cli;

import io.smolvlm.tensor.SmolVlmException;
import io.smolvlm.vision.document.PageSelection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which pages of documents count.
final class PageOptions {
  @Option(
      names = "--pages",
      paramLabel = "PAGES",
      description =
          "Pages of a PDF, in this order: 1,3-4; default: all, at most 32. Pictures are taken as"
              + " they are.")
  @Nullable String pages;

  /// @throws SmolVlmException naming what is allowed
  PageSelection selection() {
    return pages == null ? PageSelection.ALL : PageSelection.parse(pages);
  }
}
