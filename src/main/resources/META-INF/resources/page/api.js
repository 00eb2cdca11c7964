// Calls to this service: the key goes along, a refusal becomes an ApiFailure.

const KEY = "smolvlm.key";

/** What the service, or the way to it, refused. The message is for people. */
export class ApiFailure extends Error {
  /** @param {{status?: number, code?: string, retryAfter?: number}} [facts] */
  constructor(message, { status = 0, code = "", retryAfter = 0 } = {}) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** From the service's own words: `{"error": {"message", "code", ..}}`. */
  static of(error, status = 0, retryAfter = 0) {
    const message = typeof error?.message === "string" && error.message ? error.message : "The service failed.";
    return new ApiFailure(message, { status, code: error?.code ?? "", retryAfter });
  }

  /** From an answer that is not a 2xx. */
  static async ofResponse(response) {
    const retryAfter = Number(response.headers.get("Retry-After")) || 0;
    try {
      return ApiFailure.of((await response.json()).error, response.status, retryAfter);
    } catch {
      return new ApiFailure(`The service answered with status ${response.status}.`, { status: response.status, retryAfter });
    }
  }

  get needsKey() {
    return this.status === 401;
  }
}

/** The key of this tab, or "". */
export const apiKey = () => sessionStorage.getItem(KEY) ?? "";

/** Keeps a key for this tab. */
export const useKey = (key) => sessionStorage.setItem(KEY, key.trim());

/**
 * Calls the service.
 *
 * @param {string} path
 * @param {{body?: object, signal?: AbortSignal}} [options] with a body it is a POST of JSON
 * @returns {Promise<Response>} of a 2xx
 * @throws {ApiFailure} for everything else; an AbortError when the signal says so
 */
export async function call(path, { body, signal } = {}) {
  const headers = {};
  if (apiKey()) {
    headers.Authorization = `Bearer ${apiKey()}`;
  }
  if (body) {
    headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers,
      body: body ? JSON.stringify(body) : undefined,
      signal,
      cache: "no-store",
    });
  } catch (failure) {
    if (failure.name === "AbortError") {
      throw failure;
    }
    throw new ApiFailure("The service cannot be reached.");
  }
  if (!response.ok) {
    throw await ApiFailure.ofResponse(response);
  }
  return response;
}
