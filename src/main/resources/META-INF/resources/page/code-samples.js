// The same call for a terminal and for a program.

import { JSON_STYLE, PYTHON_STYLE, written } from "./literals.js";

/**
 * A request in which each file stands as a place for its content.
 *
 * @typedef {{name: string, kind: "picture"|"document"}} SentFile
 * @typedef {{body: object, files: SentFile[], origin: string, keyed: boolean}} Call `body.messages` hold `placeOf(0)`,
 *     `placeOf(1)` .. where the contents of files stand
 */

const PLACE = /^\0file:(\d+)$/;

/** Where the content of the n-th file stands. */
export const placeOf = (n) => `\0file:${n}`;

/** How an address with a file in it begins. */
const BEGINNING = { picture: "data:;base64,", document: "data:application/pdf;base64," };

/** Quotes for a POSIX shell. */
const shellWord = (text) => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/** @param {Call} call */
export function curl({ body, files, origin, keyed }) {
  const variable = (n) => `${files[n].kind}${n + 1}`;
  const reads = files.map(({ name }, n) => `${variable(n)}=$(base64 < ${shellWord(name)} | tr -d '\\n')\n`);
  // The shell expands the text: what it would take for its own is escaped, the files are not.
  const json = written(body, JSON_STYLE, (text) => {
    const place = PLACE.exec(text);
    return place
      ? `"${BEGINNING[files[place[1]].kind]}$${variable(Number(place[1]))}"`
      : JSON.stringify(text).replace(/[\\$`]/g, "\\$&");
  });
  const key = keyed ? `  -H "Authorization: Bearer $SMOLVLM_API_KEY" \\\n` : "";
  return `${reads.join("")}curl ${origin}/v1/chat/completions \\
  -H "Content-Type: application/json" \\
${key}  --data-binary @- <<END
${json}
END
`;
}

/** What the openai package has no argument of its own for. */
const EXTRA = ["mm_processor_kwargs"];

/** @param {Call} call */
export function python({ body, files, origin, keyed }) {
  const fields = Object.entries(body).filter(([key]) => !EXTRA.includes(key));
  const extra = Object.entries(body).filter(([key]) => EXTRA.includes(key));
  if (extra.length > 0) {
    fields.push(["extra_body", Object.fromEntries(extra)]);
  }
  // Strings of JSON are strings of Python.
  const string = (text) => {
    const place = PLACE.exec(text);
    return place ? `${files[place[1]].kind}(${JSON.stringify(files[place[1]].name)})` : JSON.stringify(text);
  };
  const seen = files.length > 0;
  const kinds = [...new Set(files.map(({ kind }) => kind))];
  const lines = [
    ...(seen ? ["import base64"] : []),
    ...(keyed ? ["import os"] : []),
    ...(seen ? ["from pathlib import Path"] : []),
    ...(seen || keyed ? [""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${origin}/v1", api_key=${keyed ? 'os.environ["SMOLVLM_API_KEY"]' : '"none"'})`,
    "",
    ...kinds.flatMap((kind) => [
      "",
      `def ${kind}(file):`,
      `    return "${BEGINNING[kind]}" + base64.b64encode(Path(file).read_bytes()).decode()`,
      "",
    ]),
    ...(seen ? [""] : []),
    "answer = client.chat.completions.create(",
    ...fields.map(([key, value]) => `    ${key}=${written(value, PYTHON_STYLE, string, 1, key.length + 1)},`),
    ")",
    "print(answer.choices[0].message.content)",
    "",
  ];
  return lines.join("\n");
}
