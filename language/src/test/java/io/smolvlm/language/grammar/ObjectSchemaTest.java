package io.smolvlm.language.grammar;

import org.junit.jupiter.api.Test;

class ObjectSchemaTest {
  @Test
  void propertiesComeInOrderAndRequiredOnesMust() {
    new Accepts(
            "{'type':'object','properties':{'a':{'type':'null'},'b':{'type':'null'},"
                + "'ab':{'type':'null'}},'required':['b'],'additionalProperties':false}")
        .yes(
            "{'b':null}",
            "{'a':null,'b':null}",
            "{'b':null,'ab':null}",
            "{'a':null,'b':null,'ab':null}")
        .no("{}", "{'a':null}", "{'b':null,'a':null}", "{'b':null,'b':null}", "{'b':null,}")
        .no("{'b':null,'c':null}", "{'ab':null,'b':null}", "{,'b':null}", "{'b':null");
  }

  @Test
  void additionalPropertiesComeLastAndNeverTwice() {
    new Accepts(
            "{'type':'object','properties':{'a':{'type':'null'}},"
                + "'additionalProperties':{'type':'integer'}}")
        .yes("{}", "{'a':null}", "{'x':1}", "{'a':null,'x':1,'y':2}", "{'\u00e9':3}")
        .no("{'a':1}", "{'x':1,'x':2}", "{'x':1,'a':null}", "{'x':null}", "{'x\\n':1}");
    new Accepts("{'type':'object','properties':{'a':{}},'additionalProperties':false}")
        .yes("{'a':[1,{}]}")
        .no("{'b':1}");
  }

  @Test
  void listedPropertiesAloneCloseTheObject() {
    new Accepts("{'type':'object','properties':{'a':{'type':'null'}}}").yes("{}").no("{'b':1}");
    new Accepts("{'type':'object'}").yes("{'b':1}", "{'b':{'c':[]}}");
    new Accepts("{'type':'object','required':['z']}").yes("{'z':1}", "{'z':1,'b':2}").no("{'b':1}");
  }

  @Test
  void namesAreEscaped() {
    new Accepts("{'type':'object','properties':{'q\\\"t':{'type':'null'},'':{'type':'null'}}}")
        .yes("{'q\\\"t':null}", "{'':null}");
  }

  @Test
  void whiteSpaceIsBounded() {
    new Accepts("{'type':'object','properties':{'a':{'type':'array'}}}")
        .yes("{ 'a': [ ] }", "{\n  'a': [\n    1,\n    2\n  ]\n}", " {}", "\n{}")
        .no("{  }", "{'a' :[]}", "{}\n", "{} ", "{\t}", "{\n" + " ".repeat(33) + "}", "{\n\n}")
        .no("{'a':\n[]}");
  }

  @Test
  void anyObjectIsAnObject() {
    var schema = new Accepts("{'type':'object'}");
    schema
        .yes("{}", "{'a':{'b':[true,false,null,-1.5e3,'x']}}")
        .no("[]", "1", "null", "{'a':1,'a':2}");
  }
}
