// A PDF on its way to the model, which sees its pages as pictures.

import { Upload } from "./upload.js";

/** A page of a document; a blank one until the service has drawn it. */
class Page {
  url = "";
  plan = null;

  constructor(upload, number) {
    this.upload = upload;
    this.number = number;
  }

  get title() {
    return `Page ${this.number} of ${this.upload.pages.length}`;
  }

  get description() {
    const { pages, name, description } = this.upload;
    return pages.length > 1 ? `Page ${this.number} of ${name}` : description;
  }
}

/** A document, as it is shown and as it is sent: one file, whatever the number of its pages. */
export class PdfDocument extends Upload {
  kind = "document";

  /** One at first, whatever it holds. */
  pages = [new Page(this, 1)];

  /**
   * Takes in what the service drew.
   *
   * @param {{preview: string, image: import("./tile-overlay.js").Plan}[]} drawn all pages in their order
   */
  show(drawn) {
    drawn.forEach(({ preview, image }, n) => {
      this.pages[n] ??= new Page(this, n + 1);
      this.pages[n].url = preview;
      this.pages[n].plan = image;
    });
  }

  /** The part of a message that holds it. */
  part(uri) {
    return { type: "file", file: { filename: this.name, file_data: uri } };
  }
}
