/** The chart: one live Vega view, compiled once for each specification and then only given new data. */

import { transforms } from "vega-dataflow";
import * as encodeTransforms from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import * as dataTransforms from "vega-transforms";
import { View } from "vega-view";
import * as viewTransforms from "vega-view-transforms";

import { make, setAttribute } from "./dom.js";

/** How much larger than its own size a chart is drawn at most. */
const LARGEST = 1.35;

Object.assign(transforms, dataTransforms, viewTransforms, encodeTransforms);

/** Everything that a chart shows comes with its specification: no address is ever followed. */
const refusingLoader = {
  load: (/** @type {string} */ address) => Promise.reject(new Error(`not loaded: ${address}`)),
  sanitize: (/** @type {string} */ address) => Promise.reject(new Error(`not loaded: ${address}`)),
};

/**
 * @typedef {object} Picture
 * @property {string} id
 * @property {object} [spec] A compiled Vega specification; there the first time that `id` comes.
 * @property {Record<string, object[]>} data
 * @property {Record<string, unknown>} signals
 * @property {string} alt
 */

/** The compiled specifications that the engine has sent, by id; it sends each of them once. */
export class Specs {
  /** @type {Map<string, object>} */ #known = new Map();

  /**
   * Keep the specification of a chart, whether the chart is shown or has come too late.
   * @param {Picture | null | undefined} chart
   */
  learn(chart) {
    if (chart?.spec !== undefined) this.#known.set(chart.id, chart.spec);
  }

  /** @param {string} id */
  has(id) {
    return this.#known.has(id);
  }

  /** @param {string} id */
  get(id) {
    return this.#known.get(id);
  }
}

export class Chart {
  #shown = "";
  /** @type {View | null} */ #view = null;
  /** What the view was given last, as text, by the name of the rows or of the signal. @type {Map<string, string>} */
  #given = new Map();

  /** @param {Specs} specs */
  constructor(specs) {
    this.specs = specs;
    this.element = make("div", { class: "chart", role: "img", hidden: true });
  }

  /**
   * Show a chart, or none.
   * @param {Picture | null | undefined} picture
   */
  async show(picture) {
    this.element.hidden = !picture;
    if (!picture) return;
    if (picture.id !== this.#shown || this.#view === null) this.#compile(picture.id);
    const view = /** @type {View} */ (this.#view);
    for (const [name, rows] of this.#changed(picture.data)) view.data(name, rows);
    for (const [name, value] of this.#changed(picture.signals ?? {})) view.signal(name, value);
    await view.runAsync();
    setAttribute(this.element, "aria-label", picture.alt);
    this.#fit();
  }

  /**
   * What differs from what the view has: equal rows or an equal span given anew would be drawn anew.
   * @param {Record<string, any>} given
   */
  #changed(given) {
    return Object.entries(given).filter(([name, value]) => {
      const text = JSON.stringify(value);
      const changed = this.#given.get(name) !== text;
      this.#given.set(name, text);
      return changed;
    });
  }

  /** End the view, and with it its timers and listeners. */
  close() {
    this.#view?.finalize();
    this.#view = null;
    this.#given.clear();
    this.element.replaceChildren();
  }

  /** @param {string} id */
  #compile(id) {
    this.close();
    const place = make("div", { "aria-hidden": "true" });
    this.element.append(place);
    this.#view = new View(parse(this.specs.get(id), {}, { ast: true }), {
      expr: expressionInterpreter,
      loader: refusingLoader,
      renderer: "svg",
      container: place,
      hover: false,
    });
    this.#shown = id;
  }

  /** Let the drawing follow the width of its column; Vega gives it a fixed one. */
  #fit() {
    const svg = this.element.querySelector("svg");
    const width = `${Math.round((svg?.viewBox.baseVal.width ?? 0) * LARGEST)}px`;
    if (svg && svg.style.maxWidth !== width) svg.style.maxWidth = width;
  }
}
