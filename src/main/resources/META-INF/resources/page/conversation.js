// What has been asked and answered, as the API wants to hear it again.

/**
 * @typedef {{question: string, uploads: import("./upload.js").Upload[], answer: string}} Turn
 */

/** The turns so far and the files that wait for the next question. */
export class Conversation {
  /** @type {Turn[]} */
  turns = [];
  /** @type {import("./upload.js").Upload[]} */
  waiting = [];

  /** Every file, in the order in which the model gets them. */
  get uploads() {
    return [...this.turns.flatMap((turn) => turn.uploads), ...this.waiting];
  }

  /** Every picture and page, in the order in which the model sees them. */
  get pages() {
    return this.uploads.flatMap((upload) => upload.pages);
  }

  get begun() {
    return this.turns.length > 0;
  }

  /** The turn that a question begins; it counts once it is kept. */
  turn(question) {
    return { question, uploads: [...this.waiting], answer: "" };
  }

  /** Keeps an answered turn. */
  keep(turn) {
    this.turns.push(turn);
    this.waiting = this.waiting.filter((upload) => !turn.uploads.includes(upload));
  }

  /**
   * The messages of all turns and one more. Files stand before the text: the family answers better so.
   *
   * @param {Turn} next
   * @param {(upload: import("./upload.js").Upload) => Promise<string>|string} uri of a file
   */
  async messages(next, uri) {
    const messages = [];
    for (const turn of [...this.turns, next]) {
      const parts = await Promise.all(turn.uploads.map(async (upload) => upload.part(await uri(upload))));
      const content = parts.length === 0 ? turn.question : [...parts, { type: "text", text: turn.question }];
      messages.push({ role: "user", content });
      if (turn !== next) {
        messages.push({ role: "assistant", content: turn.answer });
      }
    }
    return messages;
  }
}
