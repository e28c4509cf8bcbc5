/** The slow parts: sections whose HTML comes finished, a moment after the picture. */

import { Chart } from "./chart.js";
import { keepFocus, make, shield, write } from "./dom.js";

/** Milliseconds after which a section that got nothing new no longer counts as being worked on. */
const WORK_AT_MOST = 2000;

/** How far tables are scrolled, noted as they are: asking them before their HTML is replaced would lay out the page. */
const SCROLLED = new WeakMap();

/**
 * @typedef {object} Section
 * @property {HTMLElement} element
 * @property {HTMLElement} title
 * @property {HTMLElement} busy Words seen while it is being worked on.
 * @property {Chart} chart
 * @property {HTMLElement} body
 * @property {string} html
 * @property {number} seq
 */

export class Parts {
  /** @type {Map<string, Section>} */ #sections = new Map();
  #newest = 0;
  #rest = 0;

  /**
   * @param {string} prefix
   * @param {import("./chart.js").Specs} specs
   */
  constructor(prefix, specs) {
    this.prefix = prefix;
    this.specs = specs;
    this.element = make("div", { class: "parts" });
    const note = (/** @type {any} */ { target }) => void SCROLLED.set(target, target.scrollLeft);
    this.element.addEventListener("scroll", note, { capture: true, passive: true });
  }

  /**
   * Give the sections their places and titles; what they hold stays until something newer comes.
   * @param {{id: string, title: string}[]} parts
   * @param {string | undefined} busy Words for a section that is being worked on.
   */
  build(parts, busy) {
    for (const { id, title } of parts) {
      const section = this.#sections.get(id) ?? this.#make(id);
      this.#sections.set(id, section);
      write(section.title, title);
      write(section.busy, busy);
    }
    const wanted = parts.map(({ id }) => id);
    for (const id of this.#sections.keys()) if (!wanted.includes(id)) this.#drop(id);
    this.element.replaceChildren(...wanted.map((id) => /** @type {any} */ (this.#sections.get(id)).element));
  }

  /**
   * Show a part, unless a newer picture has made it old: a chart, if there is one, above finished HTML.
   * @param {{id: string, html: string, title?: string, seq: number, chart?: import("./chart.js").Picture}} part
   */
  async show({ id, html, title, seq, chart }) {
    const section = this.#sections.get(id);
    if (section === undefined || seq < this.#newest || seq < section.seq) return;
    section.seq = seq;
    section.element.removeAttribute("aria-busy");
    section.element.hidden = html === "" && !chart;
    if (title) write(section.title, title);
    if (html !== section.html) replaceHtml(section.body, html);
    section.html = html;
    await section.chart.show(chart);
  }

  /**
   * A picture is shown: what is older than it is about to change.
   * @param {number} seq
   */
  await(seq) {
    this.#newest = Math.max(this.#newest, seq);
    this.work();
  }

  /** Mark the sections as being worked on, for a while. */
  work() {
    for (const { element, seq } of this.#sections.values()) {
      if (seq < this.#newest || seq === 0) element.setAttribute("aria-busy", "true");
    }
    window.clearTimeout(this.#rest);
    this.#rest = window.setTimeout(() => this.#rested(), WORK_AT_MOST);
  }

  close() {
    window.clearTimeout(this.#rest);
    for (const id of this.#sections.keys()) this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    this.#sections.get(id)?.chart.close();
    this.#sections.delete(id);
  }

  #rested() {
    for (const { element } of this.#sections.values()) element.removeAttribute("aria-busy");
  }

  /** @param {string} id */
  #make(id) {
    const title = make("h3", { id: `${this.prefix}-part-${id}` });
    const busy = make("span", { class: "busy" });
    const chart = new Chart(this.specs);
    const body = make("div", { class: "part-body" });
    const about = { class: `part part-${id}`, "aria-labelledby": title.id, hidden: true };
    const element = make("section", about, make("div", { class: "naming" }, title, busy), chart.element, body);
    return { element, title, busy, chart, body, html: "", seq: 0 };
  }
}

/**
 * Put new HTML in the place of old, and keep the focus, what is unfolded, and how far tables are scrolled.
 * @param {HTMLElement} body
 * @param {string} html
 */
function replaceHtml(body, html) {
  const unfolded = [...body.querySelectorAll("details")].map((details) => details.open);
  const scrolled = [...body.querySelectorAll(".scroll")].map((region) => SCROLLED.get(region) ?? 0);
  keepFocus(body, () => {
    body.innerHTML = html;
    shield(body);
  });
  body.querySelectorAll("details").forEach((details, i) => (details.open = unfolded[i] ?? details.open));
  body.querySelectorAll(".scroll").forEach((region, i) => {
    if (scrolled[i]) region.scrollLeft = scrolled[i];
  });
}
