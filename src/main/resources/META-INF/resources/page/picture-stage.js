// The picture in view with its tiles, the other pictures of the conversation, and the samples.

import { byId, element } from "./dom.js";
import { samples } from "./samples.js";
import { describePlan, drawTiles } from "./tile-overlay.js";
import { size } from "./numbers.js";

/** Shows pictures; knows nothing of where they come from. */
export class PictureStage {
  #pictures = [];
  #shown = null;

  constructor() {
    const image = byId("picture");
    image.addEventListener("load", () => this.#fit(image.naturalWidth, image.naturalHeight));
    image.addEventListener("error", () => this.#noPreview());
    byId("show-tiles").addEventListener("change", () => this.refresh());
  }

  /** The picture in view, or null. */
  get shown() {
    return this.#shown;
  }

  /** Shows these pictures, one of them large. */
  show(pictures, picture = pictures.at(-1) ?? null) {
    this.#pictures = pictures;
    byId("empty").hidden = picture !== null;
    byId("frame").hidden = picture === null;
    byId("under").hidden = picture === null;
    if (picture !== null && picture !== this.#shown) {
      byId("no-preview").hidden = true;
      byId("picture").hidden = false;
      byId("picture").src = picture.url;
      byId("picture").alt = picture.description;
    }
    this.#shown = picture;
    byId("thumbs").hidden = pictures.length < 2;
    byId("thumbs").replaceChildren(...pictures.map((each, n) => this.#thumb(each, n)));
    this.refresh();
  }

  /** Draws what is known of the picture in view anew. */
  refresh() {
    const picture = this.#shown;
    if (picture === null) {
      return;
    }
    drawTiles(byId("show-tiles").checked ? picture.plan : null);
    const facts = byId("facts");
    if (picture.plan) {
      facts.replaceChildren(describePlan(picture.plan));
    } else if (picture.refusal) {
      facts.replaceChildren(element("span", { class: "bad" }, picture.refusal));
    } else {
      facts.replaceChildren(`${picture.name}, ${size(picture.file.size)}`);
    }
  }

  #fit(width, height) {
    if (width > 0 && height > 0) {
      byId("frame").style.setProperty("--ratio", width / height);
    }
  }

  #noPreview() {
    byId("picture").hidden = true;
    byId("no-preview").hidden = false;
    this.#fit(4, 3);
  }

  #thumb(picture, n) {
    const button = element(
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": `Picture ${n + 1}: ${picture.description}`,
        "aria-current": String(picture === this.#shown),
        onclick: () => this.show(this.#pictures, picture),
      },
      element("img", { src: picture.url, alt: "" }),
    );
    return element("li", {}, button);
  }
}

/** The samples to choose from. */
export class SampleShelf {
  #buttons = new Map();

  /** @param {(sample: object) => void} chosen */
  constructor(chosen) {
    for (const sample of samples) {
      const button = element(
        "button",
        {
          type: "button",
          class: "thumb",
          title: sample.description,
          "aria-pressed": "false",
          onclick: () => chosen(sample),
        },
        element("img", { src: `/page/samples/${sample.file}`, alt: sample.description, width: 56, height: 56 }),
      );
      this.#buttons.set(sample.file, button);
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
