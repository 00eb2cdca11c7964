package io.smolvlm.models;

import io.smolvlm.models.hub.CachedModel;
import io.smolvlm.models.hub.Hub;
import io.smolvlm.models.hub.HubCache;
import io.smolvlm.models.hub.HubReference;
import io.smolvlm.models.hub.HubSettings;
import io.smolvlm.models.hub.PullListener;
import io.smolvlm.models.hub.ShortNames;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which model a name means: the alias of the model that comes with this build, a checkpoint
/// folder, a GGUF file, or a model of the hub by short name or ID, which is looked for in the hub's
/// cache.
public final class ModelCatalog {
  /// Stands for the best real model in the hub's cache, or [#TINY] where there is none; what is
  /// used when nothing is asked for.
  public static final String DEFAULT = "auto";

  /// The alias of the model that comes with this build.
  public static final String TINY = "tiny";

  /// A model that is on this machine.
  ///
  /// @param alias the shortest name that it can be asked for by
  /// @param description for people, one line
  /// @param where its files are
  /// @param bytes of all its files
  /// @param demonstration whether it only shows how things work
  public record Entry(
      String alias, String description, String where, long bytes, boolean demonstration) {}

  private static final String ABOUT_TINY =
      "demonstration model, 4.8 M parameters: names coloured shapes on plain ground, reads no text";

  private final Path cache;
  private final HubCache hub;

  /// A catalogue that keeps files in the user's cache folder, or where `-Dsmolvlm.cache` says, and
  /// looks into the hub's cache where the environment says.
  public ModelCatalog() {
    this(CacheFolder.find(), HubSettings.cacheOfEnvironment());
  }

  /// @param cache where files of embedded models are laid
  /// @param hubCache the hub's cache
  public ModelCatalog(Path cache, Path hubCache) {
    this.cache = cache;
    this.hub = new HubCache(hubCache);
  }

  /// The models on this machine: the one of this build first, then those of the hub's cache by
  /// name.
  public List<Entry> list() {
    var entries = new ArrayList<Entry>();
    entries.add(
        new Entry(TINY, ABOUT_TINY, "part of this build", new EmbeddedModel(TINY).bytes(), true));
    hub.list().forEach(model -> entries.add(entry(model)));
    return entries;
  }

  /// Weights that were packed for the fast precisions and are kept, of whatever models; null when
  /// there are none.
  public @Nullable PackedWeights packedWeights() {
    PackedCopies copies = PackedCopies.in(cache);
    long bytes = copies.bytes();
    return bytes == 0 ? null : new PackedWeights(copies.folder(), bytes);
  }

  /// @param folder that may be deleted at any time
  public record PackedWeights(Path folder, long bytes) {}

  private static Entry entry(CachedModel model) {
    String full = model.reference().toString();
    String alias = ShortNames.of(full).orElse(full);
    String kind = model.kind() + (alias.equals(full) ? "" : ", " + full);
    String lacks =
        model.missing().isEmpty() ? "" : ", incomplete: " + String.join(", ", model.missing());
    return new Entry(alias, kind + lacks, model.path().toString(), model.bytes(), false);
  }

  /// The model that a word stands for: for [#DEFAULT] the first of [ShortNames#PREFERRED] that is
  /// in the hub's cache, by its ID, else [#TINY]; every other word for itself.
  public String choose(String word) {
    if (!word.equals(DEFAULT)) {
      return word;
    }
    if (!Files.isDirectory(hub.root())) {
      return TINY;
    }
    return ShortNames.PREFERRED.stream()
        .flatMap(name -> HubReference.parse(name).stream())
        .filter(reference -> hub.find(reference).isPresent())
        .map(HubReference::toString)
        .findFirst()
        .orElse(TINY);
  }

  /// Whether a reference means a model that only shows how things work.
  public boolean isDemonstration(String reference) {
    return reference.equals(TINY);
  }

