package io.smolvlm.app.intake;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads the answer to one HTTP/1.1 GET, bounded everywhere: lines, headers and body.
///
/// Source: RFC 9112. Stricter: no folded headers, no answer with both a length and chunks, no
/// coding but `chunked`.
final class HttpAnswer {
  private static final int MAX_HEAD = 32 << 10;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_CHUNK_LINE = 256;

  /// An answer that breaks the rules of HTTP or ours.
  static final class BadAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    BadAnswerException(String what) {
      super(what);
    }
  }

  /// The body is longer than allowed.
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private final InputStream in;
  private int headLeft = MAX_HEAD;
  private int status;
  private final Map<String, String> headers = new HashMap<>();

  private HttpAnswer(InputStream in) {
    this.in = in;
  }

  /// Reads the status line and the headers; answers 1xx before the last are skipped.
  static HttpAnswer readHead(InputStream in) throws IOException {
    HttpAnswer answer = new HttpAnswer(in);
    do {
      answer.headers.clear();
      answer.status = statusOf(answer.headLine());
      answer.readHeaders();
    } while (answer.status < 200);
    return answer;
  }

  private static int statusOf(String line) throws BadAnswerException {
    boolean http = line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ");
    if (!http || line.length() < 12 || (line.length() > 12 && line.charAt(12) != ' ')) {
      throw new BadAnswerException("status line");
    }
    int status = 0;
    for (int i = 9; i < 12; i++) {
      char c = line.charAt(i);
      if (c < '0' || c > '9') {
        throw new BadAnswerException("status");
      }
      status = 10 * status + c - '0';
    }
    if (status < 100 || status == 101) {
      throw new BadAnswerException("status");
    }
    return status;
  }

  private void readHeaders() throws IOException {
    for (int count = 0; ; count++) {
      String line = headLine();
      if (line.isEmpty()) {
        return;
      }
      int colon = line.indexOf(':');
      if (count == MAX_HEADERS || colon < 1 || line.charAt(0) <= ' ') {
        throw new BadAnswerException("header");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String before = headers.put(name, line.substring(colon + 1).strip());
      boolean decides =
          name.equals("content-length")
              || name.equals("transfer-encoding")
              || name.equals("content-encoding")
              || name.equals("location");
      if (before != null && decides) {
        throw new BadAnswerException("header twice");
      }
    }
  }

  private String headLine() throws IOException {
    String line = line(headLeft);
    headLeft -= line.length() + 2;
    return line;
  }

  /// A line up to its end of CR LF or LF.
  private String line(int most) throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException();
      }
      if (c == '\n') {
        int length = line.length();
        boolean cr = length > 0 && line.charAt(length - 1) == '\r';
        return cr ? line.substring(0, length - 1) : line.toString();
      }
      if (line.length() >= most) {
        throw new BadAnswerException("long line");
      }
      line.append((char) c);
    }
  }

  int status() {
    return status;
  }

  Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /// Reads the body.
  ///
  /// @throws TooLongException for more than `most` bytes, announced or sent
  byte[] body(int most) throws IOException {
    String coding = headers.getOrDefault("content-encoding", "identity");
    if (!coding.equalsIgnoreCase("identity")) {
      throw new BadAnswerException("encoded");
    }
    Optional<String> transfer = header("transfer-encoding");
    Optional<String> length = header("content-length");
    if (transfer.isPresent()) {
      if (length.isPresent() || !transfer.get().equalsIgnoreCase("chunked")) {
        throw new BadAnswerException("transfer encoding");
      }
      return chunks(most);
    }
    return length.isPresent() ? counted(length.get(), most) : untilEnd(most);
  }

  private byte[] counted(String length, int most) throws IOException {
    long announced = number(length, 10);
    if (announced > most) {
      throw new TooLongException();
    }
    byte[] body = in.readNBytes((int) announced);
    if (body.length < announced) {
      throw new EOFException();
    }
    return body;
  }

  private byte[] untilEnd(int most) throws IOException {
    byte[] body = in.readNBytes(most + 1);
    if (body.length > most) {
      throw new TooLongException();
    }
    return body;
  }

  private byte[] chunks(int most) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = line(MAX_CHUNK_LINE);
      int extension = line.indexOf(';');
      long size = number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
      if (size == 0) {
        return body.toByteArray(); // trailers are of no interest
      }
      if (size > most - body.size()) {
        throw new TooLongException();
      }
      byte[] chunk = in.readNBytes((int) size);
      if (chunk.length < size) {
        throw new EOFException();
      }
      body.writeBytes(chunk);
      if (!line(1).isEmpty()) {
        throw new BadAnswerException("chunk");
      }
    }
  }

  private static long number(String text, int radix) throws BadAnswerException {
    boolean digits =
        !text.isEmpty() && text.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
    if (!digits) {
      throw new BadAnswerException("number");
    }
    return text.length() > 15 ? Long.MAX_VALUE : Long.parseLong(text, radix);
  }
}
