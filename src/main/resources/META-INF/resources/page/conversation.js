// What has been asked and answered, as the API wants to hear it again.

/**
 * @typedef {{question: string, pictures: import("./picture.js").Picture[], answer: string}} Turn
 */

/** The turns so far and the pictures that wait for the next question. */
export class Conversation {
  /** @type {Turn[]} */
  turns = [];
  /** @type {import("./picture.js").Picture[]} */
  waiting = [];

  /** Every picture, in the order in which the model sees them. */
  get pictures() {
    return [...this.turns.flatMap((turn) => turn.pictures), ...this.waiting];
  }

  get begun() {
    return this.turns.length > 0;
  }

  /** The turn that a question begins; it counts once it is kept. */
  turn(question) {
    return { question, pictures: [...this.waiting], answer: "" };
  }

  /** Keeps an answered turn. */
  keep(turn) {
    this.turns.push(turn);
    this.waiting = this.waiting.filter((picture) => !turn.pictures.includes(picture));
  }

  /**
   * The messages of all turns and one more. Pictures stand before the text: the family answers better so.
   *
   * @param {Turn} next
   * @param {(picture: import("./picture.js").Picture) => Promise<string>|string} url of a picture
   */
  async messages(next, url) {
    const messages = [];
    for (const turn of [...this.turns, next]) {
      const pictures = await Promise.all(turn.pictures.map(url));
      const content =
        pictures.length === 0
          ? turn.question
          : [
              ...pictures.map((address) => ({ type: "image_url", image_url: { url: address } })),
              { type: "text", text: turn.question },
            ];
      messages.push({ role: "user", content });
      if (turn !== next) {
        messages.push({ role: "assistant", content: turn.answer });
      }
    }
    return messages;
  }
}
