/** Buttons of the bars, and those that stand in finished HTML. */

import { make, setAttribute } from "./dom.js";
import { readChosen } from "./files.js";

/**
 * @typedef {object} Button
 * @property {string} action
 * @property {string} label
 * @property {string} [title]
 * @property {boolean} [enabled]
 * @property {Record<string, unknown>} [arguments]
 * @property {"file"} [kind] Opens a file chooser.
 * @property {string} [key] Keys that stand for it, such as `Control+z`.
 */

/** @typedef {(action: string, given: Record<string, unknown>, since: number) => void} Act */

/**
 * Make a button. One that is not enabled keeps the focus that it may have, and says that it is not.
 * @param {Button} button
 * @param {Record<string, string>} labels
 * @param {Act} act
 * @returns {HTMLElement}
 */
export function makeButton(button, labels, act) {
  const { action, label, title, key } = button;
  const place = `do.${action}.${JSON.stringify(button.arguments ?? {})}`;
  const names = { title, "aria-keyshortcuts": key, "data-does": action, "data-place": place };
  const element = make("button", { type: "button", ...names }, label);
  enable(element, button.enabled ?? true);
  if (button.kind === "file") return withChooser(element, button, labels, act);
  element.addEventListener("click", (event) => {
    if (isEnabled(element)) act(action, button.arguments ?? {}, event.timeStamp);
  });
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Button} button
 * @param {Record<string, string>} labels
 * @param {Act} act
 */
function withChooser(element, button, labels, act) {
  const chooser = /** @type {HTMLInputElement} */ (
    make("input", { type: "file", hidden: true, tabindex: -1, "aria-label": labels.choose_file })
  );
  element.addEventListener("click", () => isEnabled(element) && chooser.click());
  chooser.addEventListener("change", async (event) => {
    const file = await readChosen(chooser);
    if (file !== null) act(button.action, { ...button.arguments, ...file }, event.timeStamp);
  });
  return make("span", { class: "with-chooser" }, element, chooser);
}

/**
 * @param {Element} element
 * @param {boolean} enabled
 */
function enable(element, enabled) {
  setAttribute(element, "aria-disabled", enabled ? null : "true");
}

/** @param {Element} element */
function isEnabled(element) {
  return element.getAttribute("aria-disabled") !== "true";
}

/**
 * Say of every button within an element whether its action is possible now.
 * @param {Element} around
 * @param {Record<string, boolean>} possible
 */
export function enableAll(around, possible) {
  for (const element of around.querySelectorAll("[data-does]")) {
    const enabled = possible[element.getAttribute("data-does") ?? ""];
    if (enabled !== undefined) enable(element, enabled);
  }
}

/**
 * Press the button whose keys were struck; in a text box, keys belong to the text.
 * @param {Element} around
 * @param {KeyboardEvent} event
 */
export function pressKey(around, event) {
  const { target } = event;
  if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text")) return;
  const control = event.ctrlKey || event.metaKey;
  const struck = [control && "control", event.altKey && "alt", event.shiftKey && "shift", event.key.toLowerCase()];
  const keys = struck.filter(Boolean).join("+");
  const buttons = [...around.querySelectorAll("[aria-keyshortcuts]")];
  const button = buttons.find((found) => found.getAttribute("aria-keyshortcuts")?.toLowerCase() === keys);
  if (!(button instanceof HTMLElement)) return;
  event.preventDefault();
  button.click();
}

/**
 * Let the buttons in finished HTML act: `data-action` names what they do, their other data go with it.
 * @param {Element} around
 * @param {Act} act
 */
export function delegate(around, act) {
  around.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement)) return;
    const { action, lmSuppressShortcuts: _mark, place: _place, ...given } = button.dataset;
    if (isEnabled(button)) act(action ?? "", given, event.timeStamp);
  });
}
