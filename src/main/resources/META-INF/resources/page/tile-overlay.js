// The tiles drawn over the picture. The grid divides it evenly: the picture was resized to whole tiles.

import { byId, element } from "./dom.js";
import { count, counted } from "./numbers.js";

/**
 * @typedef {{width: number, height: number, resized: number[], rows: number, cols: number, tiles: number,
 *   tokens: number}} Plan what the service makes of a picture
 */

/** Draws the grid of a plan, numbered as the model reads it; nothing for one tile or without a plan. */
export function drawTiles(plan) {
  const overlay = byId("tiles");
  const rows = plan?.rows ?? 0;
  const cols = plan?.cols ?? 0;
  const shape = `${rows} ${cols}`;
  if (overlay.dataset.shape === shape) {
    return;
  }
  overlay.dataset.shape = shape;
  overlay.style.setProperty("--rows", rows || 1);
  overlay.style.setProperty("--cols", cols || 1);
  overlay.replaceChildren(
    ...Array.from({ length: rows * cols }, (_, n) => element("span", {}, element("b", {}, String(n + 1)))),
  );
}

/**
 * The same in words and numbers.
 *
 * @param {Plan} plan
 * @param {string} title of the picture
 */
export function describePlan(plan, title) {
  const [width, height] = plan.resized;
  const grid = plan.rows > 0 ? `${plan.rows} × ${plan.cols} and whole` : "whole only";
  const facts = [
    [title, `${count(plan.width)} × ${count(plan.height)}`],
    ["Seen as", `${count(width)} × ${count(height)}`],
    [counted(plan.tiles, "tile"), grid],
    ["Tokens", count(plan.tokens)],
  ];
  return element(
    "dl",
    {},
    ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

/** The side of a tile in pixels. */
export const tileSide = (plan) => (plan.cols > 0 ? plan.resized[0] / plan.cols : plan.resized[0]);
