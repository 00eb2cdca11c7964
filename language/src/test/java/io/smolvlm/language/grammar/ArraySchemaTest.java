package io.smolvlm.language.grammar;

import org.junit.jupiter.api.Test;

class ArraySchemaTest {
  @Test
  void countsAreBounded() {
    new Accepts("{'type':'array','items':{'type':'null'},'minItems':1,'maxItems':3}")
        .yes("[null]", "[null,null,null]", "[null, null]")
        .no("[]", "[null,null,null,null]", "[1]", "[null,]", "[,null]");
    new Accepts("{'type':'array','maxItems':0}").yes("[]").no("[1]");
    Accepts.refuses("{'type':'array','minItems':2,'maxItems':1}", "no value");
    Accepts.refuses("{'type':'array','items':{'type':'null'},'minItems':1000000000}", "no value");
  }

  @Test
  void prefixItemsHaveTheirPlaces() {
    new Accepts(
            "{'type':'array','prefixItems':[{'type':'integer'},{'type':'string'}],'items':false}")
        .yes("[]", "[1]", "[1,'a']")
        .no("['a']", "[1,'a',2]");
    new Accepts(
            "{'type':'array','prefixItems':[{'type':'integer'}],'items':{'type':'boolean'},'minItems':2}")
        .yes("[1,true]", "[1,true,false]")
        .no("[1]", "[true,true]");
  }

  @Test
  void uniqueItemsDiffer() {
    new Accepts("{'type':'array','uniqueItems':true,'items':{'type':'string'}}")
        .yes("[]", "['a','b','']")
        .no("['a','a']", "['','']");
    new Accepts("{'type':'array','uniqueItems':true,'items':{'enum':[1,12,'x',null]},'minItems':3}")
        .yes("[1,12,'x',null]", "[null,12,1]")
        .no("[1,1,12]", "[1,12]", "[1,12,12,1]");
    new Accepts("{'type':'array','uniqueItems':true,'maxItems':1,'items':{'type':'number'}}")
        .yes("[2.5]");
    Accepts.refuses(
        "{'type':'array','uniqueItems':true,'items':{'type':'integer'}}", "uniqueItems");
    Accepts.refuses(
        "{'type':'array','uniqueItems':true,'minItems':3,'items':{'type':'boolean'}}", "no value");
  }
}
