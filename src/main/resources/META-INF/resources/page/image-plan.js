// What the service will make of a picture, without running the model: POST /v1/images/plan.

import { ApiFailure, call } from "./api.js";
import { pictureBudget } from "./settings.js";

/**
 * Asks for the plan and notes it in the picture, or why there is none.
 *
 * @param {import("./picture.js").Picture} picture
 * @param {AbortSignal} signal
 */
export async function planPicture(picture, signal) {
  try {
    const images = [{ url: await picture.dataUri() }];
    const body = { images, ...pictureBudget() };
    const answer = await (await call("/v1/images/plan", { body, signal })).json();
    picture.plan = answer.data[0];
    picture.refusal = "";
  } catch (failure) {
    if (failure.name === "AbortError") {
      return;
    }
    picture.plan = null;
    // A key that is missing, a model that is still being loaded: nothing is wrong with the picture.
    picture.refusal = failure instanceof ApiFailure && failure.status === 400 ? failure.message : "";
  }
}
