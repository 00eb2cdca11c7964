// The panel with the same call in code: one tab a language, and a button that copies.

import { apiKey } from "./api.js";
import { announce, byId, element } from "./dom.js";
import { curl, python } from "./code-samples.js";

const LANGUAGES = [
  { id: "curl", name: "curl", write: curl },
  { id: "python", name: "Python", write: python },
];

/** Shows a request in code; see code-samples.js for its form. */
export class CodePanel {
  #chosen = 0;
  #tabs;
  #call = null;

  constructor() {
    this.#tabs = LANGUAGES.map((language, n) =>
      element("button", {
        type: "button",
        role: "tab",
        id: `code-tab-${language.id}`,
        textContent: language.name,
        "aria-controls": "code-panel",
        onclick: () => this.#choose(n),
        onkeydown: (event) => this.#move(event, n),
      }),
    );
    byId("code-tabs").append(...this.#tabs);
    byId("copy-code").addEventListener("click", () => this.#copy());
    this.#choose(0);
    // On a phone it would stand between the answer and the end of the page.
    byId("code").open = matchMedia("(min-width: 34rem)").matches;
  }

  /** @param {{body: object, files: import("./code-samples.js").SentFile[]}} request */
  show(request) {
    this.#call = { ...request, origin: location.origin, keyed: apiKey() !== "" };
    this.#write();
  }

  #choose(n) {
    this.#chosen = n;
    this.#tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === n));
      tab.tabIndex = i === n ? 0 : -1;
    });
    byId("code-panel").setAttribute("aria-labelledby", this.#tabs[n].id);
    this.#write();
  }

  #move(event, n) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const to = (n + step + LANGUAGES.length) % LANGUAGES.length;
      this.#choose(to);
      this.#tabs[to].focus();
      event.preventDefault();
    }
  }

  #write() {
    if (this.#call) {
      byId("code-text").textContent = LANGUAGES[this.#chosen].write(this.#call);
    }
  }

  async #copy() {
    const copied = await copyText(byId("code-text"));
    byId("copy-code").textContent = copied ? "Copied" : "Not copied";
    announce(copied ? "Code copied." : "The browser did not let the code be copied.");
    setTimeout(() => {
      byId("copy-code").textContent = "Copy";
    }, 2000);
  }
}

/** Copies an element's text, also where the page is not in a secure context. */
async function copyText(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(source);
    const copied = document.execCommand("copy");
    if (copied) {
      getSelection().removeAllRanges();
    }
    return copied;
  }
}
