package io.smolvlm.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.smolvlm.tensor.BadInputs;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final String CHATML =
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content']"
          + " + '<|im_end|>' + '\n'}}{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  private static final List<Message> HI = List.of(Message.text("user", "hi"));

  private static String render(String template) {
    return ChatTemplate.of("t.jinja", template, Map.of("bos_token", "<s>")).render(HI, true);
  }

  private static ErrorCode refused(String template) {
    return assertThrows(FormatException.class, () -> render(template)).code();
  }

  @Test
  void textTemplatesGetTheContentAsText() {
    assertEquals("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n", render(CHATML));
  }

  @Test
  void blankLinesOfBlocksAreTrimmedAsInTheReference() {
    // Expected: jinja2 3.1.6 with trim_blocks and lstrip_blocks.
    assertEquals(
        "    U: hi\n",
        render(
            "{% for m in messages %}\n  {% if m.role %}\n    U: {{ m.content }}\n  {% endif %}\n"
                + "{% endfor %}\n"));
    assertEquals(
        "a b c\n\nd\n  e\n  f\n",
        render(
                "a {%- if true %} b {% endif -%} c\n  {# x #}\n\nd\n{%+ if true %}  e{% endif %}\n\n"
                    + "  {{ 'f' }}\n\n")
            .replace("a b c", "a b c"));
    assertEquals("x\n", render("x\n\n"));
    assertEquals("-3", render("{{ -3 }}"));
  }

  @Test
  void valuesPrintAsInPython() {
    assertEquals(
        "True False [1, 'a'] {'k': \"it's\"}",
        render("{{ true }} {{ false }} {{ [1, 'a'] }} {{ {'k': \"it's\"} }}"));
    assertEquals(
        "{\"a\": [1, \"é<>&\", null, true]}",
        render("{{ {'a': [1, 'é<>&', none, true]} | tojson }}"));
    assertEquals("{\n  \"a\": 1\n}", render("{{ {'a': 1} | tojson(indent=2) }}"));
  }

  @Test
  void methodsAndNamespacesOfChatTemplatesWork() {
    assertEquals(
        "Hello|b|a,c|True|3|user|<s>",
        render(
            "{{ 'HELLO'.capitalize() }}|{{ ' b '.strip() }}|{{ 'a-c'.split('-') | join(',') }}|"
                + "{{ 'ab'.startswith('a') }}|{% set ns = namespace(n=1) %}{% for i in range(2) %}"
                + "{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}|{{ messages[-1]['role'] }}|"
                + "{{ bos_token }}"));
    assertEquals(
        "01",
        render(
            "{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}"
                + "{% endfor %}"));
  }

  @Test
  void toolsReachTheTemplate() {
    String template =
        "{% if tools %}{% for t in tools %}{{ t | tojson }}{% endfor %}{% endif %}"
            + "{% for m in messages %}{{ m.content }}{% endfor %}";
    var chat = ChatTemplate.of("t", template, Map.of());
    assertEquals("hi", chat.render(HI, true));
    assertEquals(
        "{\"name\": \"f\"}hi", chat.render(HI, true, List.of(Map.of("name", "f")), Map.of()));
  }

  @Test
  void theClockIsGiven() {
    Clock clock = Clock.fixed(Instant.parse("2026-11-24T05:06:07Z"), ZoneOffset.UTC);
    assertEquals(
        "24 Nov 2026 05:06",
        ChatTemplate.of("t", "{{ strftime_now('%d %b %Y %H:%M') }}", Map.of(), clock)
            .render(HI, true));
  }

  @Test
  void whatUsersWriteIsNotRunAsATemplate() {
    var chat = ChatTemplate.of("t", CHATML, Map.of());
    String text = "{{ 7 * 7 }} {% include 'x' %} {# c #}";
    assertTrue(chat.render(List.of(Message.text("user", text)), false).contains(text));
  }

  @Test
  void refusalsAreTyped() {
    assertEquals(ErrorCode.UNSUPPORTED, refused("{{ raise_exception('roles must alternate') }}"));
    assertEquals(ErrorCode.UNSAFE, refused("{% include 'x' %}"));
    assertEquals(ErrorCode.UNSAFE, refused("{ {#- -#} {% include 'x' %}"));
    assertEquals(ErrorCode.UNSAFE, refused("{{ 'a'.getBytes() }}"));
    assertEquals(ErrorCode.LIMIT, refused("{% for i in range(10001) %}{% endfor %}"));
    assertEquals(ErrorCode.CORRUPT, refused("{% if true %}"));
    assertEquals(ErrorCode.CORRUPT, refused("{% endif %}"));
    assertEquals(ErrorCode.TOO_LARGE, refused("x".repeat(1 << 20)));
    assertEquals(ErrorCode.UNSUPPORTED, refused("{% for i in range(3) if i %}{% endfor %}"));
    // Tags that arise when white space and comments are taken out.
    assertEquals(ErrorCode.UNSUPPORTED, refused("{ {#- -#} % include 'x' %}"));
    assertEquals(
        ErrorCode.LIMIT,
        refused(
            "{% set n = namespace(s='"
                + "a".repeat(100000)
                + "') %}"
                + "{% set n.s = n.s.replace('a', n.s) %}{{ n.s }}"));
  }

  @Test
  void hostileTemplatesStayInsideTheirBounds() throws IOException {
    int seen = 0;
    for (BadInputs.Case c : BadInputs.cases("model-dir")) {
      JsonNode overlay = c.node().path("overlay");
      if (!overlay.asText().startsWith("model-dir/tpl-")) {
        continue;
      }
      seen++;
      Path folder = BadInputs.root().resolve(overlay.asText());
      Path file = folder.resolve("chat_template.jinja");
      String source = Files.readString(file);
      long start = System.nanoTime();
      try {
        String out = ChatTemplate.of(file.toString(), source, Map.of()).render(HI, true);
        boolean good = c.expect().path("ok").asBoolean();
        assertTrue(good || (c.mayLoad() && out.isEmpty()), () -> c + " printed " + out);
      } catch (FormatException e) {
        assertTrue(c.errors().contains(e.code().label()), () -> c + ": " + e);
        assertTrue(e.file().endsWith("chat_template.jinja"), e.file());
      }
      assertTrue(System.nanoTime() - start < c.limit().toNanos(), c::id);
    }
    assertTrue(seen > 0);
  }
}
