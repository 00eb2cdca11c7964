package io.smolvlm.models.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubReferenceTest {
  @Test
  void ownerNameFileAndRevisionAreRead() {
    HubReference whole = HubReference.parse("owner/name-GGUF/sub/m.q8_0.gguf@v1.0").orElseThrow();
    assertEquals("owner/name-GGUF", whole.id());
    assertEquals(Optional.of("sub/m.q8_0.gguf"), whole.file());
    assertEquals("v1.0", whole.revision());
    assertEquals("owner/name-GGUF/sub/m.q8_0.gguf@v1.0", whole.toString());
    assertEquals("main", HubReference.parse("owner/name").orElseThrow().revision());
    assertEquals("refs/pr/3", HubReference.parse("owner/name@refs/pr/3").orElseThrow().revision());
  }

  @Test
  void shortNamesMeanMembers() {
    assertEquals(
        "HuggingFaceTB/SmolVLM-256M-Instruct", HubReference.parse("256M").orElseThrow().id());
    assertEquals("v2", HubReference.parse("smollm2-135m@v2").orElseThrow().revision());
    for (String name : ShortNames.all()) {
      HubReference reference = HubReference.parse(name).orElseThrow();
      assertEquals(Optional.of(name), ShortNames.of(reference.id()));
    }
    assertTrue(ShortNames.all().containsAll(ShortNames.PREFERRED));
  }

  @Test
  void whatWouldLeaveTheCacheIsNoReference() {
    for (String word :
        new String[] {
          "name",
          "",
          "../../etc/passwd",
          "a/..",
          "a/b@../x",
          "a/b@/etc",
          "a/b@x//y",
          "a/b/../../c.gguf",
          "a/b/c.bin",
          "a--b/c",
          "/a/b",
          "a/b\n",
          ".a/b"
        }) {
      assertEquals(Optional.empty(), HubReference.parse(word), word);
    }
  }
}
