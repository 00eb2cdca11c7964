package io.smolvlm.language.template;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import io.smolvlm.tensor.ErrorCode;
import java.beans.FeatureDescriptor;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/// What a template may reach: entries of maps and lists, characters of strings, the loop, our own
/// filters, the engine's tests, and the methods of [Methods]. No reflection, hence no way to a Java
/// class.
final class Values extends ELResolver {
  private final Map<String, Filter> filters;

  Values(Map<String, Filter> filters) {
    this.filters = filters;
  }

  @Override
  @SuppressWarnings("NullAway") // the interface returns null for what is undefined
  public @Nullable Object getValue(ELContext context, Object base, Object property) {
    if (base == null) {
      return null;
    }
    context.setPropertyResolved(true);
    return switch (base) {
      case Map<?, ?> map -> map.get(String.valueOf(property));
      case List<?> list -> element(list, property);
      case String text -> character(text, property);
      case ForLoop loop -> ofLoop(loop, String.valueOf(property));
      default -> null;
    };
  }

  private static @Nullable Object element(List<?> list, Object property) {
    int index = index(property, list.size());
    return index >= 0 ? list.get(index) : null;
  }

  private static @Nullable Object character(String text, Object property) {
    int index = index(property, text.length());
    return index >= 0 ? String.valueOf(text.charAt(index)) : null;
  }

  /// The engine gives indices as text; those below zero count from the end.
  ///
  /// @return -1 for none
  private static int index(Object property, int size) {
    try {
      int index = Integer.parseInt(property.toString());
      int counted = index < 0 ? size + index : index;
      return counted >= 0 && counted < size ? counted : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static @Nullable Object ofLoop(ForLoop loop, String property) {
    return switch (property) {
      case "index" -> (long) loop.getIndex();
      case "index0" -> (long) loop.getIndex0();
      case "first" -> loop.isFirst();
      case "last" -> loop.isLast();
      case "length" -> (long) loop.getLength();
      case "revindex" -> (long) loop.getRevindex();
      case "revindex0" -> (long) loop.getRevindex0();
      case "depth" -> (long) loop.getDepth();
      case "depth0" -> (long) loop.getDepth0();
      default -> null;
    };
  }

  @Override
  public @Nullable Object invoke(
      ELContext context,
      @Nullable Object base,
      Object method,
      Class<?> @Nullable [] types,
      Object @Nullable [] parameters) {
    context.setPropertyResolved(true);
    Object[] arguments = parameters == null ? new Object[0] : parameters;
    String name = String.valueOf(method);
    if (base instanceof Filter filter && filter.equals(filters.get(filter.getName()))) {
      return filter(filter, arguments);
    }
    if (base instanceof ExpTest test && !(base instanceof Filter)) {
      return test(test, name, arguments);
    }
    return Methods.call(base, name, arguments);
  }

  @SuppressWarnings("unchecked") // the engine's own calling convention
  private static @Nullable Object filter(Filter filter, Object[] p) {
    return filter.filter(
        p[0], (JinjavaInterpreter) p[1], (Object[]) p[2], (Map<String, Object>) p[3]);
  }

  private static Object test(ExpTest test, String name, Object[] p) {
    Object[] arguments = new Object[Math.max(0, p.length - 2)];
    if (arguments.length > 0) {
      System.arraycopy(p, 2, arguments, 0, arguments.length);
    }
    var interpreter = (JinjavaInterpreter) p[1];
    return switch (name) {
      case "evaluate" -> test.evaluate(p[0], interpreter, arguments);
      case "evaluateNegated" -> test.evaluateNegated(p[0], interpreter, arguments);
      default -> throw Run.stop(ErrorCode.UNSAFE, "a call of '" + name + "'", "no such call");
    };
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {
    throw Run.stop(ErrorCode.UNSAFE, "an assignment to a value", "none");
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    context.setPropertyResolved(true);
    return true;
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    context.setPropertyResolved(true);
    return Object.class;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return Object.class;
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return Collections.emptyIterator();
  }
}
