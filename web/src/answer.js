/** The fast answer: the chance as a bar with its number and its words, the sentence, and notes. */

import { make, setAttribute, write } from "./dom.js";

/**
 * @typedef {object} Chance
 * @property {number | null} share From 0 to 1.
 * @property {string} shown
 * @property {string} words
 * @property {string} label
 */

export class Answer {
  #name = make("span", { class: "chance-label" });
  #filled = make("div", { class: "filled" });
  #bar = make("div", { class: "bar", role: "meter", "aria-valuemin": 0, "aria-valuemax": 1 }, this.#filled);
  #shown = make("strong", { class: "chance-shown" });
  #words = make("span", { class: "chance-words" });
  #chance = make("div", { class: "chance", hidden: true }, this.#name, this.#shown, this.#words, this.#bar);
  #sentence = make("p", { class: "plain-sentence" });
  #width = "";

  constructor() {
    this.element = make("div", { class: "answer", tabindex: -1, role: "region" }, this.#chance, this.#sentence);
    this.notes = make("div", { class: "notes", hidden: true });
  }

  /**
   * @param {{chance: Chance | null, sentence: string, notes?: string[]}} picture
   */
  show({ chance, sentence, notes = [] }) {
    this.#chance.hidden = chance === null;
    if (chance !== null) this.#measure(chance);
    write(this.#sentence, sentence);
    this.notes.hidden = notes.length === 0;
    const before = [...this.notes.children].map((note) => note.textContent);
    if (notes.join("\n") !== before.join("\n")) {
      this.notes.replaceChildren(...notes.map((note) => make("p", { class: "note" }, note)));
    }
  }

  /** @param {Chance} chance */
  #measure({ share, shown, words, label }) {
    write(this.#name, label);
    write(this.#shown, shown);
    write(this.#words, words);
    this.#bar.hidden = share === null;
    if (share === null) return;
    const width = `${100 * share}%`;
    if (this.#width !== width) this.#filled.style.width = this.#width = width;
    setAttribute(this.#bar, "aria-label", label);
    setAttribute(this.#bar, "aria-valuenow", share);
    setAttribute(this.#bar, "aria-valuetext", [shown, words].filter(Boolean).join(", "));
  }
}
