package io.smolvlm.app.intake;

import java.net.InetAddress;

/// Which addresses lie in the public internet: all others, on this machine, in its networks, kept
/// for special use or for nobody, are never connected to.
///
/// Source: the IANA registries of IPv4 and IPv6 special-purpose addresses (RFC 6890 and updates).
/// Stricter than them: of IPv6 only global unicast counts, and tunnels that nobody uses any more
/// (Teredo, 6to4, IPv4-compatible) never do.
final class PublicAddresses {
  private static final String[] NOT_PUBLIC_4 = {
    "0.0.0.0/8", // this network
    "10.0.0.0/8", // private
    "100.64.0.0/10", // shared by carriers; metadata of one cloud
    "127.0.0.0/8", // loopback
    "168.63.129.16/32", // inside every machine of one cloud, though the range is public
    "169.254.0.0/16", // link-local, metadata of most clouds
    "172.16.0.0/12", // private
    "192.0.0.0/24", // protocols; metadata of one cloud
    "192.0.2.0/24", // documentation
    "192.88.99.0/24", // relays of 6to4
    "192.168.0.0/16", // private
    "198.18.0.0/15", // benchmarks
    "198.51.100.0/24", // documentation
    "203.0.113.0/24", // documentation
    "224.0.0.0/4", // multicast
    "240.0.0.0/4", // reserved, broadcast
  };

  private PublicAddresses() {}

  static boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? isPublic4(bytes, 0) : isPublic6(bytes);
  }

  private static boolean isPublic4(byte[] bytes, int at) {
    int value = int32(bytes, at);
    for (String network : NOT_PUBLIC_4) {
      int slash = network.indexOf('/');
      int length = Integer.parseInt(network.substring(slash + 1));
      int mask = -1 << (32 - length);
      if ((value & mask) == int32(HostNames.dottedQuad(network.substring(0, slash)), 0)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPublic6(byte[] b) {
    if (isMapped(b) || startsWith(b, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) {
      return isPublic4(b, 12); // the inner address is what is reached
    }
    boolean globalUnicast = (b[0] & 0xe0) == 0x20; // 2000::/3
    boolean protocols = startsWith(b, 0x20, 0x01) && (b[2] & 0xfe) == 0; // 2001::/23, Teredo too
    boolean documentation =
        startsWith(b, 0x20, 0x01, 0x0d, 0xb8)
            || (startsWith(b, 0x3f, 0xff) && (b[2] & 0xf0) == 0); // 3fff::/20
    boolean sixToFour = startsWith(b, 0x20, 0x02);
    return globalUnicast && !protocols && !documentation && !sixToFour;
  }

  private static boolean isMapped(byte[] b) {
    return startsWith(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
  }

  private static boolean startsWith(byte[] bytes, int... values) {
    for (int i = 0; i < values.length; i++) {
      if ((bytes[i] & 0xff) != values[i]) {
        return false;
      }
    }
    return true;
  }

  private static int int32(byte[] b, int at) {
    return (b[at] & 0xff) << 24
        | (b[at + 1] & 0xff) << 16
        | (b[at + 2] & 0xff) << 8
        | (b[at + 3] & 0xff);
  }
}
