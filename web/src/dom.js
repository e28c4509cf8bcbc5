/** Elements of the page: how they are made, found again, and kept from JupyterLab's shortcuts. */

const FOCUSABLE = "input, select, textarea, button, summary, a[href], [tabindex]";

/**
 * Make an element. An attribute of null, undefined or false is left out; true stands alone.
 * @param {string} name
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) setAttribute(element, key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return shield(element);
}

/**
 * Set an attribute, or take it away with null, undefined or false.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return element.removeAttribute(name);
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/**
 * Keep JupyterLab's command mode from eating the keys of what can have the focus. It looks at the focused element
 * itself before it looks at those around it, so the mark has to stand on each of them.
 * @template {Element} T
 * @param {T} element
 * @returns {T}
 */
export function shield(element) {
  for (const inner of [element, ...element.querySelectorAll(FOCUSABLE)]) {
    if (inner.matches(FOCUSABLE)) inner.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  return element;
}

/**
 * Write text, and touch the page only when it differs.
 * @param {Element} element
 * @param {string | null | undefined} text
 */
export function write(element, text) {
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
}

/**
 * Rebuild something without losing the reader's place in it: the focus comes back to the element with the same
 * `data-place`, or else to the one at the same rank, and so does the caret.
 * @param {Element} around
 * @param {() => void} rebuild
 */
export function keepFocus(around, rebuild) {
  const focused = around.contains(document.activeElement) ? document.activeElement : null;
  const place = focused?.getAttribute("data-place");
  const rank = focused === null ? -1 : [...around.querySelectorAll(FOCUSABLE)].indexOf(focused);
  const caret = caretOf(focused);
  rebuild();
  if (focused === null || focused.isConnected) return;
  const found = place
    ? around.querySelector(`[data-place="${CSS.escape(place)}"]`)
    : around.querySelectorAll(FOCUSABLE)[rank];
  if (!(found instanceof HTMLElement)) return;
  found.focus({ preventScroll: true });
  if (caret !== null && found instanceof HTMLInputElement && found.type === "text") found.setSelectionRange(...caret);
}

/**
 * Where the caret is in a text box, as the two ends of what is selected; null elsewhere.
 * @param {Element | null} element
 * @returns {[number, number] | null}
 */
function caretOf(element) {
  if (!(element instanceof HTMLInputElement) || element.type !== "text") return null;
  return [element.selectionStart ?? 0, element.selectionEnd ?? 0];
}
