package io.smolvlm.app.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/// Makes commands, which take the terminal that they write to; everything else as picocli does.
record CommandFactory(Terminal terminal) implements IFactory {
  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (var constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == Terminal.class) {
        return type.cast(constructor.newInstance(terminal));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
