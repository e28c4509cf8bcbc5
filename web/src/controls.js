/** The form: groups of fields, made from what the engine says of them and brought up to date by each picture. */

import { make, setAttribute, write } from "./dom.js";

/** Milliseconds without a key after which what was typed is sent. */
const TYPING_PAUSE = 250;

/**
 * @typedef {object} Said What a picture says of a field.
 * @property {string | number} value
 * @property {string} [text] The value as written in the reader's language.
 * @property {string} [shown] The same with its unit.
 * @property {string | null} [error]
 */

/**
 * @typedef {object} Described
 * @property {string} id
 * @property {"choice" | "switch" | "range" | "text" | "note"} kind
 * @property {string} label
 * @property {string} [unit]
 * @property {string} [help]
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [step]
 * @property {{value: string, label: string}[]} [options]
 * @property {string} [placeholder]
 * @property {boolean} [wide]
 * @property {string} [aria] Accessible name, where the label is too short alone.
 * @property {string} [beside] The field that it stands under, as a part of it.
 */

/** @typedef {Described & Said} Field */

/**
 * @typedef {object} Context What a control needs from around it.
 * @property {Record<string, string>} labels
 * @property {string} prefix Makes the ids of one explorer unique in a document.
 * @property {(field: string, value: unknown, since: number) => void} changed
 */

/**
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {HTMLElement[]} inputs What an error belongs to.
 * @property {(said: Said) => void} show
 * @property {() => string | number | null} draft What the reader has at hand and the engine may not know yet.
 * @property {(draft: string | number) => void} resume
 */

export class Controls {
  /** @type {Map<string, Control>} */ #controls = new Map();

  constructor() {
    this.element = make("div", { class: "controls" });
  }

