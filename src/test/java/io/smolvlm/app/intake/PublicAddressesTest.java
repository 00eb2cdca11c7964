package io.smolvlm.app.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
  /// The first and last address of each range, and their neighbours outside.
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, false",
    "0.255.255.255, false",
    "1.0.0.0, true",
    "9.255.255.255, true",
    "10.0.0.0, false",
    "10.255.255.255, false",
    "11.0.0.0, true",
    "100.63.255.255, true",
    "100.64.0.0, false",
    "100.127.255.255, false",
    "100.128.0.0, true",
    "126.255.255.255, true",
    "127.0.0.0, false",
    "127.255.255.255, false",
    "128.0.0.0, true",
    "168.63.129.15, true",
    "168.63.129.16, false",
    "168.63.129.17, true",
    "169.253.255.255, true",
    "169.254.0.0, false",
    "169.254.255.255, false",
    "169.255.0.0, true",
    "172.15.255.255, true",
    "172.16.0.0, false",
    "172.31.255.255, false",
    "172.32.0.0, true",
    "191.255.255.255, true",
    "192.0.0.0, false",
    "192.0.0.255, false",
    "192.0.1.0, true",
    "192.0.2.0, false",
    "192.0.2.255, false",
    "192.0.3.0, true",
    "192.88.98.255, true",
    "192.88.99.1, false",
    "192.88.100.0, true",
    "192.167.255.255, true",
    "192.168.0.0, false",
    "192.168.255.255, false",
    "192.169.0.0, true",
    "198.17.255.255, true",
    "198.18.0.0, false",
    "198.19.255.255, false",
    "198.20.0.0, true",
    "198.51.99.255, true",
    "198.51.100.0, false",
    "198.51.101.0, true",
    "203.0.112.255, true",
    "203.0.113.0, false",
    "203.0.114.0, true",
    "223.255.255.255, true",
    "224.0.0.0, false",
    "239.255.255.255, false",
    "240.0.0.0, false",
    "255.255.255.255, false",
    "8.8.8.8, true",
    "::, false",
    "::1, false",
    "::8.8.8.8, false",
    "64:ff9b::808:808, true",
    "64:ff9b::a00:1, false",
    "64:ff9b:1::808:808, false",
    "100::1, false",
    "1fff::1, false",
    "2000::1, true",
    "2001::1, false",
    "2001:0:808:808::, false",
    "2001:1ff::1, false",
    "2001:200::1, true",
    "2001:db7::1, true",
    "2001:db8::1, false",
    "2001:db9::1, true",
    "2002:808:808::, false",
    "2003::1, true",
    "2606:2800:220:1::1, true",
    "3ffe::1, true",
    "3fff::1, false",
    "3fff:fff::1, false",
    "3fff:1000::1, true",
    "4000::1, false",
    "fc00::1, false",
    "fd00:ec2::254, false",
    "fe80::1, false",
    "fec0::1, false",
    "ff02::1, false"
  })
  void onlyThePublicInternetIsPublic(String address, boolean isPublic) throws UnknownHostException {
    assertEquals(isPublic, PublicAddresses.contains(InetAddress.getByName(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.org",
        "HTTPS://Example.ORG/",
        "https://example.org:443/a/b.png?x=1&y=%20#part",
        "http://93.184.216.34/x",
        "https://[2606:2800:220:1::1]:8443/",
        "https://b\u00fccher.example/x.png",
        "https://xn--bcher-kva.example/x.png",
        "https://my_bucket.s3.example.org/a%2Fb",
        "https://1.example.org/",
        "https://example.org/a@b"
      })
  void plainAddressesAreRead(String url) {
    PictureUrl read = PictureUrl.parse(url);
    assertEquals(true, read != null, url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https",
        "https://",
        "https:///x",
        "https://example",
        "https://example.org.",
        "https://.example.org",
        "https://a..b",
        "https://-a.example.org",
        "https://a-.example.org",
        "https://exa mple.org",
        "https://example.org/ x",
        "https://example.org/\u00fc",
        "https://example.org/%",
        "https://example.org/%2",
        "https://example.org/%zz",
        "https://example.org/%00",
        "https://example.org/%7f",
        "https://example.org/\\x",
        "https://example.org/<x>",
        "https://example.org:",
        "https://example.org:0",
        "https://example.org:080",
        "https://example.org:+80",
        "https://example.org:65536",
        "https://a@example.org",
        "https://@example.org",
        "https://[::1",
        "https://::1/",
        "https://[::1]x/",
        "https://[1:2:3:4:5:6:7]/",
        "https://[1:2:3:4:5:6:7:8:9]/",
        "https://[1::2::3]/",
        "https://[fe80::1%25eth0]/",
        "https://[::127.0.0.1]/",
        "https://[01::1]/",
        "https://example.0x1",
        "https://1.2.3.04",
        "https://1.2.3.256",
        "https://1.2.3",
        "https://\uff11.2.3.4",
        "https://xn--.example.org\u3002x"
      })
  void allElseIsNot(String url) {
    assertNull(PictureUrl.parse(url), url);
  }

  @Test
  void lengthEndsAt2048() {
    String most = "https://example.org/" + "a".repeat(2048 - 20);
    assertEquals(most.substring(19), PictureUrl.parse(most).target());
    assertNull(PictureUrl.parse(most + "a"));
  }

  @ParameterizedTest
  @CsvSource({
    "/x, https://a.example.org/x",
    "y, https://a.example.org/p/y",
    "?q=2, https://a.example.org/p/o?q=2",
    "//b.example.org/x, https://b.example.org/x",
    "http://b.example.org, http://b.example.org/",
    "x:y, ",
    "javascript:alert(1), ",
    "/a b, ",
    "/a\\b, "
  })
  void redirectsAreSeenFromWhereTheyCome(String location, String to) {
    PictureUrl from = PictureUrl.parse("https://a.example.org/p/o?q=1");
    PictureUrl next = from.redirected(location);
    assertEquals(
        to, next == null ? null : next.scheme() + "://" + next.hostHeader() + next.target());
  }
}
