package io.smolvlm.app.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.SmolVlmException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// Holds settings against what [Allowed] says of them.
public final class ConfigRules {
  /// System properties under the same prefix that the launcher and the kernels use.
  private static final Set<String> OF_THE_LAUNCHER =
      Set.of("smolvlm.stderr", "smolvlm.terminals", "smolvlm.vector.bits");

  private ConfigRules() {}

  /// Checks all settings.
  ///
  /// @throws SmolVlmException naming every key whose value is not allowed, the value and what is
  public static void check(ServiceConfig config) {
    List<String> faults = new ArrayList<>();
    collect("smolvlm.", ServiceConfig.class, config, faults);
    if (!faults.isEmpty()) {
      throw new SmolVlmException(ErrorCode.INVALID_VALUE, String.join("; ", faults));
    }
  }

  /// Names of settings that begin as ours do and that nobody reads: misspelt, most likely.
  ///
  /// @param names of all that is configured, as properties are written
  public static List<String> unknown(Iterable<String> names) {
    Set<String> known = new HashSet<>(OF_THE_LAUNCHER);
    keys("smolvlm.", ServiceConfig.class, known);
    List<String> unknown = new ArrayList<>();
    for (String name : names) {
      String plain = name.replaceFirst("\\[\\d+]$", "");
      if (plain.startsWith("smolvlm.") && !known.contains(plain)) {
        unknown.add(name);
      }
    }
    unknown.sort(Comparator.naturalOrder());
    return unknown;
  }

  private static void keys(String prefix, Class<?> type, Set<String> keys) {
    for (Method method : type.getDeclaredMethods()) {
      String key = prefix + kebab(method.getName());
      if (isGroup(method)) {
        keys(key + ".", method.getReturnType(), keys);
      } else {
        keys.add(key);
      }
    }
  }

  private static boolean isGroup(Method method) {
    return method.getReturnType().getPackage() == ServiceConfig.class.getPackage()
        && method.getReturnType().isInterface();
  }

  private static void collect(String prefix, Class<?> type, Object group, List<String> faults) {
    Method[] methods = type.getDeclaredMethods();
    Arrays.sort(methods, Comparator.comparing(Method::getName));
    for (Method method : methods) {
      String key = prefix + kebab(method.getName());
      if (isGroup(method)) {
        collect(key + ".", method.getReturnType(), value(method, group), faults);
      } else if (method.isAnnotationPresent(Allowed.class)) {
        Allowed allowed = method.getAnnotation(Allowed.class);
        for (Object value : values(value(method, group))) {
          if (!within(value, allowed)) {
            faults.add(
                "%s: found %s, allowed %s to %s"
                    .formatted(key, shown(value), allowed.from(), allowed.to()));
          }
        }
      }
    }
  }

  /// `maxPixels` to `max-pixels`, as keys are written.
  static String kebab(String name) {
    return name.chars()
        .mapToObj(
            c -> Character.isUpperCase(c) ? "-" + (char) Character.toLowerCase(c) : "" + (char) c)
        .collect(Collectors.joining());
  }

  private static Object value(Method method, Object group) {
    try {
      return method.invoke(group);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(method.getName() + " cannot be read", e);
    }
  }

  private static List<?> values(Object value) {
    return switch (value) {
      case OptionalInt i -> i.isPresent() ? List.of(i.getAsInt()) : List.of();
      case Optional<?> o -> o.isPresent() ? values(o.get()) : List.of();
      case List<?> all -> all;
      default -> List.of(value);
    };
  }

  private static boolean within(Object value, Allowed allowed) {
    return switch (value) {
      case Number n ->
          n.longValue() >= Long.parseLong(allowed.from())
              && n.longValue() <= Long.parseLong(allowed.to());
      case Duration d ->
          d.compareTo(DurationConverter.parseDuration(allowed.from())) >= 0
              && d.compareTo(DurationConverter.parseDuration(allowed.to())) <= 0;
      case MemorySize m ->
          m.asBigInteger().compareTo(bytes(allowed.from())) >= 0
              && m.asBigInteger().compareTo(bytes(allowed.to())) <= 0;
      default -> throw new IllegalStateException("no rule for " + value.getClass());
    };
  }

  private static BigInteger bytes(String size) {
    return new MemorySizeConverter().convert(size).asBigInteger();
  }

  private static String shown(Object value) {
    return switch (value) {
      case Duration d -> d.toString().substring(2).toLowerCase(Locale.ROOT);
      case MemorySize m -> m.asBigInteger() + " bytes";
      default -> value.toString();
    };
  }
}