  /**
   * Make the form again. What the reader is typing stays.
   * @param {{id: string, title: string, fields: Field[]}[]} groups
   * @param {Context} context
   * @param {(field: string) => boolean} isNewer Whether the page holds something newer than these groups.
   */
  build(groups, context, isNewer) {
    // Before anything is taken away: a text box that goes takes itself for left
    const drafts = new Map([...this.#controls].map(([id, control]) => [id, control.draft()]));
    this.#controls = new Map();
    this.element.replaceChildren(...groups.map((group) => this.#group(group, context)));
    for (const [id, control] of this.#controls) {
      const draft = drafts.get(id) ?? null;
      if (draft !== null && isNewer(id)) control.resume(draft);
    }
  }

  /**
   * @param {Record<string, Said>} fields
   * @param {(field: string) => boolean} isNewer
   */
  show(fields, isNewer) {
    for (const [id, said] of Object.entries(fields)) {
      const control = this.#controls.get(id);
      if (control === undefined || isNewer(id)) continue;
      control.show(said);
      complain(control, said.error);
    }
  }

  /**
   * A field of the form.
   * @param {string} id
   */
  get(id) {
    return this.#controls.get(id);
  }

  /**
   * @param {{id: string, title: string, fields: Field[]}} group
   * @param {Context} context
   */
  #group(group, context) {
    const fields = group.fields.map((field) => {
      const control = makeControl(field, context);
      this.#controls.set(field.id, control);
      return control.element;
    });
    return make("fieldset", { class: "group" }, make("legend", {}, make("h3", {}, group.title)), ...fields);
  }
}

/**
 * Make one field with its label, help and place for an error.
 * @param {Field} field
 * @param {Context} context
 * @returns {Control}
 */
export function makeControl(field, context) {
  const control = MAKERS[field.kind](field, context);
  control.element.classList.add("field", `field-${field.kind}`);
  control.element.classList.toggle("wide", Boolean(field.wide));
  control.element.classList.toggle("beside", Boolean(field.beside));
  const id = `${context.prefix}-${field.id}`;
  const help = field.help ? make("p", { id: `${id}-help`, class: "help" }, field.help) : null;
  control.element.append(...(help ? [help] : []), make("p", { id: `${id}-error`, class: "error", hidden: true }));
  for (const input of control.inputs) if (help) input.setAttribute("aria-describedby", help.id);
  complain(control, field.error);
  return control;
}

/**
 * Show an error beside a field, or take it away.
 * @param {Control} control
 * @param {string | null | undefined} text
 */
export function complain(control, text) {
  const place = /** @type {HTMLElement} */ (control.element.querySelector(":scope > .error"));
  if (place.hidden && !text) return;
  write(place, text);
  place.hidden = !text;
  control.element.classList.toggle("wrong", Boolean(text));
  const help = control.element.querySelector(":scope > .help");
  for (const input of control.inputs) {
    setAttribute(input, "aria-invalid", text ? "true" : null);
    setAttribute(input, "aria-describedby", [help?.id, text ? place.id : null].filter(Boolean).join(" ") || null);
  }
}

/** @type {Record<Described["kind"], (field: Field, context: Context) => Control>} */
const MAKERS = { choice: makeChoice, switch: makeSwitch, range: makeRange, text: makeText, note: makeNote };

/** @type {(field: Field, context: Context) => Control} */
function makeChoice(field, context) {
  const id = `${context.prefix}-${field.id}`;
  const options = (field.options ?? []).map(({ value, label }) => make("option", { value }, label));
  const select = /** @type {HTMLSelectElement} */ (make("select", { id, "data-place": field.id }, ...options));
  select.value = String(field.value ?? "");
  select.addEventListener("change", (event) => context.changed(field.id, select.value, event.timeStamp));
  return {
    element: make("div", {}, make("label", { for: id }, field.label), select),
    inputs: [select],
    show: ({ value }) => {
      if (select.value !== String(value ?? "")) select.value = String(value ?? "");
    },
    draft: () => select.value,
    resume: (draft) => void (select.value = String(draft)),
  };
}

/** @type {(field: Field, context: Context) => Control} */
function makeSwitch(field, context) {
  const id = `${context.prefix}-${field.id}`;
  const radios = (field.options ?? []).map(({ value }) => {
    const place = `${field.id}.${value}`;
    const radio = make("input", { type: "radio", name: id, id: `${id}-${value}`, value, "data-place": place });
    radio.addEventListener("change", (event) => context.changed(field.id, value, event.timeStamp));
    return /** @type {HTMLInputElement} */ (radio);
  });
  const show = (/** @type {unknown} */ value) => radios.forEach((radio) => (radio.checked = radio.value === value));
  show(field.value);
  const sides = (field.options ?? []).map(({ label }, i) => make("label", { for: radios[i].id }, radios[i], label));
  const group = make("div", { role: "radiogroup", "aria-labelledby": `${id}-label`, class: "sides" }, ...sides);
  return {
    element: make("div", {}, make("span", { id: `${id}-label`, class: "label" }, field.label), group),
    inputs: [group],
    show: ({ value }) => show(value),
    draft: () => radios.find((radio) => radio.checked)?.value ?? null,
    resume: show,
  };
}

/** @type {(field: Field, context: Context) => Control} */
function makeRange(field, context) {
  const id = `${context.prefix}-${field.id}`;
  const { min, max, step } = field;
  const bounds = { min, max, step: step ?? "any" };
  const slider = /** @type {HTMLInputElement} */ (
    make("input", { type: "range", id, ...bounds, "aria-valuetext": field.shown, "data-place": field.id })
  );
  slider.value = String(field.value);
  slider.addEventListener("input", (event) => context.changed(field.id, slider.valueAsNumber, event.timeStamp));
  const name = (context.labels.typed ?? "{label}").replace("{label}", field.label);
  const box = makeBox(field, context, { "aria-label": name, "data-place": `${field.id}.text` });
  const shown = make("span", { class: "shown" }, field.shown);
  const unit = field.unit ? make("span", { class: "unit" }, field.unit) : null;
  return {
    element: make(
      "div",
      {},
      make("div", { class: "naming" }, make("label", { for: id }, field.label), shown),
      make("div", { class: "pair" }, slider, box.input, unit),
    ),
    inputs: [slider, box.input],
    show: (said) => {
      if (slider.valueAsNumber !== said.value) slider.value = String(said.value);
      setAttribute(slider, "aria-valuetext", said.shown);
      write(shown, said.shown);
      box.show(said);
    },
    draft: () => box.draft() ?? slider.valueAsNumber,
    resume: (draft) => (typeof draft === "number" ? void (slider.value = String(draft)) : box.resume(draft)),
  };
}

/** @type {(field: Field, context: Context) => Control} */
function makeText(field, context) {
  const id = `${context.prefix}-${field.id}`;
  const { aria, placeholder } = field;
  const box = makeBox(field, context, { id, placeholder, "aria-label": aria, "data-place": field.id });
  const unit = field.unit ? make("span", { class: "unit" }, field.unit) : null;
  return {
    element: make("div", {}, make("label", { for: id }, field.label), make("div", { class: "pair" }, box.input, unit)),
    inputs: [box.input],
    show: box.show,
    draft: box.draft,
    resume: box.resume,
  };
}

/** @type {(field: Field, context: Context) => Control} */
function makeNote(field) {
  const sentence = make("p", { class: "sentence" }, field.text ?? field.label);
  return {
    element: make("div", {}, sentence),
    inputs: [],
    show: ({ text }) => (text === undefined ? undefined : write(sentence, text)),
    draft: () => null,
    resume: () => {},
  };
}

/**
 * A text box that sends what was typed after a pause, and at once on Enter and when it is left. While someone types in
 * it, nothing else writes in it.
 * @param {Field} field
 * @param {Context} context
 * @param {Record<string, string | undefined>} attributes
 */
function makeBox(field, context, attributes) {
  const fixed = { type: "text", autocomplete: "off", spellcheck: "false" };
  const input = /** @type {HTMLInputElement} */ (make("input", { ...fixed, ...attributes }));
  writeIn(input, String(field.text ?? field.value ?? ""));
  let known = input.value;
  let typing = false;
  let pause = 0;
  const send = (/** @type {Event} */ event) => {
    window.clearTimeout(pause);
    if (input.value === known) return;
    known = input.value;
    context.changed(field.id, known, event.timeStamp);
  };
  const finish = (/** @type {Event} */ event) => {
    typing = false;
    send(event);
  };
  input.addEventListener("input", (event) => {
    typing = true;
    window.clearTimeout(pause);
    pause = window.setTimeout(() => send(event), TYPING_PAUSE);
  });
  input.addEventListener("change", finish);
  input.addEventListener("keydown", (event) => event.key === "Enter" && finish(event));
  return {
    input,
    resume: (/** @type {string | number} */ draft) => {
      known = input.value = String(draft);
      typing = true;
    },
    show: (/** @type {Said} */ { value, text }) => {
      const written = String(text ?? value ?? "");
      if (typing || input.value === written) return;
      writeIn(input, written);
      known = written;
    },
    draft: () => (typing ? input.value : null),
  };
}

/**
 * Write in a text box: by its attribute as long as nobody typed in it, which browsers take in their stride; a value set
 * by a program makes them look at the whole form.
 * @param {HTMLInputElement} input
 * @param {string} text
 */
function writeIn(input, text) {
  input.defaultValue = text;
  if (input.value !== text) input.value = text;
}
