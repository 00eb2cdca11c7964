// The picture or page in view with its tiles, and the others of the conversation.

import { byId, element } from "./dom.js";
import { size } from "./numbers.js";
import { describePlan, drawTiles } from "./tile-overlay.js";

/** Shows pictures and pages; knows nothing of where they come from. */
export class PictureStage {
  #pages = [];
  #shown = null;

  constructor() {
    const image = byId("picture");
    image.addEventListener("load", () => this.#fit(image.naturalWidth, image.naturalHeight));
    image.addEventListener("error", () => this.#noPreview("No preview: the browser cannot show this file."));
    byId("show-tiles").addEventListener("change", () => this.refresh());
  }

  /** The picture or page in view, or null. */
  get shown() {
    return this.#shown;
  }

  /** Shows these, one of them large; if not told which, the one that is, or the last. */
  show(pages, page = pages.includes(this.#shown) ? this.#shown : (pages.at(-1) ?? null)) {
    this.#pages = pages;
    byId("empty").hidden = page !== null;
    byId("frame").hidden = page === null;
    byId("under").hidden = page === null;
    byId("thumbs").hidden = pages.length < 2;
    byId("thumbs").replaceChildren(...pages.map((each, n) => this.#thumb(each, n)));
    this.#look(page);
  }

  #look(page) {
    this.#shown = page;
    [...byId("thumbs").children].forEach((item, n) => {
      item.firstChild.setAttribute("aria-current", String(this.#pages[n] === page));
    });
    this.refresh();
  }

  /** Draws what is known of the one in view anew. */
  refresh() {
    const page = this.#shown;
    if (page === null) {
      byId("picture").removeAttribute("src");
      return;
    }
    const { upload } = page;
    this.#preview(page);
    drawTiles(byId("show-tiles").checked ? page.plan : null);
    byId("remove").textContent = upload.pages.length > 1 ? "Remove PDF" : "Remove";
    const facts = byId("facts");
    if (page.plan) {
      facts.replaceChildren(describePlan(page.plan, page.title));
    } else if (upload.refusal) {
      facts.replaceChildren(element("span", { class: "bad" }, upload.refusal));
    } else {
      facts.replaceChildren(`${upload.name}, ${size(upload.file.size)}`);
    }
  }

  #preview({ url, description, upload }) {
    const image = byId("picture");
    image.alt = description;
    if (!url) {
      image.removeAttribute("src");
      this.#noPreview(upload.refusal ? "No preview" : `Reading ${upload.name}`);
    } else if (image.src !== url) {
      image.hidden = false;
      byId("no-preview").hidden = true;
      image.src = url;
    }
  }

  #fit(width, height) {
    if (width > 0 && height > 0) {
      byId("frame").style.setProperty("--ratio", width / height);
    }
  }

  #noPreview(why) {
    byId("picture").hidden = true;
    byId("no-preview").textContent = why;
    byId("no-preview").hidden = false;
    this.#fit(4, 3);
  }

  #thumb(page, n) {
    const button = element(
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": page.number ? page.description : `Picture ${n + 1}: ${page.description}`,
        onclick: () => this.#look(page),
      },
      page.url ? element("img", { src: page.url, alt: "" }) : null,
      page.number ? element("span", { class: "thumb-note" }, String(page.number)) : null,
    );
    return element("li", {}, button);
  }
}
