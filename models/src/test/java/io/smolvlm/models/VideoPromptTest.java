package io.smolvlm.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smolvlm.language.ContentPart;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.vision.ImageOptions;
import io.smolvlm.vision.RgbImage;
import io.smolvlm.vision.Video;
import io.smolvlm.vision.VideoSampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Videos in prompts against the reference: frames by family.json, texts as
/// `SmolVLMProcessor.replace_video_token` of transformers 5.23 returned them.
class VideoPromptTest {
  private static final Path FAMILY =
      Path.of(System.getProperty("smolvlm.root", ".."), "samples/reference/family.json");
  private static final RgbImage FRAME = new RgbImage(4, 2, new byte[24]);

  @Test
  void framesAreSampledAsTheReferenceDoes() throws IOException {
    JsonNode vectors =
        JsonMapper.builder().build().readTree(FAMILY.toFile()).path("video_index_vectors");
    assertEquals(3, vectors.size());
    for (JsonNode vector : vectors) {
      int[] found =
          new VideoSampling(vector.path("target_fps").asDouble(), vector.path("num_frames").asInt())
              .indices(vector.path("total_frames").asInt(), vector.path("fps").asDouble());
      if (vector.has("indices")) {
        assertArrayEquals(ints(vector.path("indices")), found);
      } else {
        int[] first = ints(vector.path("first"));
        int[] last = ints(vector.path("last"));
        assertEquals(vector.path("count").asInt(), found.length);
        assertArrayEquals(first, Arrays.copyOf(found, first.length));
        assertArrayEquals(
            last, Arrays.copyOfRange(found, found.length - last.length, found.length));
      }
    }
  }

  private static int[] ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
  }

  private static Video video(List<Integer> indices, int total, double rate) {
    return new Video(Collections.nCopies(indices.size(), FRAME), indices, total, rate);
  }

  private static String text(Video video) {
    return VideoPrompt.user(video, "Why?").content().stream()
        .map(part -> part instanceof ContentPart.Text text ? text.text() : "<image>")
        .collect(Collectors.joining());
  }

  @Test
  void textIsTheReferences() {
    assertEquals(
        "You are provided the following series of three frames from a 0:02:00 [H:MM:SS] video.\n"
            + "\nFrame from 00:00:<image>\nFrame from 00:01:<image>\nFrame from 01:59:<image>\n\n"
            + "Why?",
        text(video(List.of(0, 26, 2877), 2881, 24)));
    List<Integer> many = IntStream.range(0, 21).map(i -> 37 * i).boxed().toList();
    String long21 = text(video(many, 900_610, 10));
    assertTrue(
        long21.startsWith(
            "You are provided the following series of twenty-one frames from a 1 day, 1:01:01"
                + " [H:MM:SS] video.\n\nFrame from 00:00:<image>\nFrame from 00:03:<image>"));
    assertTrue(long21.endsWith("\nFrame from 01:10:<image>\nFrame from 01:14:<image>\n\nWhy?"));
  }

  @Test
  void numbersAndLengthsAreWrittenAsPythonWritesThem() {
    assertEquals("one", VideoPrompt.words(1));
    assertEquals("nineteen", VideoPrompt.words(19));
    assertEquals("forty", VideoPrompt.words(40));
    assertEquals("sixty-four", VideoPrompt.words(64));
    assertEquals("0:00:09", VideoPrompt.length(9));
    assertEquals("2 days, 0:00:00", VideoPrompt.length(172_800));
    assertEquals("75:05", VideoPrompt.time(4505));
  }

  @Test
  void everyFrameBecomesOneTileOfThePrompt() {
    try (SmolVlm model = SmolVlm.load("tiny")) {
      Video video = video(List.of(0, 10), 20, 10);
      ImageOptions options = VideoPrompt.options(model.pictures().orElseThrow());
      var prepared =
          model.prepare(
              GenerationRequest.of(List.of(VideoPrompt.user(video, "Why?")), video.frames())
                  .withImageOptions(options));
      assertEquals(2, prepared.tiles());
      String text = prepared.prompt().text();
      assertTrue(text.startsWith("<|im_start|>User: You are provided the following"), text);
      assertTrue(text.contains("\nFrame from 00:01:<fake_token_around_image><global-img>"), text);
      assertTrue(text.endsWith("\n\nWhy?<end_of_utterance>\nAssistant:"), text);
    }
  }
}
