package io.smolvlm.language;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Text to token ids and ids to the bytes of text, as the checkpoint's `tokenizer.json` says.
///
/// Merging is done by the `tokenizers` library, through DJL. Added tokens (`<image>`,
/// `<end_of_utterance>`) are taken out of the text here, so that the same tokenizer can also leave
/// them as ordinary text: [#encode] for texts that a template wrote, [#encodePlain] for what a user
/// wrote. Nothing is put before or after the ids.
///
/// Safe for use by several threads. The native tokenizer is released by [#close].
public final class Tokenizer implements AutoCloseable {
  /// Texts longer than this are refused: no context of the family holds a tenth of them. Stays
  /// below the ten million steps at which the library's regular expressions give up, and the
  /// process with them.
  public static final int MAX_CHARACTERS = 4 << 20;

  /// A tokenizer.json above this size is refused before it is read.
  static final long MAX_FILE_BYTES = 64L << 20;

  private final String file;
  private final Vocabulary vocabulary;
  private final AddedTokens addedTokens;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private Tokenizer(String file, TokenizerFile content) {
    this.file = file;
    this.vocabulary = content.vocabulary();
    this.addedTokens = new AddedTokens(vocabulary.added());
    this.handle = create(file, content.withoutAdded());
  }

  /// Reads a `tokenizer.json`.
  ///
  /// @throws FormatException if it is missing, broken or of a kind that is not read here
  public static Tokenizer read(Path path) {
    String name = path.toString();
    try {
      long size = Files.size(path);
      if (size > MAX_FILE_BYTES) {
        throw new FormatException(
            ErrorCode.TOO_LARGE, name, "size", size + " bytes", "at most " + MAX_FILE_BYTES);
      }
      return of(name, Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw new FormatException(ErrorCode.MISSING, name, "file", "none", "a tokenizer");
    } catch (IOException e) {
      throw new FormatException(
          ErrorCode.CORRUPT, name, "file", "an unreadable one (" + e + ")", "a tokenizer");
    }
  }

  /// A tokenizer from the bytes of a `tokenizer.json`.
  ///
  /// @param file name for errors
  /// @throws FormatException if it is broken or of a kind that is not read here
  public static Tokenizer of(String file, byte[] json) {
    return new Tokenizer(file, TokenizerFile.parse(file, JsonReader.decode(file, json)));
  }

  /// A tokenizer from the metadata of a GGUF file.
  ///
  /// @throws FormatException if it is broken or of a kind that is not read here
  public static Tokenizer of(GgufVocabulary vocabulary) {
    return new Tokenizer(vocabulary.file(), vocabulary.toTokenizerFile());
  }

  private static long create(String file, String json) {
    // DJL looks for a GPU build of its library to download unless told not to.
    if (System.getProperty("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu");
    }
    try {
      LibUtils.checkStatus();
      return TokenizersLibrary.LIB.createTokenizerFromString(json);
    } catch (LinkageError e) {
      throw new SmolVlmException(
          ErrorCode.UNSUPPORTED, "the tokenizers library does not load on this machine: " + e, e);
    } catch (RuntimeException e) {
      throw new FormatException(
          ErrorCode.CORRUPT, file, "tokenizer", String.valueOf(e.getMessage()), "a valid one");
    }
  }

  /// Ids of a text in which added tokens count, wherever they stand.
  ///
  /// @throws SmolVlmException with [ErrorCode#TOO_LARGE] above [#MAX_CHARACTERS]
  public int[] encode(String text) {
    check(text);
    var ids = new IdList(text.length() / 3 + 8);
    for (AddedTokens.Piece piece : addedTokens.split(text)) {
      AddedToken token = piece.token();
      if (token == null) {
        append(ids, text.substring(piece.start(), piece.end()));
      } else {
        ids.add(token.id());
      }
    }
    return ids.toArray();
  }

  /// Ids of a text that is only text: the strings of added tokens are spelled out.
  ///
  /// @throws SmolVlmException with [ErrorCode#TOO_LARGE] above [#MAX_CHARACTERS]
  public int[] encodePlain(String text) {
    check(text);
    var ids = new IdList(text.length() / 3 + 8);
    append(ids, text);
    return ids.toArray();
  }

  private static void check(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw new SmolVlmException(
          ErrorCode.TOO_LARGE,
          "text: found " + text.length() + " characters, allowed " + MAX_CHARACTERS);
    }
  }

