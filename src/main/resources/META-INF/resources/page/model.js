// Which model answers, and what may be expected of it.

import { call } from "./api.js";
import { byId } from "./dom.js";
import { count } from "./numbers.js";

/** The name of the model in the box. */
const DEMONSTRATION = "tiny";

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

const EXPECT =
  "You talk to the demonstration model in the box: it knows drawn shapes and reads small receipts, forms, tables and " +
  "charts. Photographs it does not know.";

/**
 * Shows the model's name; waits while it is being loaded.
 *
 * @returns {Promise<string>} the name that requests carry
 * @throws {import("./api.js").ApiFailure}
 */
export async function showModel() {
  byId("model-note").textContent = EXPECT;
  for (;;) {
    const { data } = await (await call("/v1/models")).json();
    const { id, max_model_len: context } = data[0];
    byId("model").hidden = false;
    byId("model-name").textContent = id;
    byId("model-context").textContent = context ? `${count(context)} tokens of context` : "is being loaded";
    byId("model-note").hidden = id !== DEMONSTRATION;
    if (context) {
      return id;
    }
    await pause(1000);
  }
}
