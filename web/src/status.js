/** What the explorer says: a line that is seen, and a region from which screen readers read. */

import { make, setAttribute, write } from "./dom.js";
import { copy, download } from "./files.js";

/** Milliseconds of rest after which a sentence is read: dragging must not flood a screen reader. */
const REST = 700;

export class Status {
  #rest = 0;
  /** @type {Record<string, string>} */ #labels = {};
  /** @type {string[]} */ #addresses = [];

  constructor() {
    this.region = make("div", { role: "status", "aria-live": "polite", class: "unseen" });
    this.element = make("div", { class: "status", hidden: true });
  }

  /** @param {Record<string, string>} labels */
  speak(labels) {
    this.#labels = labels;
  }

  /**
   * Have a text read when nothing else has come for a while.
   * @param {string} text
   */
  soon(text) {
    window.clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => write(this.region, text), REST);
  }

  /**
   * Have it read that fields hold something that cannot be; it is seen beside them.
   * @param {Record<string, string>} errors
   */
  refuse(errors) {
    this.soon([this.#labels.fields_wrong, ...Object.values(errors)].join(" "));
  }

  /**
   * @param {{text: string, tone: "done" | "busy" | "failed", progress?: number, copy?: string}} said
   */
  async say({ text, tone, progress, copy: copied }) {
    const bar = this.element.querySelector("progress");
    if (tone === "busy" && progress !== undefined && bar && this.element.dataset.tone === "busy") {
      bar.setAttribute("value", String(progress)); // the same bar goes on, rather than a new one at each step
      bar.setAttribute("aria-label", text);
      write(/** @type {Element} */ (this.element.firstElementChild), text);
    } else {
      this.#line(text, tone, progress === undefined ? null : makeBar(text, progress));
    }
    this.soon(text);
    if (copied !== undefined) await this.#copy(copied, text);
  }

  /**
   * Download a file, say what is said of it, and offer to open it.
   * @param {{name: string, mime: string, base64: string, open?: boolean, text?: string}} file
   */
  receive(file) {
    const address = download(file);
    this.#addresses.push(address);
    const name = `${this.#labels.open ?? ""} ${file.name}`.trim();
    const link = file.open ? make("a", { href: address, target: "_blank", rel: "noopener" }, name) : null;
    const text = file.text ?? file.name;
    this.#line(link && !file.text ? "" : text, "done", link);
    this.soon(text);
  }

  /** What is shown is about to change: what was done before it need not be said any longer, but for a file on offer. */
  pass() {
    if (this.element.dataset.tone === "done" && !this.element.querySelector("a")) this.#clear();
  }

  /** Let go of the contents that were offered as files. */
  close() {
    window.clearTimeout(this.#rest);
    for (const address of this.#addresses) URL.revokeObjectURL(address);
  }

  #clear() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /**
   * @param {string | undefined} text
   * @param {string} tone
   * @param {Node | null} [more]
   */
  #line(text, tone, more = null) {
    const close = make("button", { type: "button", class: "close", "aria-label": this.#labels.close }, "×");
    close.addEventListener("click", () => this.#clear());
    setAttribute(this.element, "data-tone", tone);
    this.element.replaceChildren(make("p", {}, text), ...(more ? [more] : []), close);
    this.element.hidden = false;
    this.#reveal();
  }

  /** Show the line to who just pressed a button; whoever moves or types something is left where they are. */
  #reveal() {
    const pressed = document.activeElement?.closest("[data-does]");
    const around = this.element.closest(".forecast-explorer");
    if (pressed && around?.contains(pressed)) this.element.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {string} content
   * @param {string} name
   */
  async #copy(content, name) {
    const field = /** @type {HTMLInputElement} */ (make("input", { type: "text", readonly: true, "aria-label": name }));
    field.value = content;
    this.element.firstElementChild?.after(field);
    if (!(await copy(content, field)) || !this.#labels.copied) return;
    write(/** @type {Element} */ (this.element.firstElementChild), this.#labels.copied);
    this.soon(this.#labels.copied);
  }
}

/**
 * @param {string} name
 * @param {number} share From 0 to 1.
 */
function makeBar(name, share) {
  return make("progress", { max: 1, value: share, "aria-label": name });
}
