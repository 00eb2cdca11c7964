// The little that the other modules need of the document. Text is only ever set as text.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element.
 *
 * @param {string} name
 * @param {Object<string, any>} [properties] set as properties; `class`, `role`, `aria-*` and `for` as attributes
 * @param {...(Node|string|null)} children strings become text; null is left out
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (/^(class|role|for|aria-.*)$/.test(key)) {
      made.setAttribute(key, value);
    } else {
      made[key] = value;
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  byId("announcer").textContent = text;
}
