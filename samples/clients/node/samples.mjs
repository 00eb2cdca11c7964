// The sample pictures, the answers that the embedded model must give, and how a script checks them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const root = process.env.SMOLVLM_ROOT ?? join(import.meta.dirname, '../../..');

export const url = process.env.SMOLVLM_URL ?? 'http://localhost:8080';
export const model = 'tiny';

export const picture = (name) => readFileSync(join(root, 'samples/images', name));
export const dataUri = (name) => `data:image/png;base64,${picture(name).toString('base64')}`;

/** The right answer; a question that expected.json does not list is an error of the script. */
export function answer(name, question) {
  const { answers } = JSON.parse(readFileSync(join(root, 'samples/expected.json'), 'utf8'));
  const entry = answers.find((a) => a.picture === name && a.question === question);
  if (!entry) throw new Error(`expected.json has no answer to ${question} for ${name}`);
  return entry.answer;
}

/** Prints what was checked; ends the script with an error where it does not hold. */
export function check(what, condition, found) {
  if (!condition) {
    console.error(`FAIL  ${what}: found`, found);
    process.exit(1);
  }
  console.log(`ok    ${what}`);
}

export function checkEqual(what, expected, found) {
  check(`${what}: ${JSON.stringify(found)}`, isDeepStrictEqual(expected, found), found);
}

/** The version of an installed package. */
export const version = (name) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'))).version;
