package io.smolvlm.language;

import io.smolvlm.language.template.TemplateEngine;
import io.smolvlm.language.template.TemplateFailure;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A checkpoint's own chat template: turns messages into the text of a prompt.
///
/// The template is code from outside. It runs with jinja2's rules as the reference renders it, but
/// without reach: no file, no network, no Java object, and bounded in time, output and depth (see
/// [TemplateEngine]). The engine takes some hundred milliseconds to start, so it starts on a thread
/// of its own as soon as the template is known.
///
/// Safe for use by several threads.
public final class ChatTemplate {
  private static final String PROBE = "probe of the content";

  private final String file;
  private final String source;
  private final Map<String, String> specialTokens;
  private final CompletableFuture<TemplateEngine> engine;
  private final CompletableFuture<Boolean> partsWanted;

  private ChatTemplate(String file, String source, Map<String, String> specialTokens, Clock clock) {
    this.file = file;
    this.source = source;
    this.specialTokens = Map.copyOf(specialTokens);
    this.engine =
        CompletableFuture.supplyAsync(
            () -> new TemplateEngine(source, clock), Thread.ofVirtual()::start);
    this.partsWanted = engine.thenApply(this::rendersParts);
  }

  /// A template given as text.
  ///
  /// @param file name for errors
  /// @param specialTokens what the template may refer to by name (`bos_token`, `eos_token`)
  public static ChatTemplate of(String file, String source, Map<String, String> specialTokens) {
    return new ChatTemplate(file, source, specialTokens, Clock.system(ZoneId.systemDefault()));
  }

  static ChatTemplate of(
      String file, String source, Map<String, String> specialTokens, Clock clock) {
    return new ChatTemplate(file, source, specialTokens, clock);
  }

  /// The template's source.
  public String source() {
    return source;
  }

  /// The text of a conversation.
  ///
  /// @param messages in order
  /// @param addGenerationPrompt whether the beginning of the answer is added
  /// @throws FormatException with [ErrorCode#LIMIT] if a bound stops the template,
  ///   [ErrorCode#UNSAFE] if it asks for what is never given, [ErrorCode#UNSUPPORTED] if it refuses
  ///   the conversation, [ErrorCode#CORRUPT] if it is no template
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    return render(messages, addGenerationPrompt, List.of(), Map.of());
  }

  /// The text of a conversation.
  ///
  /// @param tools function descriptions (JSON schema as maps and lists) for templates that show
  ///   them; empty for none
  /// @param extra further variables, values as in JSON
  /// @throws FormatException as [#render(List, boolean)]
  public String render(
      List<Message> messages,
      boolean addGenerationPrompt,
      List<Map<String, Object>> tools,
      Map<String, Object> extra) {
    return guarded(() -> {
      List<Map<String, Object>> list = asJson(messages, partsWanted.join());
      return engine.join().render(bindings(list, addGenerationPrompt, tools, extra));
    });
  }

  /// The text of messages as they stand in JSON: `role`, `content`, which is a text or a list of
  /// parts, and whatever else the template knows (`tool_calls`).
  ///
  /// @param tools function descriptions; empty for none
  /// @param extra further variables, values as in JSON
  /// @throws FormatException as [#render(List, boolean)]
  public String renderJson(
      List<Map<String, Object>> messages,
      boolean addGenerationPrompt,
      List<Map<String, Object>> tools,
      Map<String, Object> extra) {
    return guarded(
        () -> engine.join().render(bindings(messages, addGenerationPrompt, tools, extra)));
  }

  private String guarded(Supplier<String> rendering) {
    try {
      return rendering.get();
    } catch (TemplateFailure e) {
      throw failure(e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof TemplateFailure failure) {
        throw failure(failure);
      }
      throw e;
    }
  }

  private FormatException failure(TemplateFailure e) {
    return new FormatException(e.code(), file, "chat template", e.found(), e.needed());
  }

  private Map<String, @Nullable Object> bindings(
      List<Map<String, Object>> messages,
      boolean addGenerationPrompt,
      List<Map<String, Object>> tools,
      Map<String, Object> extra) {
    Map<String, @Nullable Object> bindings = new HashMap<>(specialTokens);
    bindings.put("messages", messages);
    bindings.put("add_generation_prompt", addGenerationPrompt);
    // The reference binds both always, so that a template may ask whether they are none.
    bindings.put("tools", tools.isEmpty() ? null : tools);
    bindings.put("documents", null);
    bindings.putAll(extra);
    return bindings;
  }

  private static List<Map<String, Object>> asJson(List<Message> messages, boolean parts) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("role", message.role());
      map.put("content", parts ? parts(message) : text(message));
      list.add(map);
    }
    return list;
  }

  private static List<Map<String, Object>> parts(Message message) {
    List<Map<String, Object>> parts = new ArrayList<>();
    for (ContentPart part : message.content()) {
      parts.add(
          switch (part) {
            case ContentPart.Text text -> {
              Map<String, Object> map = new LinkedHashMap<>();
              map.put("type", "text");
              map.put("text", text.text());
              yield map;
            }
            case ContentPart.Image ignored -> {
              Map<String, Object> map = new LinkedHashMap<>();
              map.put("type", "image");
              yield map;
            }
          });
    }
    return parts;
  }

  private static String text(Message message) {
    var out = new StringBuilder();
    for (ContentPart part : message.content()) {
      switch (part) {
        case ContentPart.Text text -> out.append(text.text());
        case ContentPart.Image ignored -> out.append("<image>");
      }
    }
    return out.toString();
  }

  /// Templates of vision models walk over a list of parts, those of text models take the content as
  /// one text. Which this one does is seen by trying.
  ///
  /// @throws TemplateFailure if trying ran into a bound or out of the fence
  private boolean rendersParts(TemplateEngine engine) {
    Message probe = Message.text("user", PROBE);
    try {
      String out =
          engine.render(bindings(asJson(List.of(probe), true), false, List.of(), Map.of()));
      int at = out.indexOf(PROBE);
      // Behind a quote it is a list that was printed whole.
      return at == 0 || (at > 0 && "'\"=".indexOf(out.charAt(at - 1)) < 0);
    } catch (TemplateFailure e) {
      if (e.code() == ErrorCode.LIMIT || e.code() == ErrorCode.UNSAFE) {
        throw e;
      }
      return false;
    }
  }
}
