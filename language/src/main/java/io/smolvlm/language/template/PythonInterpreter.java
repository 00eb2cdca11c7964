package io.smolvlm.language.template;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;

/// The engine's interpreter, printing values as Python does.
final class PythonInterpreter extends JinjavaInterpreter {
  static final InterpreterFactory FACTORY =
      new InterpreterFactory() {
        @Override
        public JinjavaInterpreter newInstance(JinjavaInterpreter original) {
          return new PythonInterpreter(original);
        }

        @Override
        public JinjavaInterpreter newInstance(
            Jinjava application, Context context, JinjavaConfig config) {
          return new PythonInterpreter(application, context, config);
        }
      };

  private PythonInterpreter(JinjavaInterpreter original) {
    super(original);
  }

  private PythonInterpreter(Jinjava application, Context context, JinjavaConfig config) {
    super(application, context, config);
  }

  @Override
  public String getAsString(Object object) {
    return PythonText.of(object);
  }
}
