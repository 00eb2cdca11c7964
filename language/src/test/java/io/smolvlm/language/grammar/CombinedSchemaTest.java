package io.smolvlm.language.grammar;

import org.junit.jupiter.api.Test;

class CombinedSchemaTest {
  @Test
  void enumAndConstAreTheirValues() {
    new Accepts("{'enum':['a','ab',1,12,null,{'x':[1]}]}")
        .yes("'a'", "'ab'", "1", "12", "null", "{'x':[1]}")
        .no("'b'", "2", "{'x':[2]}", "11");
    new Accepts("{'const':1.50}").yes("1.5").no("1");
    new Accepts("{'type':'string','enum':['a',1]}").yes("'a'").no("1");
    new Accepts("{'enum':['aa','b'],'minLength':2}").yes("'aa'").no("'b'");
    Accepts.refuses("{'enum':[]}", "no value");
    Accepts.refuses("{'type':'string','const':1}", "no value");
  }

  @Test
  void typeListsAndAnyOfAreChoices() {
    new Accepts("{'type':['integer','null']}").yes("1", "null").no("1.5", "'a'");
    new Accepts("{'anyOf':[{'type':'integer','minimum':10},{'type':'string','maxLength':1}]}")
        .yes("10", "'a'")
        .no("9", "'ab'");
    new Accepts(
            "{'type':'object','properties':{'k':{'type':'null'}},'required':['k'],"
                + "'anyOf':[{'properties':{'x':{'const':1}},'required':['x']},"
                + "{'properties':{'y':{'const':2}}}]}")
        .yes("{'k':null,'x':1}", "{'k':null,'y':2}", "{'k':null}")
        .no("{'k':null,'x':2}", "{'x':1}");
    new Accepts("true").yes("1", "{}", "[]");
    Accepts.refuses("false", "no value");
  }

  @Test
  void anArrayOfChoicesDoesNotSwell() {
    var schema =
        new Accepts(
            "{'type':'array','items':{'anyOf':[{'type':'integer'},{'type':'number'},"
                + "{'type':'integer','minimum':0}]}}");
    schema.yes("[" + "1,".repeat(300) + "2.5]");
  }

  @Test
  void oneOfMustBeExclusive() {
    new Accepts("{'oneOf':[{'type':'string'},{'type':'null'}]}").yes("'a'", "null").no("1");
    new Accepts(
            "{'oneOf':[{'type':'object','properties':{'t':{'const':'a'},'x':{'type':'null'}},"
                + "'required':['t']},{'type':'object','properties':{'t':{'const':'b'}},"
                + "'required':['t']}]}")
        .yes("{'t':'a','x':null}", "{'t':'b'}")
        .no("{'t':'b','x':null}", "{'t':'c'}");
    new Accepts("{'oneOf':[{'type':'integer','maximum':1},{'type':'integer','minimum':2}]}")
        .yes("1", "2");
    Accepts.refuses("{'oneOf':[{'type':'integer'},{'type':'number'}]}", "oneOf");
    Accepts.refuses("{'oneOf':[{'type':'string'},{'const':'a'}]}", "oneOf");
  }

  @Test
  void allOfIsMerged() {
    new Accepts("{'allOf':[{'type':'integer','minimum':3},{'maximum':5},{'multipleOf':2}]}")
        .yes("4")
        .no("3", "5", "2");
    new Accepts(
            "{'allOf':[{'type':'object','properties':{'a':{'type':'integer'}},'required':['a']},"
                + "{'properties':{'a':{'minimum':7},'b':{'type':'null'}}}]}")
        .yes("{'a':7}", "{'a':8,'b':null}")
        .no("{'a':6}", "{'b':null}");
    new Accepts("{'allOf':[{'type':'string','pattern':'a'},{'pattern':'b'}]}")
        .yes("'ab'", "'ba'")
        .no("'a'");
    Accepts.refuses("{'allOf':[{'type':'string'},{'type':'null'}]}", "no value");
  }

  @Test
  void referencesStayInside() {
    new Accepts("{'$ref':'#/$defs/a~1b','$defs':{'a/b':{'type':'null'}}}").yes("null").no("1");
    new Accepts(
            "{'type':'array','items':{'$ref':'#/definitions/x','minimum':2},"
                + "'definitions':{'x':{'type':'integer'}}}")
        .yes("[2]")
        .no("[1]");
    for (String reference : new String[] {"file:///etc/passwd", "http://127.0.0.1:9/s", "x.json"}) {
      Accepts.refuses("{'$ref':'" + reference + "'}", "$ref", "#");
    }
    Accepts.refuses("{'$ref':'#/$defs/x'}", "$ref");
    Accepts.refuses("{'$ref':'#'}", "$ref");
    Accepts.refuses("{'anyOf':[{'$ref':'#'},{'type':'null'}]}", "$ref");
  }

  @Test
  void recursionIsBounded() {
    var tree =
        new Accepts(
            "{'$ref':'#/$defs/n','$defs':{'n':{'type':'object','properties':{"
                + "'v':{'type':'integer'},'c':{'type':'array','items':{'$ref':'#/$defs/n'}}},"
                + "'required':['v'],'additionalProperties':false}}}");
    tree.yes("{'v':1}", "{'v':1,'c':[{'v':2},{'v':3,'c':[]}]}");
    tree.yes("{'v':1,'c':[".repeat(16) + "]}".repeat(16));
    tree.no("{'v':1,'c':[".repeat(17) + "]}".repeat(17));
    new Accepts("{}").yes("[".repeat(32) + "]".repeat(32)).no("[".repeat(33) + "]".repeat(33));
    Accepts.refuses(
        "{'$ref':'#/$defs/n','$defs':{'n':{'type':'object','properties':{'c':{'$ref':'#/$defs/n'}},"
            + "'required':['c']}}}",
        "none that ends");
  }

  @Test
  void otherKeywordsAreRefusedByNameAndPlace() {
    for (String keyword :
        new String[] {
          "not",
          "if",
          "patternProperties",
          "propertyNames",
          "contains",
          "minProperties",
          "dependentRequired",
          "unevaluatedProperties",
          "$anchor",
          "nullable"
        }) {
      Accepts.refuses(
          "{'type':'object','properties':{'a':{'" + keyword + "':{}}}}", keyword, "#/properties/a");
    }
    Accepts.refuses("{'type':'nosuch'}", "type");
    Accepts.refuses("{'type':1}", "type");
    Accepts.refuses("{'properties':[]}", "properties");
    Accepts.refuses("{'minLength':-1}", "minLength");
    Accepts.refuses("{'minItems':1.5}", "minItems");
    Accepts.refuses("3", "object");
    Accepts.refuses("{'type':'null'} x", "text");
    Accepts.refuses("{'type':'null','type':'null'}", "text");
    Accepts.refuses("{", "text");
    Accepts.refuses("", "text");
    Accepts.refuses("{'items':".repeat(40) + "{}" + "}".repeat(40), "deeper");
  }
}
