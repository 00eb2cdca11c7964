package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedModelTest {
  private final EmbeddedModel model = new EmbeddedModel("tiny");
  @TempDir Path cache;

  @Test
  void listingIsThatOfTheFiles() throws Exception {
    for (EmbeddedModel.Item item : model.items()) {
      try (InputStream in = model.open(item.name())) {
        byte[] bytes = in.readAllBytes();
        assertEquals(item.bytes(), bytes.length, item.name());
        assertEquals(
            item.sha256(),
            HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)),
            () -> item.name() + ": write files.txt anew");
      }
    }
  }

  @Test
  void folderOfClassesIsUsedInPlace() {
    Path folder = model.folder(cache);
    assertTrue(Files.exists(folder.resolve("model.safetensors")));
    assertFalse(folder.startsWith(cache));
  }

  @Test
  void filesAreLaidOnceAndFoundAgain() throws IOException {
    Path folder = model.laid(cache);
    assertTrue(folder.startsWith(cache) && folder.toString().endsWith(model.key()));
    var time = Files.getLastModifiedTime(folder.resolve("config.json"));
    assertEquals(folder, model.laid(cache));
    assertEquals(time, Files.getLastModifiedTime(folder.resolve("config.json")));
    try (InputStream in = model.open("tokenizer.json")) {
      assertArrayEquals(in.readAllBytes(), Files.readAllBytes(folder.resolve("tokenizer.json")));
    }
    assertNothingBeside(folder);
  }

  @Test
  void folderThatLostFilesIsLaidAnew() throws IOException {
    Path folder = model.laid(cache);
    Files.delete(folder.resolve("config.json"));
    Files.writeString(folder.resolve("model.safetensors"), "cut");
    assertEquals(folder, model.laid(cache));
    assertEquals(
        model.bytes(),
        model.items().stream().mapToLong(i -> folder.resolve(i.name()).toFile().length()).sum());
    assertNothingBeside(folder);
  }

  @Test
  void manyProcessesMayComeAtOnce() throws Exception {
    var all = new ArrayList<Future<Path>>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        all.add(pool.submit(() -> new EmbeddedModel("tiny").laid(cache)));
      }
    }
    for (Future<Path> folder : all) {
      assertTrue(Files.exists(folder.get().resolve("model.safetensors")));
      assertNothingBeside(folder.get());
    }
  }

  @Test
  void cacheThatCannotBeWrittenIsReplacedByATemporaryOne() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "x");
    Path folder = model.laid(file);
    assertTrue(Files.exists(folder.resolve("model.safetensors")));
    assertFalse(folder.startsWith(file));
  }

  private static void assertNothingBeside(Path folder) throws IOException {
    try (var files = Files.list(folder.getParent())) {
      assertEquals(List.of(folder), files.toList());
    }
  }

  @Test
  void cacheFolderIsThePlatformsUnlessChosen() {
    Map<String, String> none = Map.of();
    assertEquals(Path.of("/c"), CacheFolder.find(Map.of("smolvlm.cache", "/c")::get, none::get));
    Map<String, String> linux = Map.of("user.home", "/home/a", "os.name", "Linux");
    assertEquals(Path.of("/home/a/.cache/smolvlm"), CacheFolder.find(linux::get, none::get));
    assertEquals(
        Path.of("/x/smolvlm"), CacheFolder.find(linux::get, Map.of("XDG_CACHE_HOME", "/x")::get));
    assertEquals(
        Path.of("/home/a/.cache/smolvlm"),
        CacheFolder.find(linux::get, Map.of("XDG_CACHE_HOME", "relative")::get));
    Map<String, String> mac = Map.of("user.home", "/Users/a", "os.name", "Mac OS X");
    assertEquals(Path.of("/Users/a/Library/Caches/smolvlm"), CacheFolder.find(mac::get, none::get));
  }
}
