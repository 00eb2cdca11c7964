// What the service will make of a picture or a document, without running the model: POST /v1/images/plan and
// /v1/documents/pages, which draws the pages as well.

import { ApiFailure, call } from "./api.js";
import { pictureBudget } from "./settings.js";

/**
 * Asks for the plans and notes them in the pages, or why there are none. Asks nothing if the budget is still the same.
 *
 * @param {import("./upload.js").Upload} upload
 * @param {AbortSignal} signal
 */
export async function plan(upload, signal) {
  const budget = pictureBudget();
  const wanted = JSON.stringify(budget);
  if (upload.plannedFor === wanted) {
    return;
  }
  try {
    await (upload.kind === "document" ? drawPages : planPicture)(upload, budget, signal);
    upload.refusal = "";
    upload.plannedFor = wanted;
  } catch (failure) {
    if (failure.name === "AbortError") {
      return;
    }
    upload.plannedFor = "";
    for (const page of upload.pages) {
      page.plan = null;
    }
    upload.refusal = refusal(upload, failure);
  }
}

async function planPicture(picture, budget, signal) {
  const body = { images: [{ url: await picture.dataUri() }], ...budget };
  const { data } = await (await call("/v1/images/plan", { body, signal })).json();
  picture.plan = data[0];
}

async function drawPages(document, budget, signal) {
  const body = { file: document.part(await document.dataUri()).file, ...budget };
  const { data } = await (await call("/v1/documents/pages", { body, signal })).json();
  document.show(data);
}

/** A key that is missing, a model that is still being loaded: nothing is wrong with the file. */
function refusal(upload, failure) {
  if (!(failure instanceof ApiFailure)) {
    return failure.message;
  }
  const ofTheFile = failure.status === 400 || failure.status === 413;
  // A document shows nothing until it is read, so whatever keeps it from that is told.
  return ofTheFile || (upload.kind === "document" && !failure.needsKey) ? failure.message : "";
}
