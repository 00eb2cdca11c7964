// The answer as it is written: server-sent events of POST /v1/chat/completions.

import { ApiFailure, call } from "./api.js";

/**
 * @typedef {{
 *   text?: string, finish?: string, detail?: string, usage?: object, timings?: object, images?: object[],
 *   admitted?: boolean
 * }} Piece what one event says; `admitted` once, when the service has taken the question on
 */

/**
 * Asks and yields the answer piece by piece.
 *
 * @param {object} request the body, without the fields that ask for streaming
 * @param {AbortSignal} signal stops the answer, here and in the service
 * @returns {AsyncGenerator<Piece>}
 * @throws {ApiFailure} also when the connection breaks before the answer ended
 */
export async function* answerStream(request, signal) {
  const body = { ...request, stream: true, stream_options: { include_usage: true }, include_image_info: true };
  const response = await call("/v1/chat/completions", { body, signal });
  let ended = false;
  try {
    for await (const data of eventData(response.body)) {
      if (data === "[DONE]") {
        return;
      }
      const chunk = JSON.parse(data);
      if (chunk.error) {
        throw ApiFailure.of(chunk.error);
      }
      const piece = read(chunk);
      ended ||= piece.finish !== undefined;
      yield piece;
    }
  } catch (failure) {
    if (failure instanceof ApiFailure || failure.name === "AbortError") {
      throw failure;
    }
    throw new ApiFailure("The connection broke before the answer ended.");
  }
  if (!ended) {
    throw new ApiFailure("The connection broke before the answer ended.");
  }
}

function read(chunk) {
  const choice = chunk.choices?.[0];
  const piece = {};
  if (choice?.delta?.role) {
    piece.admitted = true;
  }
  if (choice?.delta?.content) {
    piece.text = choice.delta.content;
  }
  if (choice?.finish_reason) {
    piece.finish = choice.finish_reason;
    piece.detail = choice.finish_detail ?? "";
  }
  for (const key of ["usage", "timings", "images"]) {
    if (chunk[key]) {
      piece[key] = chunk[key];
    }
  }
  return piece;
}

/** The data of each server-sent event: lines may end in CR LF, comments are skipped. */
export async function* eventData(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const raw of lines) {
        const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
        if (line === "" && data.length > 0) {
          yield data.join("\n");
          data = [];
        } else if (line.startsWith("data:")) {
          data.push(line.slice(line[5] === " " ? 6 : 5));
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
