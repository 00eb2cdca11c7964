// What a question says beside its text: how much of the picture is seen, how the answer is drawn.

import { byId } from "./dom.js";
import { tileSide } from "./tile-overlay.js";

const MOST_EDGE_TILES = 6;

let edgesOffered = false;

/** The fields of a request that the controls set; a control left alone sets none. */
export function pictureBudget() {
  const budget = {};
  const splitting = byId("splitting").value;
  if (splitting) {
    budget.do_image_splitting = splitting === "on";
  }
  const edge = Number(byId("edge").value);
  if (edge) {
    budget.size = { longest_edge: edge };
  }
  if (byId("enlarge").value === "off") {
    budget.enlarge = false;
  }
  return Object.keys(budget).length > 0 ? { mm_processor_kwargs: budget } : {};
}

/** The fields that shape the answer. */
export function answerShape() {
  const shape = { temperature: number("temperature") ?? 0, max_tokens: number("max-tokens") ?? 200 };
  const topP = number("top-p");
  if (topP !== null && topP !== 1) {
    shape.top_p = topP;
  }
  const seed = number("seed");
  if (seed !== null) {
    shape.seed = seed;
  }
  return shape;
}

function number(id) {
  const { value, valueAsNumber } = byId(id);
  return value === "" || Number.isNaN(valueAsNumber) ? null : valueAsNumber;
}

/** The id of a control with a value out of its range, or null. */
export function wrongControl() {
  return ["temperature", "max-tokens", "top-p", "seed"].find((id) => !byId(id).checkValidity()) ?? null;
}

/** Offers longest edges of 1, 2, 3 .. tiles, once a plan tells how large a tile is. */
export function offerEdges(plan) {
  const edge = byId("edge");
  if (edgesOffered) {
    return;
  }
  edgesOffered = true;
  const side = tileSide(plan);
  for (let tiles = 1; tiles <= MOST_EDGE_TILES; tiles++) {
    const text = `${tiles} tile${tiles === 1 ? "" : "s"}, ${tiles * side} px`;
    edge.append(new Option(text, String(tiles * side)));
  }
}

/** Calls back after each change, and keeps the summaries of the folded parts true. */
export function watchSettings(budgetChanged, shapeChanged) {
  byId("budget").addEventListener("change", () => {
    const said = [...byId("budget").querySelectorAll("select")]
      .filter((select) => select.value)
      .map((select) => `${select.labels[0].textContent}: ${select.selectedOptions[0].textContent}`);
    byId("budget-value").textContent = said.length > 0 ? said.join(" · ") : "as the model does";
    budgetChanged();
  });
  const summary = () => {
    const { temperature, max_tokens: most } = answerShape();
    byId("more-value").textContent = `temperature ${temperature}, at most ${most} tokens`;
  };
  byId("more").addEventListener("input", () => {
    summary();
    shapeChanged();
  });
  byId("budget-value").textContent = "as the model does";
  summary();
}
