// Questions and answers on the page.

import { byId, element } from "./dom.js";
import { count, duration } from "./numbers.js";
import { timingsView } from "./timings.js";

/** Why an answer ended, where that is not simply its end. */
const ENDS = {
  length: (usage) => `Stopped at ${usage ? count(usage.completion_tokens) : "the most"} tokens; “More” allows longer answers.`,
  repetition: () => "Stopped because the answer repeated itself.",
};

/** Most pages that stand beside a question. */
const MOST_SHOWN = 4;

const shownWith = (turn) =>
  turn.uploads
    .flatMap((upload) => upload.pages)
    .filter((page) => page.url)
    .slice(0, MOST_SHOWN);

/** A question and the answer that is being written. */
export class TurnView {
  #root;
  #card;
  #text = element("p", { class: "answer-text" });
  #progress = element("p", { class: "progress" }, "Sending");
  #began = performance.now();
  #stage = "Sending";
  #clock;
  #firstText = 0;
  #usage = null;
  #timings = null;
  #end = null;

  /** @param {import("./conversation.js").Turn} turn */
  constructor(turn) {
    for (const details of byId("turns").querySelectorAll("details.timing[open]")) {
      details.open = false;
    }
    const asked = element(
      "p",
      { class: "asked" },
      ...shownWith(turn).map((page) => element("img", { src: page.url, alt: page.description })),
      element("span", {}, turn.question),
    );
    this.#card = element("div", { class: "answer writing", "aria-busy": "true" }, this.#progress, this.#text);
    this.#root = element("li", { class: "turn" }, asked, this.#card);
    byId("turns").append(this.#root);
    this.#root.scrollIntoView({ block: "nearest" });
    this.#clock = setInterval(() => this.#tick(), 100);
  }

  /** Takes in a piece of the answer; see answer-stream.js. */
  add(piece) {
    if (piece.admitted) {
      this.#stage = "Looking";
      this.#tick();
    }
    if (piece.text) {
      if (this.#firstText === 0) {
        this.#firstText = performance.now() - this.#began;
        this.#progress.remove();
      }
      this.#text.append(piece.text);
    }
    this.#usage = piece.usage ?? this.#usage;
    this.#timings = piece.timings ?? this.#timings;
    if (piece.finish) {
      this.#end = ENDS[piece.detail] ?? ENDS[piece.finish] ?? null;
    }
  }

  /** The answer is complete. */
  finish() {
    this.#settle();
    if (this.#text.textContent === "") {
      this.#card.append(element("p", { class: "end" }, "The answer is empty."));
    }
    if (this.#end) {
      this.#card.append(element("p", { class: "end" }, this.#end(this.#usage)));
    }
    if (this.#timings) {
      const first = this.#firstText || performance.now() - this.#began;
      this.#card.append(timingsView(this.#timings, this.#usage, first));
    }
  }

  /** The person stopped it. */
  stopped() {
    this.#settle();
    const after = duration(performance.now() - this.#began);
    this.#card.append(element("p", { class: "end" }, `You stopped it after ${after}.`));
  }

  /**
   * It went wrong.
   *
   * @param {import("./api.js").ApiFailure} failure
   * @param {() => void} again asks once more
   */
  failed(failure, again) {
    this.#settle();
    this.#card.classList.add("failed");
    this.#card.append(
      element("p", { class: "error" }, failure.message),
      failure.retryAfter > 0
        ? element("p", { class: "end" }, `It may go better in ${failure.retryAfter} s.`)
        : "",
      element("button", { type: "button", class: "quiet", onclick: again }, "Try again"),
    );
  }

  /** Takes it off the page. */
  remove() {
    clearInterval(this.#clock);
    this.#root.remove();
  }

  #settle() {
    clearInterval(this.#clock);
    this.#progress.remove();
    this.#card.classList.remove("writing");
    this.#card.removeAttribute("aria-busy");
  }

  #tick() {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    this.#progress.textContent = `${this.#stage}, ${seconds} s`;
  }
}
