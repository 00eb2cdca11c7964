package io.smolvlm.language.template;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.OutputTooBigException;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.smolvlm.tensor.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Renders one template with Jinjava, fenced in.
///
/// Bounds: [TemplateSource] on the source, [#MAX_OUTPUT] on every text, [#MAX_ELEMENTS] on ranges
/// and lists, [#MAX_RECURSION] on macros, [#MAX_STEPS] on nodes and [#MAX_TIME] on the whole.
/// Reach: [Values].
public final class TemplateEngine {
  public static final int MAX_OUTPUT = 4 << 20;
  static final int MAX_ELEMENTS = 10_000;
  static final int MAX_RECURSION = 20;
  static final int MAX_STEPS = 1_000_000;

  /// Only a backstop: a machine under load must not refuse a good template.
  static final Duration MAX_TIME = Duration.ofSeconds(3);

  /// Rendered once at the start, so that loading classes is not counted as rendering.
  private static final String WARM_UP =
      "{% for m in [{'a': 'b'}] %}{% if m['a'] == 'b' %}{{ m['a'] | capitalize }}{% endif %}"
          + "{{ 'a' + 'b' }}{% endfor %}";

  private final String prepared;
  private final Clock clock;
  private final Jinjava jinjava;

  /// @param source the template
  /// @param clock for `strftime_now`
  /// @throws TemplateFailure if the source is refused
  public TemplateEngine(String source, Clock clock) {
    this.prepared = TemplateSource.prepare(source);
    this.clock = clock;
    Map<String, Filter> filters = Filters.all();
    jinjava = new Jinjava(config(new Values(filters)));
    jinjava.setResourceLocator((name, encoding, interpreter) -> {
      throw Run.stop(ErrorCode.UNSAFE, "a template that reads '" + name + "'", "no files");
    });
    filters.values().forEach(jinjava::registerFilter);
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "raise_exception", Functions.class, "raiseException", Object.class));
    jinjava.registerFunction(
        new ELFunctionDefinition(
            "", "range", Functions.class, "range", Object.class, Object[].class));
    jinjava.registerFunction(
        new ELFunctionDefinition("", "strftime_now", Functions.class, "strftimeNow", String.class));
    jinjava.render(WARM_UP, Map.of());
  }

  private static JinjavaConfig config(Values values) {
    return JinjavaConfig.newBuilder()
        .withElResolver(values)
        .withInterperterFactory(PythonInterpreter.FACTORY)
        .withNestedInterpretationEnabled(false)
        .withMaxOutputSize(MAX_OUTPUT)
        .withMaxStringLength(MAX_OUTPUT)
        .withMaxListSize(MAX_ELEMENTS)
        .withMaxMapSize(MAX_ELEMENTS)
        .withRangeLimit(MAX_ELEMENTS)
        .withMaxRenderDepth(TemplateSource.MAX_DEPTH)
        .withEnableRecursiveMacroCalls(true)
        .withMaxMacroRecursionDepth(MAX_RECURSION)
        .withProcessors(
            JinjavaProcessors.newBuilder()
                .withNodePreProcessor((node, interpreter) -> {
                  if (Run.CURRENT.isBound()) {
                    Run.CURRENT.get().step(1);
                  }
                })
                .build())
        .withLegacyOverrides(
            LegacyOverrides.newBuilder()
                .withEvaluateMapKeys(true)
                .withIterateOverMapKeys(true)
                .withUsePyishObjectMapper(true)
                .withUseNaturalOperatorPrecedence(true)
                .withParseWhitespaceControlStrictly(true)
                .withAllowAdjacentTextNodes(true)
                .withKeepNullableLoopValues(true)
                .build())
        .build();
  }

  /// @param bindings maps, lists, strings, numbers and booleans
  /// @throws TemplateFailure if the template asks for what is not allowed, or is stopped by a bound
  public String render(Map<String, ? extends @Nullable Object> bindings) {
    var run = new Run(MAX_TIME.toNanos(), clock);
    try {
      RenderResult result =
          ScopedValue.where(Run.CURRENT, run)
              .call(() -> jinjava.renderForResult(prepared, new HashMap<>(bindings)));
      TemplateFailure failure = run.failure();
      if (failure != null) {
        throw failure;
      }
      result.getErrors().forEach(TemplateEngine::refuse);
      Run.spend(result.getOutput().length());
      return result.getOutput();
    } catch (StackOverflowError e) {
      throw new TemplateFailure(ErrorCode.LIMIT, "endless recursion", "less nesting");
    } catch (TemplateFailure e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TemplateFailure(ErrorCode.CORRUPT, e.toString(), "a template that renders");
    }
  }

  private static void refuse(TemplateError error) {
    switch (error.getReason()) {
      // An undefined value prints nothing, as in jinja2.
      case UNKNOWN -> {}
      case OUTPUT_TOO_BIG, COLLECTION_TOO_BIG ->
          throw new TemplateFailure(ErrorCode.LIMIT, "output that is too long", "less");
      default -> {
        boolean tooBig =
            error.getException() instanceof OutputTooBigException
                || error.getMessage().contains("OutputTooBig")
                || error.getMessage().contains("recursion");
        throw new TemplateFailure(
            tooBig ? ErrorCode.LIMIT : ErrorCode.CORRUPT,
            error.getMessage().lines().findFirst().orElse("an error"),
            "a template that renders");
      }
    }
  }
}
