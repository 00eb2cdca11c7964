package io.smolvlm.models.hub;

/// A file of a repository at one commit.
///
/// @param path inside the repository, with slashes
/// @param bytes its length
/// @param hash of its content
public record RemoteFile(String path, long bytes, String hash) {
  FileHash fileHash() {
    return new FileHash(hash.length() == 64 ? FileHash.Kind.SHA_256 : FileHash.Kind.GIT_BLOB, hash);
  }
}
