package io.smolvlm.models.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is asked of the hub: `OWNER/NAME`, then `/FILE.gguf` for one GGUF file of it, then
/// `@REVISION` for a branch, tag or commit other than `main`; or a short name as in [ShortNames].
///
/// @param id owner and name
/// @param file the GGUF file inside the repository; empty for a checkpoint folder
/// @param revision a branch, tag or commit
public record HubReference(String id, Optional<String> file, String revision) {
  /// The branch that counts where none is named.
  public static final String MAIN = "main";

  private static final Pattern FORM =
      Pattern.compile(
          "([A-Za-z0-9][\\w.-]{0,95}/[A-Za-z0-9][\\w.-]{0,95})"
              + "(?:/((?:[\\w.+-]+/){0,4}[\\w.+-]+\\.gguf))?"
              + "(?:@([A-Za-z0-9][\\w./-]{0,127}))?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /// What a word means; empty when it is neither of that form nor a short name.
  public static Optional<HubReference> parse(String word) {
    int at = word.indexOf('@');
    String name = at < 0 ? word : word.substring(0, at);
    String full = ShortNames.id(name).map(id -> id + word.substring(name.length())).orElse(word);
    Matcher form = FORM.matcher(full);
    // Two dashes would be a slash in the cache; dots alone would leave it.
    if (!form.matches() || form.group(1).contains("--") || full.contains("..")) {
      return Optional.empty();
    }
    String revision = form.group(3) == null ? MAIN : form.group(3);
    if (revision.contains("//") || revision.endsWith("/") || revision.endsWith(".lock")) {
      return Optional.empty();
    }
    return Optional.of(
        new HubReference(form.group(1), Optional.ofNullable(form.group(2)), revision));
  }

  /// Whether the revision is a commit, which never moves.
  boolean pinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /// As it is written on the command line.
  @Override
  public String toString() {
    return id
        + file.map(name -> "/" + name).orElse("")
        + (revision.equals(MAIN) ? "" : "@" + revision);
  }
}
