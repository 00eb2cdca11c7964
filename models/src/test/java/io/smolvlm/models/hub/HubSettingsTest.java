package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.tensor.SmolVlmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {
  @TempDir Path home;

  private HubSettings of(Map<String, String> environment) {
    return HubSettings.of(environment::get, home);
  }

  @Test
  void cacheIsWherePythonHasIt() {
    assertEquals(home.resolve(".cache/huggingface/hub"), of(Map.of()).cache());
    assertEquals(Path.of("/x/huggingface/hub"), of(Map.of("XDG_CACHE_HOME", "/x")).cache());
    assertEquals(home.resolve("hf/hub"), of(Map.of("HF_HOME", "~/hf")).cache());
    assertEquals(Path.of("/c"), of(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")).cache());
  }

  @Test
  void tokenComesFromTheVariableOrTheFile() throws IOException {
    assertFalse(of(Map.of()).token().given());
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");
    assertEquals("Bearer hf_file", of(Map.of()).token().bearer().orElseThrow());
    assertEquals(
        "Bearer hf_variable", of(Map.of("HF_TOKEN", "hf_variable")).token().bearer().orElseThrow());
    var e = assertThrows(SmolVlmException.class, () -> of(Map.of("HF_TOKEN", "hf_a\nhf_b")));
    assertFalse(e.getMessage().contains("hf_a"), e.getMessage());
  }

  @Test
  void endpointAndOfflineAreRead() {
    assertEquals(
        URI.create("https://mirror.example/hub"),
        of(Map.of("HF_ENDPOINT", "https://mirror.example/hub/")).endpoint());
    assertEquals("https", of(Map.of()).endpoint().getScheme());
    for (String bad : new String[] {"mirror.example", "ftp://a", "https://u:p@a", "http://a?b"}) {
      assertThrows(SmolVlmException.class, () -> of(Map.of("HF_ENDPOINT", bad)), bad);
    }
    assertTrue(of(Map.of("HF_HUB_OFFLINE", "1")).offline());
    assertTrue(of(Map.of("TRANSFORMERS_OFFLINE", "yes")).offline());
    assertFalse(of(Map.of("HF_HUB_OFFLINE", "0")).offline());
  }

  @Test
  void proxiesAreUsedBesideTheirExceptions() {
    var proxies =
        of(Map.of(
                "HTTPS_PROXY", "http://proxy.example:3128",
                "http_proxy", "other.example",
                "NO_PROXY", "localhost, .inside.example,exact.example:8443"))
            .proxies();
    assertEquals(
        InetSocketAddress.createUnresolved("proxy.example", 3128),
        proxies.select(URI.create("https://hub.example/a")).getFirst().address());
    assertEquals(
        InetSocketAddress.createUnresolved("other.example", 80),
        proxies.select(URI.create("http://hub.example")).getFirst().address());
    for (String direct :
        new String[] {
          "https://localhost/x", "https://a.inside.example", "https://exact.example:8443/"
        }) {
      assertEquals(Proxy.NO_PROXY, proxies.select(URI.create(direct)).getFirst(), direct);
    }
    assertFalse(proxies.select(URI.create("https://exact.example")).contains(Proxy.NO_PROXY));
    var e =
        assertThrows(
            SmolVlmException.class, () -> of(Map.of("HTTPS_PROXY", "socks5://user:pw@host")));
    assertFalse(e.getMessage().contains("pw"), e.getMessage());
  }
}
