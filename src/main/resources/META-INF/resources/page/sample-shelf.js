// The samples to choose from.

import { byId, element } from "./dom.js";
import { samples } from "./samples.js";

/** A button with a small picture for each sample. */
export class SampleShelf {
  #buttons = new Map();

  /** @param {(sample: object) => void} chosen */
  constructor(chosen) {
    for (const sample of samples) {
      const { file, description, preview } = sample;
      const button = element(
        "button",
        {
          type: "button",
          class: "thumb",
          title: description,
          "aria-pressed": "false",
          onclick: () => chosen(sample),
        },
        element("img", { src: preview ?? `/page/samples/${file}`, alt: description, width: 56, height: 56 }),
        preview ? element("span", { class: "thumb-note", "aria-hidden": "true" }, "PDF") : null,
      );
      this.#buttons.set(file, button);
      byId("samples").append(element("li", {}, button));
    }
  }

  /** Marks the sample that is in use; null for none. */
  mark(file) {
    for (const [name, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(name === file));
    }
  }
}
