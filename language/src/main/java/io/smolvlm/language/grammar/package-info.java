/// Answers held to a JSON schema: whatever scores a model gives, the text is JSON and holds the
/// schema.
///
/// **From schema to nodes.** `SchemaReader` reads the text into `Rules`, `SchemaCompiler` turns
/// sets of rules into a graph of `Node`s: an object, an array, a string, a number, fixed texts, or
/// a choice of those. Strings with patterns become a `PatternDfa`, numbers a `NumberAutomaton`:
/// tables that decide a character at a time and never look back. A schema has a budget of steps
/// (`Work`), at most 32 levels, 256 Ki characters, 10,000 parts, 4,000 states a pattern; beyond it
/// is refused.
///
/// **States.** A text so far stands in a `Frame`: the innermost value being written and, through
/// its parents, the brackets around it. Frames are immutable and read bytes, so that a token may
/// end in the middle of a character or run over several brackets. Where alternatives are still open
/// there are several frames (`Configs`), and a byte must suit one of them. At most 32 brackets are
/// open.
///
/// **Budget.** `Costs` tells for every frame a number of tokens that surely completes the text:
/// each frame has a next token after which the number is smaller. A token is permitted only if what
/// it leaves to do fits into the tokens left, so an answer is complete in time whatever comes, and
/// there is always a token that may come.
///
/// **Masks.** `GrammarMask` finds the tokens that may come. Outside strings a walk over the
/// `TokenTrie` of the vocabulary ends at the first impossible byte, after few nodes. Inside strings
/// tokens of plain characters are sets made in advance, by their number of characters, and only the
/// few hundred others (quotes, escapes, halves of characters) are walked. Inside strings with a
/// pattern the sets are those of the automaton's state (`PatternTokens`), made when it is first
/// met.
///
/// **Keywords.** `type` (also a list), `enum`, `const`; `properties`, `required`,
/// `additionalProperties`; `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems` (of
/// strings without length and pattern, and of up to 64 fixed values); `minLength`, `maxLength`,
/// `pattern` (without look-around, back references and word boundaries), `format` (date, time,
/// date-time, duration, uuid, email, hostname, ipv4, ipv6, uri; int32, int64, float, double);
/// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`; `anyOf`, `oneOf` (if
/// its alternatives surely exclude each other), `allOf`, `$ref` and `$defs` within the schema.
/// `title`, `description`, `default`, `examples` and the like say nothing. Any other keyword is
/// refused by name.
///
/// **What is written** is a part of what the schema allows: properties in the order of the schema,
/// additional ones behind them; where properties are listed and nothing is said about additional
/// ones, none. White space is at most one blank, or one line end with up to 32 blanks, at a place.
/// Numbers have up to 15 digits unless their bounds have more. Nothing follows the last bracket.
@NullMarked
package io.smolvlm.language.grammar;

import org.jspecify.annotations.NullMarked;
