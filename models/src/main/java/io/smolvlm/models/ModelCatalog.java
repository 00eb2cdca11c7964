package io.smolvlm.models;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which model a name means: an alias of a model that comes with this build, a checkpoint folder,
/// or a GGUF file.
public final class ModelCatalog {
  /// The alias used when none is asked for.
  public static final String DEFAULT = "tiny";

  /// A model that can be asked for by alias.
  ///
  /// @param alias its name
  /// @param description for people, one line
  /// @param where its files are, or will be after the first use
  /// @param bytes of all its files
  /// @param demonstration whether it only shows how things work
  public record Entry(
      String alias, String description, String where, long bytes, boolean demonstration) {}

  private static final String TINY =
      "demonstration model, 4.8 M parameters: names coloured shapes on plain ground, reads no text";

  private final Path cache;

  /// A catalogue that keeps files in the user's cache folder, or where `-Dsmolvlm.cache` says.
  public ModelCatalog() {
    this(CacheFolder.find());
  }

  /// @param cache where files of embedded models are laid
  public ModelCatalog(Path cache) {
    this.cache = cache;
  }

  /// The models with an alias.
  public List<Entry> list() {
    return List.of(
        new Entry(DEFAULT, TINY, "part of this build", new EmbeddedModel(DEFAULT).bytes(), true));
  }

  /// Whether a reference means a model that only shows how things work.
  public boolean isDemonstration(String reference) {
    return reference.equals(DEFAULT);
  }

  /// The checkpoint that a reference means. Nothing of it is read yet.
  ///
  /// @param reference an alias, a folder, a file of a checkpoint folder, or a GGUF file
  /// @param mmproj the GGUF file of a GGUF model's encoder; null for none
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] for an unknown reference, naming
  ///   what is known and what was looked for; with [ErrorCode#INVALID_VALUE] for an encoder that
  ///   the model cannot use
  public Checkpoint resolve(String reference, @Nullable Path mmproj) {
    if (reference.equals(DEFAULT)) {
      refuseEncoder(reference, mmproj);
      return ModelFolder.open(new EmbeddedModel(DEFAULT).folder(cache));
    }
    if (reference.isBlank()) {
      throw notFound(reference, "it is no file name either");
    }
    Path path = path(reference);
    if (Files.isDirectory(path)) {
      refuseEncoder(reference, mmproj);
      return ModelFolder.open(path);
    }
    if (!Files.isRegularFile(path)) {
      throw notFound(reference, "looked for a folder or file " + path.toAbsolutePath());
    }
    if (lowerName(path).endsWith(".gguf") || startsAsGguf(path)) {
      return GgufModel.open(path, mmproj);
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && Files.exists(folder.resolve("config.json"))) {
      refuseEncoder(reference, mmproj);
      return ModelFolder.open(folder);
    }
    throw notFound(reference, "found a file that is neither GGUF nor beside a config.json");
  }

  private Path path(String reference) {
    try {
      return Path.of(reference);
    } catch (InvalidPathException e) {
      throw notFound(reference, "it is no file name either");
    }
  }

  /// Blobs of caches have no ending.
  private static boolean startsAsGguf(Path path) {
    try (var in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
    } catch (IOException e) {
      return false;
    }
  }

  private static String lowerName(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
  }

  private SmolVlmException notFound(String reference, String looked) {
    String known = String.join(", ", list().stream().map(Entry::alias).toList());
    return new SmolVlmException(
        ErrorCode.MODEL_NOT_FOUND,
        "model '" + reference + "': no alias (known: " + known + "), " + looked);
  }

  private static void refuseEncoder(String reference, @Nullable Path mmproj) {
    if (mmproj != null) {
      throw new SmolVlmException(
          ErrorCode.INVALID_VALUE,
          "mmproj: found "
              + mmproj
              + ", but model '"
              + reference
              + "' is no GGUF file and has its encoder with it");
    }
  }
}
