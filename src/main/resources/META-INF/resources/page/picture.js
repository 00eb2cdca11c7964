// A picture on its way to the model.

import { call } from "./api.js";

let made = 0;

/** A picture file, as it is shown and as it is sent. */
export class Picture {
  /**
   * @param {Blob} file
   * @param {string} name
   * @param {string} description for people who do not see it
   */
  constructor(file, name, description) {
    this.id = ++made;
    this.file = file;
    this.name = name;
    this.description = description;
    /** An address for `img`, within this page. */
    this.url = URL.createObjectURL(file);
    /** What the service makes of it, once known; see image-plan.js. */
    this.plan = null;
    /** Why the service cannot take it, once known. */
    this.refusal = "";
  }

  /** From the person's own files. */
  static ofFile(file) {
    return new Picture(file, file.name || "pasted.png", file.name || "Pasted picture");
  }

  /** From the samples of the service. */
  static async ofSample(sample) {
    const response = await call(`/page/samples/${sample.file}`);
    return new Picture(await response.blob(), sample.file, sample.description);
  }

  /** The whole file in an address, as requests carry it. Computed once. */
  dataUri() {
    this.uri ??= new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(new Error(`${this.name} cannot be read.`));
      reader.readAsDataURL(this.file);
    });
    return this.uri;
  }

  /** Frees what the browser keeps for it. */
  forget() {
    URL.revokeObjectURL(this.url);
  }
}
