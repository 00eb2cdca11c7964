// What the service will make of a picture, without running the model: POST /v1/images/plan.

import { ApiFailure, call } from "./api.js";
import { pictureBudget } from "./settings.js";

/**
 * Asks for the plan and notes it in the picture, or why there is none.
 *
 * @param {import("./picture.js").Picture} picture
 * @param {import("./picture.js").Picture[]} pictures all that share its budget
 * @param {AbortSignal} signal
 */
export async function planPicture(picture, pictures, signal) {
  try {
    const images = [{ url: await picture.dataUri() }];
    for (;;) {
      const budget = pictureBudget(pictures);
      const answer = await (await call("/v1/images/plan", { body: { images, ...budget }, signal })).json();
      picture.plan = answer.data[0];
      picture.refusal = "";
      // Not to enlarge depends on the picture's own size, which the first plan tells.
      if (JSON.stringify(pictureBudget(pictures)) === JSON.stringify(budget)) {
        return;
      }
    }
  } catch (failure) {
    if (failure.name === "AbortError") {
      return;
    }
    picture.plan = null;
    // A key that is missing, a model that is still being loaded: nothing is wrong with the picture.
    picture.refusal = failure instanceof ApiFailure && failure.status === 400 ? failure.message : "";
  }
}
