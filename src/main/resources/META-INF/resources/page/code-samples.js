// The same call for a terminal and for a program.

import { JSON_STYLE, PYTHON_STYLE, written } from "./literals.js";

/**
 * A request in which each picture stands as its file's name.
 *
 * @typedef {{body: object, pictures: string[], origin: string, keyed: boolean}} Call `body.messages` hold `\0picture:0`,
 *     `\0picture:1` .. where the addresses of pictures stand
 */

const PLACE = /^\0picture:(\d+)$/;

/** Quotes for a POSIX shell. */
const shellWord = (text) => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/** @param {Call} call */
export function curl({ body, pictures, origin, keyed }) {
  const files = pictures.map((name, n) => `picture${n + 1}=$(base64 < ${shellWord(name)} | tr -d '\\n')\n`);
  // The shell expands the document: what it would take for its own is escaped, the pictures are not.
  const json = written(body, JSON_STYLE, (text) => {
    const place = PLACE.exec(text);
    return place
      ? `"data:;base64,$picture${Number(place[1]) + 1}"`
      : JSON.stringify(text).replace(/[\\$`]/g, "\\$&");
  });
  const key = keyed ? `  -H "Authorization: Bearer $SMOLVLM_API_KEY" \\\n` : "";
  return `${files.join("")}curl ${origin}/v1/chat/completions \\
  -H "Content-Type: application/json" \\
${key}  --data-binary @- <<END
${json}
END
`;
}

/** What the openai package has no argument of its own for. */
const EXTRA = ["mm_processor_kwargs"];

/** @param {Call} call */
export function python({ body, pictures, origin, keyed }) {
  const fields = Object.entries(body).filter(([key]) => !EXTRA.includes(key));
  const extra = Object.entries(body).filter(([key]) => EXTRA.includes(key));
  if (extra.length > 0) {
    fields.push(["extra_body", Object.fromEntries(extra)]);
  }
  // Strings of JSON are strings of Python.
  const string = (text) => {
    const place = PLACE.exec(text);
    return place ? `picture(${JSON.stringify(pictures[place[1]])})` : JSON.stringify(text);
  };
  const seen = pictures.length > 0;
  const lines = [
    ...(seen ? ["import base64"] : []),
    ...(keyed ? ["import os"] : []),
    ...(seen ? ["from pathlib import Path"] : []),
    ...(seen || keyed ? [""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${origin}/v1", api_key=${keyed ? 'os.environ["SMOLVLM_API_KEY"]' : '"none"'})`,
    "",
    ...(seen
      ? ["", "def picture(file):", '    return "data:;base64," + base64.b64encode(Path(file).read_bytes()).decode()', "", ""]
      : []),
    "answer = client.chat.completions.create(",
    ...fields.map(([key, value]) => `    ${key}=${written(value, PYTHON_STYLE, string, 1, key.length + 1)},`),
    ")",
    "print(answer.choices[0].message.content)",
    "",
  ];
  return lines.join("\n");
}