  /// The checkpoint that a reference means, fetched from the hub first where it is a model of the
  /// hub that is not on this machine.
  ///
  /// @param reference as [#resolve]
  /// @param mmproj the GGUF file of a GGUF model's encoder, or such a file of the hub; null for
  ///   none
  /// @throws SmolVlmException as [#resolve] and [Hub#pull]
  public Checkpoint obtain(String reference, @Nullable String mmproj, PullListener listener) {
    var missing = new ArrayList<HubReference>();
    missing(choose(reference)).ifPresent(missing::add);
    if (mmproj != null) {
      missing(mmproj).ifPresent(missing::add);
    }
    if (!missing.isEmpty()) {
      try (Hub client = new Hub(HubSettings.ofEnvironment())) {
        missing.forEach(model -> client.pull(model, listener));
      }
    }
    return resolve(reference, mmproj == null ? null : located(mmproj));
  }

  /// The model of the hub that a reference means and that is not here.
  private Optional<HubReference> missing(String reference) {
    return exists(reference)
        ? Optional.empty()
        : HubReference.parse(reference)
            .filter(model -> !looksLikePath(reference) && hub.find(model).isEmpty());
  }

  /// Whether somebody who writes this means a file or folder, though an ID of the hub could read
  /// so: a folder of its first part's name is here, or it is `FOLDER/FILE` with a file's ending.
  /// The hub is not asked for such a word.
  ///
  /// @param reference of the form of an ID, so a valid path too
  private static boolean looksLikePath(String reference) {
    int slash = reference.indexOf('/');
    if (slash < 0) {
      return false; // a short name
    }
    String last = reference.substring(slash + 1).toLowerCase(Locale.ROOT);
    boolean file = last.endsWith(".gguf") || last.endsWith(".safetensors");
    return (file && last.indexOf('/') < 0)
        || Files.isDirectory(Path.of(reference.substring(0, slash)));
  }

  private static boolean exists(String reference) {
    try {
      return Files.exists(Path.of(reference));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /// The checkpoint that a reference means. Nothing of it is read yet, and nothing is fetched.
  ///
  /// @param reference [#DEFAULT], an alias, a folder, a file of a checkpoint folder, a GGUF file,
  ///   or a model of the hub that is in its cache; what is a file or folder means that
  /// @param mmproj the GGUF file of a GGUF model's encoder; null for none
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] for an unknown reference, naming
  ///   what is known and what was looked for; with [ErrorCode#INVALID_VALUE] for an encoder that
  ///   the model cannot use
  public Checkpoint resolve(String reference, @Nullable Path mmproj) {
    return resolveChosen(choose(reference), mmproj);
  }

  private Checkpoint resolveChosen(String reference, @Nullable Path mmproj) {
    if (reference.equals(TINY)) {
      refuseEncoder(reference, mmproj);
      return ModelFolder.open(new EmbeddedModel(TINY).folder(cache));
    }
    if (reference.isBlank()) {
      throw notFound(reference, "it is no file name either");
    }
    Path path = located(reference);
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

  /// Where a reference lies: a file or folder of that name, else the model of the hub's cache.
  ///
  /// @throws SmolVlmException with [ErrorCode#MODEL_NOT_FOUND] for a model of the hub that is not
  ///   here
  public Path located(String reference) {
    if (exists(reference)) {
      return path(reference);
    }
    Optional<HubReference> model = HubReference.parse(reference);
    return model
        .map(asked ->
            hub.find(asked).orElseThrow(() -> notFound(reference, advice(reference, asked))))
        .orElseGet(() -> path(reference));
  }

  private String advice(String reference, HubReference asked) {
    String pull = "smolvlm pull " + asked + " fetches it";
    return looksLikePath(reference)
        ? "no file or folder "
            + Path.of(reference).toAbsolutePath()
            + "; if a model of the hub is meant, "
            + pull
        : "not complete in " + hub.root() + "; " + pull;
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
    String known = TINY + ", " + String.join(", ", ShortNames.all());
    return new SmolVlmException(
        ErrorCode.MODEL_NOT_FOUND,
        "model '" + reference + "': no short name (known: " + known + "), " + looked);
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
