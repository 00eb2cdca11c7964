package io.smolvlm.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smolvlm.tensor.ErrorCode;
import io.smolvlm.tensor.FormatException;
import io.smolvlm.tensor.SmolVlmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExitStatusTest {
  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyRuleOfModelFilesIsBadModel(ErrorCode code) {
    var error = new FormatException(code, "config.json", "vocab_size", "0", "1 or more");
    assertEquals(ExitStatus.BAD_MODEL, ExitStatus.of(error));
    assertEquals(
        ExitStatus.BAD_MODEL,
        ExitStatus.of(new BadModelException(new SmolVlmException(code, "text_config"))));
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void allElseThatPeopleGiveIsBadInput(ErrorCode code) {
    int expected =
        switch (code) {
          case MODEL_NOT_FOUND -> ExitStatus.BAD_MODEL;
          case OVERLOADED, UNREACHABLE, INTERNAL -> ExitStatus.OTHER;
          default -> ExitStatus.BAD_INPUT;
        };
    assertEquals(expected, ExitStatus.of(new SmolVlmException(code, "x.png")));
  }

  @Test
  void whatNobodyGaveIsOther() {
    assertEquals(ExitStatus.OTHER, ExitStatus.of(new IllegalStateException("x")));
    assertEquals(ExitStatus.OTHER, ExitStatus.of(new OutOfMemoryError()));
  }
}