  private void append(IdList ids, String text) {
    if (text.isEmpty()) {
      return;
    }
    lock.readLock().lock();
    try {
      TokenizersLibrary library = TokenizersLibrary.LIB;
      long encoding = library.encode(open(), wellFormed(text), false);
      try {
        for (long id : library.getTokenIds(encoding)) {
          ids.add((int) id);
        }
      } finally {
        library.deleteEncoding(encoding);
      }
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FormatException(
          ErrorCode.LIMIT, file, "tokenizer", String.valueOf(e.getMessage()), "an encoding");
    } finally {
      lock.readLock().unlock();
    }
  }

  private long open() {
    if (handle == 0) {
      throw new IllegalStateException("the tokenizer is closed");
    }
    return handle;
  }

  /// Halves of a surrogate pair standing alone are no text; they become U+FFFD.
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints()
            .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }

  /// The whole text of ids; an incomplete character at the end becomes U+FFFD.
  public String decode(int[] ids) {
    var detokenizer = new Detokenizer(this);
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.push(id));
    }
    return text.append(detokenizer.finish()).toString();
  }

  /// The id of a token given by its string: an added token, or one of the vocabulary in its
  /// byte-level spelling.
  public Optional<Integer> idOf(String token) {
    return vocabulary.id(token);
  }

  /// The id of a string that is an added token.
  public Optional<Integer> addedId(String content) {
    return vocabulary.added(content).map(AddedToken::id);
  }

  /// Ids of all added tokens by their strings.
  public Map<String, Integer> addedTokens() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (AddedToken token : vocabulary.added()) {
      ids.put(token.content(), token.id());
    }
    return ids;
  }

  /// The token's string, in byte-level spelling unless it is an added one; empty for an id that has
  /// none.
  public Optional<String> tokenOf(int id) {
    return vocabulary.token(id);
  }

  /// The bytes an id adds to the text; none for an id without a token.
  public byte[] bytesOf(int id) {
    return vocabulary.token(id).map(ByteLevel::bytes).orElse(NOTHING);
  }

  private static final byte[] NOTHING = {};

  /// Whether the id is a control token, which is left out of shown text.
  public boolean isSpecial(int id) {
    return vocabulary.token(id).flatMap(vocabulary::added).map(AddedToken::special).orElse(false);
  }

  /// One more than the largest id. Not the number of rows of the embedding table, which may be
  /// larger.
  public int vocabularySize() {
    return vocabulary.size();
  }

  /// Ids of all control tokens.
  public Set<Integer> specialIds() {
    Set<Integer> ids = new HashSet<>();
    for (AddedToken token : vocabulary.added()) {
      if (token.special()) {
        ids.add(token.id());
      }
    }
    return ids;
  }

  /// Strings of the added tokens: all control tokens, and the others that occur in `literals`.
  public List<String> controlTokens(String literals) {
    List<String> contents = new ArrayList<>();
    for (AddedToken token : vocabulary.added()) {
      if (token.special() || literals.contains(token.content())) {
        contents.add(token.content());
      }
    }
    return contents;
  }

  /// Releases the native tokenizer; further encoding is refused. May be called twice.
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (handle != 0) {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /// A growing array of ids.
  private static final class IdList {
    private int[] ids;
    private int size;

    IdList(int capacity) {
      ids = new int[capacity];
    }

    void add(int id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, size * 2);
      }
      ids[size++] = id;
    }

    int[] toArray() {
      return Arrays.copyOf(ids, size);
    }
  }
}
