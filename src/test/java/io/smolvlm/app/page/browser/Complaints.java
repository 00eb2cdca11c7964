package io.smolvlm.app.page.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What a browser had to say against a page: errors and warnings of its console, exceptions, and
/// requests to any other place than the page's own.
final class Complaints {
  private static final String REFUSED = "Failed to load resource";

  private final List<String> list = Collections.synchronizedList(new ArrayList<>());

  static Complaints of(BrowserContext window, String origin) {
    var complaints = new Complaints();
    window.onConsoleMessage(complaints::console);
    window.onWebError(error -> complaints.list.add("exception: " + error.error()));
    window.onRequest(request -> {
      String url = request.url();
      if (!url.startsWith(origin + "/")
          && !url.startsWith("blob:" + origin + "/")
          && !url.startsWith("data:")) {
        complaints.list.add("request: " + url);
      }
    });
    return complaints;
  }

  private void console(ConsoleMessage message) {
    if (message.type().equals("error") || message.type().equals("warning")) {
      list.add("console: " + message.text());
    }
  }

  List<String> all() {
    return List.copyOf(list);
  }

  /// Without the browser's own line about an answer that the test made the service refuse.
  List<String> besidesRefusals() {
    return all().stream().filter(line -> !line.startsWith("console: " + REFUSED)).toList();
  }
}
