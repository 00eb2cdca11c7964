package io.smolvlm.app.intake;

import java.net.IDN;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads the host of an address in the one way that all programs agree on, and refuses what they
/// read differently: numbers in other notations, percent signs, look-alikes, trailing dots.
final class HostNames {
  private static final int MAX_NAME = 253;
  private static final int MAX_LABEL = 63;

  private HostNames() {}

  /// A name in lower-case ASCII, or null for what is none.
  static @Nullable String name(String host) {
    String ascii = host.chars().allMatch(c -> c < 128) ? host : fromUnicode(host);
    if (ascii == null || ascii.isEmpty() || ascii.length() > MAX_NAME) {
      return null;
    }
    String name = ascii.toLowerCase(Locale.ROOT);
    String[] labels = name.split("\\.", -1);
    if (labels.length < 2) {
      return null; // such names mean something on this network only
    }
    for (String label : labels) {
      if (!isLabel(label)) {
        return null;
      }
    }
    return isNumber(labels[labels.length - 1]) ? null : name;
  }

  /// Valid only if nothing had to be mapped: so no full-width digits, no other kinds of dots.
  private static @Nullable String fromUnicode(String host) {
    try {
      String ascii = IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES);
      boolean same = IDN.toUnicode(ascii).equals(host.toLowerCase(Locale.ROOT));
      return same && !ascii.equals(host) ? ascii : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean isLabel(String label) {
    if (label.isEmpty()
        || label.length() > MAX_LABEL
        || label.startsWith("-")
        || label.endsWith("-")) {
      return false;
    }
    return label.chars().allMatch(c -> within(c, 'a', 'z') || isDigit(c) || c == '-' || c == '_');
  }

  /// What some programs would take for a part of an IPv4 address: decimal, octal, hexadecimal.
  private static boolean isNumber(String label) {
    String digits = label.startsWith("0x") ? label.substring(2) : label;
    int radix = label.startsWith("0x") ? 16 : 10;
    return digits.chars().allMatch(c -> Character.digit(c, radix) >= 0);
  }

  /// The four bytes of `1.2.3.4` in exactly that notation, otherwise an empty array.
  static byte[] dottedQuad(String host) {
    byte[] bytes = new byte[4];
    String[] parts = host.split("\\.", -1);
    if (parts.length != 4) {
      return new byte[0];
    }
    for (int i = 0; i < 4; i++) {
      int value = decimal(parts[i]);
      if (value < 0) {
        return new byte[0];
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }

  private static int decimal(String part) {
    boolean digits =
        !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(HostNames::isDigit);
    if (!digits || (part.length() > 1 && part.startsWith("0"))) {
      return -1;
    }
    int value = Integer.parseInt(part);
    return value <= 255 ? value : -1;
  }

  /// The 16 bytes of an IPv6 address in hexadecimal groups with at most one `::`, otherwise an
  /// empty array. A zone or a dotted quad at the end are refused: the canonical form of addresses
  /// that may be reached has neither.
  static byte[] ipv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] all = groups(text);
      return all.length == 16 ? all : new byte[0];
    }
    String left = text.substring(0, gap);
    String right = text.substring(gap + 2);
    byte[] head = groups(left);
    byte[] tail = groups(right);
    boolean bad = head.length == 0 != left.isEmpty() || tail.length == 0 != right.isEmpty();
    if (bad || head.length + tail.length > 14) {
      return new byte[0];
    }
    byte[] bytes = new byte[16];
    System.arraycopy(head, 0, bytes, 0, head.length);
    System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
    return bytes;
  }

  /// Two bytes a group; empty for no or bad groups.
  private static byte[] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] groups = text.split(":", -1);
    byte[] bytes = new byte[2 * groups.length];
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i];
      boolean canonical =
          !group.isEmpty()
              && group.length() <= 4
              && (group.length() == 1 || !group.startsWith("0"))
              && group
                  .chars()
                  .allMatch(c -> isDigit(c) || within(c, 'a', 'f') || within(c, 'A', 'F'));
      if (!canonical) {
        return new byte[0];
      }
      int value = Integer.parseInt(group, 16);
      bytes[2 * i] = (byte) (value >> 8);
      bytes[2 * i + 1] = (byte) value;
    }
    return bytes;
  }

  static boolean isDigit(int c) {
    return within(c, '0', '9');
  }

  static boolean within(int c, char first, char last) {
    return c >= first && c <= last;
  }
}
