// What a person gave: a file on its way to the model.

/**
 * A file with what it looks like. `pages` are the pictures that the model sees of it: itself for a picture, one a
 * page for a document. Each has `url` (an address for `img`, "" while there is none), `description` for people who do
 * not see it, `plan` (what the service makes of it, once known) and `upload`.
 */
export class Upload {
  /** Why the service cannot take it, once known. */
  refusal = "";

  /** The budget that its plans are of; see image-plan.js. */
  plannedFor = "";

  #uri;

  /**
   * @param {Blob} file
   * @param {string} name
   * @param {string} description for people who do not see it
   */
  constructor(file, name, description) {
    this.file = file;
    this.name = name;
    this.description = description;
  }

  /** The whole file in an address, as requests carry it. Computed once. */
  dataUri() {
    this.#uri ??= new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(new Error(`${this.name} cannot be read.`));
      reader.readAsDataURL(this.file);
    });
    return this.#uri;
  }

  /** Frees what the browser keeps for it. */
  forget() {}
}
