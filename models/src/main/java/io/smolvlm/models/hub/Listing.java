package io.smolvlm.models.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All files of a repository at one commit, with sizes and hashes, as the hub tells them at
/// `/api/models/ID/revision/REVISION?blobs=true`.
///
/// @param id the repository's present name
record Listing(String id, String commit, List<RemoteFile> files) {
  private static final int MAX_BYTES = 32 << 20;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  static Listing read(HubHttp http, HubReference reference) throws IOException {
    String[] id = reference.id().split("/", 2);
    URI address =
        URI.create(
            http.address("api", "models", id[0], id[1], "revision", reference.revision())
                + "?blobs=true");
    HubHttp.Reply reply = http.get(reference.id(), address, Map.of("Accept", "application/json"));
    byte[] bytes;
    try (InputStream body = reply.body()) {
      bytes = body.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new TransferException("the list of files was cut off", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new TransferException("the list of files exceeds " + MAX_BYTES + " bytes");
    }
    return parse(bytes);
  }

  static Listing parse(byte[] bytes) throws TransferException {
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw notTheHub();
    } catch (IOException e) {
      throw new TransferException("the list of files cannot be read", e);
    }
    String commit = root.path("sha").asText();
    if (!HubReference.isCommit(commit) || !root.path("siblings").isArray()) {
      throw notTheHub();
    }
    var files = new ArrayList<RemoteFile>();
    for (JsonNode file : root.path("siblings")) {
      read(file).ifPresent(files::add);
    }
    return new Listing(root.path("id").asText(), commit, List.copyOf(files));
  }

  /// A file; empty when size or hash is not told, since what cannot be checked is not fetched.
  private static Optional<RemoteFile> read(JsonNode file) {
    JsonNode large = file.path("lfs");
    String hash = large.isObject() ? large.path("sha256").asText() : file.path("blobId").asText();
    JsonNode size = large.isObject() ? large.path("size") : file.path("size");
    boolean known =
        hash.matches(large.isObject() ? "[0-9a-f]{64}" : "[0-9a-f]{40}")
            && size.isIntegralNumber()
            && size.canConvertToLong()
            && size.longValue() >= 0;
    return known
        ? Optional.of(new RemoteFile(file.path("rfilename").asText(), size.longValue(), hash))
        : Optional.empty();
  }

  /// A sign-in page of a network, mostly.
  private static TransferException notTheHub() {
    return new TransferException("something else than a model hub answered");
  }

  Optional<RemoteFile> file(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }
}
