// Values as the text of a program, broken into lines where they are long.

const WIDTH = 72;

/** How a language writes what JSON cannot say the same way. */
export const JSON_STYLE = { words: { null: "null", true: "true", false: "false" }, step: "  ", lastComma: "" };
export const PYTHON_STYLE = { words: { null: "None", true: "True", false: "False" }, step: "    ", lastComma: "," };

/**
 * @param {any} value as JSON knows it
 * @param {{words: object, step: string, lastComma: string}} style
 * @param {(text: string) => string} [string] writes a string
 * @param {number} [depth] of the line that it stands in
 * @param {number} [before] characters before it on its line
 */
export function written(value, style, string = JSON.stringify, depth = 0, before = 0) {
  if (value === null || typeof value === "boolean") {
    return style.words[value];
  }
  if (typeof value !== "object") {
    return typeof value === "string" ? string(value) : String(value);
  }
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const entries = Array.isArray(value)
    ? value.map((item) => ["", item])
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item]);
  const parts = entries.map(([key, item]) => key + written(item, style, string, depth + 1, key.length));
  const pad = style.step.repeat(depth);
  const line = open + parts.join(", ") + close;
  if (!line.includes("\n") && pad.length + before + line.length <= WIDTH) {
    return line;
  }
  const lines = parts.map((part) => `\n${pad}${style.step}${part}`).join(",");
  return `${open}${lines}${style.lastComma}\n${pad}${close}`;
}
