package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectAnswersTest {
  private static final String ONE =
      "{'role': 'user', 'content': [{'type': 'image'}, {'type': 'text', 'text': 'How many shapes are there?'}]}";

  @TempDir Path folder;

  @BeforeEach
  void picture() throws IOException {
    Files.copy(Path.of(Run.sample("scene.png")), folder.resolve("a.png"));
  }

  private Run answers(String lines, String... options) throws IOException {
    Files.writeString(folder.resolve("questions.jsonl"), lines.replace('\'', '"'));
    var args =
        new java.util.ArrayList<>(java.util.List.of("inspect", "answers", folder.toString()));
    args.addAll(java.util.List.of(options));
    return Run.of(args.toArray(String[]::new));
  }

  private static String line(int id, String kind, String more, String answer) {
    return "{'id': %d, 'kind': '%s', %s 'pictures': ['a.png'], 'split': false, 'messages': [%s], 'answer': '%s'}\n"
        .formatted(id, kind, more, ONE, answer);
  }

  @Test
  void tableCountsByKindGroupAndTier() throws IOException {
    Run run =
        answers(
            line(1, "b", "'tier': 2, 'group': '',", "none")
                + line(2, "count", "'tier': 1, 'group': 'numbers',", "4")
                + line(3, "count_of", "'tier': 1, 'group': 'numbers',", "5"));
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertEquals(
        """
        | kind | asked | exact right | percent |
        |---|---:|---:|---:|
        | count | 1 | 1 | 100.0 |
        | count_of | 1 | 0 | 0.0 |
        | **tier 1: numbers** | 2 | 1 | 50.0 |
        | **tier 1** | 2 | 1 | 50.0 |
        | b | 1 | 0 | 0.0 |
        | **tier 2** | 1 | 0 | 0.0 |
        | **all** | 3 | 1 | 33.3 |
        """,
        run.out());
  }

  @Test
  void jsonIsALineAQuestion() throws IOException {
    Run run =
        answers(line(7, "count", "", "4") + line(8, "count", "", "4"), "--json", "--limit", "1");
    assertEquals(
        "{\"id\":\"7\",\"kind\":\"count\",\"question\":\"How many shapes are there?\",\"expected\":\"4\",\"answer\":\"4\",\"right\":true}",
        run.out().strip());
  }

  @Test
  void severalPicturesAndTurnsAreAsked() throws IOException {
    String two =
        ONE.replace("{'type': 'image'}", "{'type': 'image'}, {'type': 'image'}")
            + ", {'role': 'assistant', 'content': '4'}, {'role': 'user', 'content': 'Is there a ring?'}";
    Run run =
        answers(
            line(1, "turns", "", "No.").replace(ONE, two).replace("'a.png'", "'a.png', 'a.png'"),
            "--json");
    assertEquals(ExitStatus.OK, run.status(), run.err());
    assertTrue(run.out().contains("\"question\":\"Is there a ring?\""), run.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{'kind': 1",
        "{'kind': 'x'}",
        "{'kind': 'x', 'messages': [], 'pictures': [], 'answer': ''}",
        "{'kind': 'x', 'messages': [3], 'pictures': [], 'answer': ''}",
        "{'kind': 'x', 'messages': [{'role': 'user', 'content': [{'type': 'video'}]}], 'pictures': [], 'answer': ''}",
        "{'kind': 'x', 'messages': [{'role': 'user', 'content': 'x'}], 'pictures': ['a.png'], 'answer': ''}",
        "{'kind': 'x', 'messages': [{'role': 'user', 'content': [{'type': 'image'}]}], 'pictures': ['b.png'], 'answer': ''}",
        "{'kind': 'x', 'messages': [{'role': 'user', 'content': [{'type': 'image'}]}], 'pictures': ['../a.png'], 'answer': ''}",
        "{'kind': 'x', 'messages': [{'role': 'user', 'content': [{'type': 'image'}]}], 'pictures': ['a.png'], 'split': 1, 'answer': ''}"
      })
  void badSetIsBadInput(String lines) throws IOException {
    Run run = answers(lines);
    assertEquals(ExitStatus.BAD_INPUT, run.status(), run.err());
  }

  @Test
  void missingSetAndLimitAreBadInput() throws IOException {
    assertEquals(ExitStatus.BAD_INPUT, Run.of("inspect", "answers", folder + "/none").status());
    assertEquals(ExitStatus.BAD_INPUT, answers(line(1, "x", "", "4"), "--limit", "0").status());
  }
}
