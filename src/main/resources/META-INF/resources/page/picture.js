// A picture on its way to the model.

import { Upload } from "./upload.js";

/** A picture file, as it is shown and as it is sent. */
export class Picture extends Upload {
  kind = "picture";
  title = "Picture";
  plan = null;

  constructor(file, name, description) {
    super(file, name, description);
    this.url = URL.createObjectURL(file);
  }

  get upload() {
    return this;
  }

  get pages() {
    return [this];
  }

  /** The part of a message that holds it. */
  part(uri) {
    return { type: "image_url", image_url: { url: uri } };
  }

  forget() {
    URL.revokeObjectURL(this.url);
  }
}
