package io.smolvlm.app.rest.multipart;

import io.smolvlm.app.rest.ApiError;
import io.smolvlm.app.rest.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) that lies in memory.
public final class Multipart {
  private static final int MAX_PARTS = 256;
  private static final int MAX_HEAD = 4 << 10;
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);
  private static final Pattern PARAMETER =
      Pattern.compile(";\\s*(name|filename)=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s;\"]*+))");

  private final byte[] body;
  private final byte[] delimiter;
  private int at;

  private Multipart(byte[] body, String boundary) {
    this.body = body;
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The parts of a form in their order.
  ///
  /// @param contentType the request's header, which names the boundary
  /// @throws ApiException with [ApiError#INVALID_VALUE] if it is no form, or too many parts
  public static List<Part> read(byte[] body, String contentType) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw invalid("The Content-Type of the form names no boundary.");
    }
    String name = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
    return new Multipart(body, name).parts();
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    // The first delimiter may stand at the very beginning, without a line end before it.
    int first = matches(0, 2) ? 0 : find(0);
    if (first < 0) {
      throw invalid("The form does not hold its boundary.");
    }
    at = first == 0 && matches(0, 2) ? delimiter.length - 2 : first + delimiter.length;
    while (!ends()) {
      if (parts.size() == MAX_PARTS) {
        throw invalid("A form may hold " + MAX_PARTS + " parts.");
      }
      skipLine();
      parts.add(part());
    }
    return parts;
  }

  private Part part() {
    String head = head();
    int end = find(at - 2);
    if (end < 0) {
      throw invalid("The form ends in the middle of a part.");
    }
    byte[] content = Arrays.copyOfRange(body, at, Math.max(end, at));
    at = end + delimiter.length;
    String disposition = disposition(head);
    String name = parameter(disposition, "name");
    if (name == null) {
      throw invalid("A part of the form has no name.");
    }
    return new Part(name, fileName(parameter(disposition, "filename")), content);
  }

  /// The part's headers; afterwards `at` is at its content.
  private String head() {
    for (int i = at; i + 3 < body.length && i - at < MAX_HEAD; i++) {
      if (body[i] == '\r' && body[i + 1] == '\n' && body[i + 2] == '\r' && body[i + 3] == '\n') {
        String head = new String(body, at, i - at, StandardCharsets.UTF_8);
        at = i + 4;
        return head;
      }
    }
    throw invalid("A part of the form has no end of its headers within " + MAX_HEAD + " bytes.");
  }

  private static String disposition(String head) {
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
        return line;
      }
    }
    throw invalid("A part of the form has no Content-Disposition.");
  }

  private static @Nullable String parameter(String disposition, String wanted) {
    Matcher parameter = PARAMETER.matcher(disposition);
    while (parameter.find()) {
      if (parameter.group(1).equals(wanted)) {
        String quoted = parameter.group(2);
        return quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
      }
    }
    return null;
  }

  private static @Nullable String fileName(@Nullable String given) {
    if (given == null) {
      return null;
    }
    String last = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
    return last.length() > 255 ? last.substring(0, 255) : last;
  }

  private boolean ends() {
    return at + 1 < body.length && body[at] == '-' && body[at + 1] == '-';
  }

  /// Blanks may follow a delimiter.
  private void skipLine() {
    while (at < body.length && (body[at] == ' ' || body[at] == '\t')) {
      at++;
    }
    if (at + 1 >= body.length || body[at] != '\r' || body[at + 1] != '\n') {
      throw invalid("The form is broken after a boundary.");
    }
    at += 2;
  }

  /// Where the delimiter stands next, or -1.
  private int find(int from) {
    for (int i = Math.max(from, 0); i + delimiter.length <= body.length; i++) {
      if (body[i] == '\r' && matches(i, 0)) {
        return i;
      }
    }
    return -1;
  }

  private boolean matches(int place, int skipped) {
    int length = delimiter.length - skipped;
    return place + length <= body.length
        && Arrays.equals(body, place, place + length, delimiter, skipped, delimiter.length);
  }

  private static ApiException invalid(String message) {
    return new ApiException(ApiError.INVALID_VALUE, null, message);
  }
}
