package io.smolvlm.language;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tokens and their ids, both ways: the model's own and the added ones.
final class Vocabulary {
  /// Four times the largest vocabulary of the family's relatives; ids beyond it are a broken file.
  static final int MAX_SIZE = 1 << 20;

  private final String file;
  private final Map<String, Integer> model;
  private final Map<String, AddedToken> added = new HashMap<>();
  private final @Nullable String[] tokens;

  /// @param model the model's own tokens
  /// @throws FormatException with [ErrorCode#MISMATCH] if ids are negative, beyond [#MAX_SIZE] or
  ///   given twice, or if an added token has another id in the model
  Vocabulary(String file, Map<String, Integer> model, List<AddedToken> addedTokens) {
    this.file = file;
    this.model = model;
    int size = 0;
    for (var entry : model.entrySet()) {
      size = Math.max(size, checked(entry.getKey(), entry.getValue()) + 1);
    }
    for (AddedToken token : addedTokens) {
      size = Math.max(size, checked(token.content(), token.id()) + 1);
    }
    tokens = new String[size];
    model.forEach(this::place);
    Set<Integer> seen = new HashSet<>();
    for (AddedToken token : addedTokens) {
      Integer inModel = model.get(token.content());
      if (inModel == null) {
        place(token.content(), token.id());
      } else if (inModel != token.id()) {
        throw mismatch(token.content(), "id " + token.id(), "id " + inModel + " as in the model");
      }
      if (token.content().isEmpty()
          || added.put(token.content(), token) != null
          || !seen.add(token.id())) {
        throw mismatch(token.content(), "it twice or empty", "each added token once");
      }
    }
  }

  private int checked(String token, int id) {
    if (id < 0 || id >= MAX_SIZE) {
      throw mismatch(token, "id " + id, "0 to " + (MAX_SIZE - 1));
    }
    return id;
  }

  private void place(String token, int id) {
    String other = tokens[id];
    if (other != null) {
      throw mismatch(token, "id " + id + " of '" + shown(other) + "'", "an id of its own");
    }
    tokens[id] = token;
  }

  private FormatException mismatch(String token, String found, String needed) {
    return new FormatException(
        ErrorCode.MISMATCH, file, "token '" + shown(token) + "'", found, needed);
  }

  private static String shown(String token) {
    return token.length() > 40 ? token.substring(0, 40) + "..." : token;
  }

  /// One more than the largest id.
  int size() {
    return tokens.length;
  }

  Optional<String> token(int id) {
    return id >= 0 && id < tokens.length ? Optional.ofNullable(tokens[id]) : Optional.empty();
  }

  Optional<Integer> id(String token) {
    AddedToken special = added.get(token);
    return special != null ? Optional.of(special.id()) : Optional.ofNullable(model.get(token));
  }

  Optional<AddedToken> added(String content) {
    return Optional.ofNullable(added.get(content));
  }

  List<AddedToken> added() {
    return new ArrayList<>(added.values());
  }
}
