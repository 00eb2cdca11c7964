// Where the time of an answer went: a bar and its legend.

import { element } from "./dom.js";
import { count, counted, duration } from "./numbers.js";

/** The stages in their order; warm colours are the picture's, cool ones the text's. */
const STAGES = [
  { key: "queue_ms", style: "queue", name: "Queue" },
  { key: "fetch_ms", style: "fetch", name: "Fetch" },
  { key: "picture_decode_ms", style: "read", name: "Read", about: "file to pixels" },
  { key: "resize_ms", style: "resize", name: "Resize", about: "pixels to tiles" },
  { key: "encode_ms", style: "encode", name: "Encode", about: (timings) => counted(timings.tiles, "tile") },
  { key: "prompt_ms", style: "prefill", name: "Prefill", about: (timings) => counted(timings.prompt_n, "token") },
  { key: "predicted_ms", style: "decode", name: "Decode", about: (timings) => counted(timings.predicted_n, "token") },
];

/**
 * @param {object} timings of the API
 * @param {object|null} usage of the API
 * @param {number} firstText milliseconds from the click to the first text
 */
export function timingsView(timings, usage, firstText) {
  const stages = STAGES.map((stage) => ({ ...stage, millis: timings[stage.key] ?? 0 })).filter(
    (stage) => stage.millis > 0,
  );
  const total = stages.reduce((sum, stage) => sum + stage.millis, 0);
  const rate = timings.predicted_per_second;
  return element(
    "details",
    { class: "timing", open: true },
    element(
      "summary",
      {},
      element("strong", {}, duration(total)),
      element("span", {}, `first text after ${duration(firstText)}`),
      rate > 0 ? element("span", {}, `${rate.toFixed(rate < 10 ? 1 : 0)} tokens a second`) : null,
    ),
    bar(stages, total),
    element("dl", { class: "stages" }, ...stages.map((stage) => row(stage, timings))),
    usage ? element("p", { class: "tokens" }, tokens(usage)) : null,
  );
}

function bar(stages, total) {
  const said = stages.map((stage) => `${stage.name} ${Math.round((100 * stage.millis) / total)} %`).join(", ");
  const strip = element("div", { class: "strip", role: "img", "aria-label": `Shares of the time: ${said}` });
  for (const stage of stages) {
    const part = element("span", { class: `stage-${stage.style}`, title: `${stage.name}: ${duration(stage.millis)}` });
    part.style.flexGrow = stage.millis;
    strip.append(part);
  }
  return strip;
}

function row(stage, timings) {
  const about = typeof stage.about === "function" ? stage.about(timings) : stage.about;
  return element(
    "div",
    {},
    element("i", { class: `stage-${stage.style}`, "aria-hidden": "true" }),
    element("dt", {}, stage.name, about ? element("span", {}, ` ${about}`) : null),
    element("dd", {}, duration(stage.millis)),
  );
}

function tokens(usage) {
  const image = usage.prompt_tokens_details?.image_tokens ?? 0;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const of = [image > 0 ? `${count(image)} image` : "", cached > 0 ? `${count(cached)} cached` : ""];
  const details = of.filter(Boolean).join(", ");
  const prompt = counted(usage.prompt_tokens, "prompt token") + (details ? ` (${details})` : "");
  return `${prompt} and ${counted(usage.completion_tokens, "answer token")}`;
}
