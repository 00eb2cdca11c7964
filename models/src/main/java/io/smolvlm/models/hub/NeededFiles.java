package io.smolvlm.models.hub;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which files of a repository a model needs: configuration, tokenizer, template and safetensors of
/// a checkpoint, or the one GGUF file that was asked for.
///
/// @param files in the order of fetching: small ones first
/// @param absent names that a checkpoint may have and this one lacks
record NeededFiles(List<RemoteFile> files, List<String> absent) {
  static final String CONFIG = "config.json";
  static final String TOKENIZER = "tokenizer.json";
  static final String PREPROCESSOR = "preprocessor_config.json";
  static final String WHOLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final List<String> SMALL =
      List.of(
          CONFIG,
          "generation_config.json",
          PREPROCESSOR,
          "processor_config.json",
          "video_preprocessor_config.json",
          TOKENIZER,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
          "chat_template.json");
  private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");

  static NeededFiles of(HubReference reference, Listing listing) {
    return reference
        .file()
        .map(name -> new NeededFiles(List.of(gguf(reference, name, listing)), List.of()))
        .orElseGet(() -> checkpoint(reference, listing));
  }

  private static RemoteFile gguf(HubReference reference, String name, Listing listing) {
    return listing
        .file(name)
        .orElseThrow(() ->
            refused(reference, "has no file " + name + "; its GGUF files: " + ggufs(listing)));
  }

  private static NeededFiles checkpoint(HubReference reference, Listing listing) {
    var files = new ArrayList<RemoteFile>();
    var absent = new ArrayList<String>();
    for (String name : SMALL) {
      Optional<RemoteFile> file = listing.file(name);
      file.ifPresentOrElse(files::add, () -> absent.add(name));
    }
    List<RemoteFile> weights = weights(listing);
    boolean ggufs = !ggufs(listing).isEmpty();
    if (weights.isEmpty() && ggufs) {
      throw refused(reference, "holds GGUF files; name one, as in ID/FILE.gguf: " + ggufs(listing));
    }
    if (weights.isEmpty()) {
      throw refused(reference, "has no safetensors; other kinds of weights are not read");
    }
    if (absent.contains(CONFIG) || absent.contains(TOKENIZER)) {
      throw refused(reference, "is no checkpoint: it lacks " + CONFIG + " or " + TOKENIZER);
    }
    files.addAll(weights);
    return new NeededFiles(List.copyOf(files), List.copyOf(absent));
  }

  private static List<RemoteFile> weights(Listing listing) {
    Optional<RemoteFile> whole = listing.file(WHOLE);
    if (whole.isPresent()) {
      return List.of(whole.get());
    }
    Optional<RemoteFile> index = listing.file(INDEX);
    if (index.isEmpty()) {
      return List.of();
    }
    var all = new ArrayList<>(List.of(index.get()));
    listing.files().stream().filter(file -> SHARD.matcher(file.path()).matches()).forEach(all::add);
    return all;
  }

  private static String ggufs(Listing listing) {
    return String.join(
        ", ",
        listing.files().stream().map(RemoteFile::path).filter(p -> p.endsWith(".gguf")).toList());
  }

  private static SmolVlmException refused(HubReference reference, String why) {
    return new SmolVlmException(
        ErrorCode.MODEL_NOT_FOUND, "model " + reference.id() + ": the repository " + why);
  }
}
