// Questions to begin with.

import { byId, element } from "./dom.js";
import { documentQuestions, openQuestions } from "./samples.js";

/** Questions that fit any of these files. */
export const questionsFor = (uploads) =>
  uploads.some(({ kind }) => kind === "document") ? documentQuestions : openQuestions;

/**
 * Offers questions; they step back once the conversation runs.
 *
 * @param {string[]} questions
 * @param {import("./conversation.js").Conversation} conversation
 * @param {boolean} busy
 * @param {(question: string) => void} chosen
 */
export function showSuggestions(questions, conversation, busy, chosen) {
  const { uploads } = conversation;
  const list = byId("suggestions");
  list.hidden = uploads.length === 0 || busy;
  const asked = conversation.turns.map((turn) => turn.question);
  list.replaceChildren(
    ...questions
      .filter((question) => !asked.includes(question))
      .map((question) =>
        element("li", {}, element("button", { type: "button", onclick: () => chosen(question) }, question)),
      ),
  );
  byId("question").placeholder = placeholder(uploads);
}

function placeholder(uploads) {
  const kinds = new Set(uploads.map(({ kind }) => kind));
  if (kinds.size > 1) {
    return "Ask about the pictures";
  }
  const thing = kinds.has("document") ? "document" : "picture";
  return `Ask about the ${thing}${uploads.length > 1 ? "s" : ""}`;
}
