package io.smolvlm.language.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class NumberSchemaTest {
  @Test
  void integerBoundsAreExactToTheDigit() {
    for (int[] bounds : new int[][] {{-3, 17}, {0, 0}, {95, 1203}, {-120, -7}, {-1, 1}, {10, 99}}) {
      var schema =
          new Accepts("{'type':'integer','minimum':" + bounds[0] + ",'maximum':" + bounds[1] + "}");
      for (int i = -1500; i <= 1500; i++) {
        assertEquals(i >= bounds[0] && i <= bounds[1], schema.test("" + i), i + " in " + bounds[0]);
      }
      schema.no("01", "-0", "1.0", "+1", "1e1", "", "-");
    }
  }

  @Test
  void exclusiveBoundsExcludeTheBound() {
    new Accepts("{'type':'integer','exclusiveMinimum':5,'exclusiveMaximum':7}")
        .yes("6")
        .no("5", "7");
    new Accepts("{'type':'number','exclusiveMinimum':0,'exclusiveMaximum':1}")
        .yes("0.5", "0.0000000001", "0.999")
        .no("0", "0.0", "1", "1.0", "-0.5");
  }

  @Test
  void decimalBoundsAreExactToTheDigit() {
    var schema = new Accepts("{'type':'number','minimum':-1.25,'maximum':2.5}");
    for (int i = -300; i <= 300; i++) {
      var value = BigDecimal.valueOf(i, 2);
      boolean inside = i >= -125 && i <= 250;
      assertEquals(
          inside && !(value.signum() == 0 && i < 0),
          schema.test(value.toPlainString()),
          "" + value);
    }
    schema.yes("-1.25", "-1.2500", "2.5000", "0.0").no("-1.2501", "2.50001", "-0.0", "3", "-2");
  }

  @Test
  void boundsOfAMillionthAndOfAHundredDigitsHold() {
    new Accepts("{'type':'number','minimum':0.0000001,'maximum':0.0000002}")
        .yes("0.0000001", "0.00000015")
        .no("0.00000009", "0.0000003", "0");
    String large = "1" + "0".repeat(40);
    new Accepts("{'type':'integer','minimum':" + large + "}")
        .yes(large, large.replace("10", "17"))
        .no("9".repeat(40));
    Accepts.refuses("{'type':'integer','minimum':1e400}", "number");
  }

  @Test
  void multiplesAreCounted() {
    var schema = new Accepts("{'type':'integer','multipleOf':7,'minimum':-50,'maximum':100}");
    for (int i = -60; i <= 120; i++) {
      assertEquals(i % 7 == 0 && i >= -50 && i <= 100, schema.test("" + i), "" + i);
    }
    new Accepts("{'type':'number','multipleOf':0.25}")
        .yes("0.25", "1", "1.50", "-3.75")
        .no("0.3", "0.251");
    new Accepts("{'type':'integer','multipleOf':1.5}").yes("3", "0", "-6").no("1", "2");
    Accepts.refuses("{'multipleOf':0}", "multipleOf");
    Accepts.refuses("{'type':'integer','multipleOf':123456789}", "multipleOf");
  }

  @Test
  void freeNumbersAreJsonNumbers() {
    new Accepts("{'type':'number'}")
        .yes("0", "-1", "1.5", "-0.25", "1e5", "1.5E-10", "123456789012345")
        .no("00", ".5", "1.", "1e", "--1", "+1", "1e555", "Infinity", "NaN");
    new Accepts("{'type':'integer'}").yes("0", "-12").no("1.0", "1e1");
    new Accepts("{'type':'integer','format':'int32'}").yes("2147483647").no("2147483648");
  }

  @Test
  void boundsWithoutANumberBetweenAreRefused() {
    Accepts.refuses("{'type':'integer','minimum':5,'maximum':3}", "allows no value");
    Accepts.refuses("{'type':'integer','exclusiveMinimum':5,'exclusiveMaximum':6}", "no value");
    Accepts.refuses("{'type':'integer','minimum':1,'maximum':6,'multipleOf':7}", "no value");
  }
}
