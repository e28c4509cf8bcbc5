/** Files and the clipboard: what leaves the page for the reader's own computer, and what comes from there. */

/**
 * Hand a file to the browser as a download.
 * @param {{name: string, mime: string, base64: string}} file
 * @returns {string} Address of its content, within this page.
 */
export function download({ name, mime, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  return address;
}

/**
 * Put text into the clipboard. Where the browser refuses, the text stays selected in its field, ready for Control+C.
 * @param {string} text
 * @param {HTMLInputElement} field A field that shows the text.
 * @returns {Promise<boolean>} Whether it is in the clipboard.
 */
export async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

/**
 * Let the reader choose a file, and read it as text.
 * @param {HTMLInputElement} chooser
 * @returns {Promise<{name: string, text: string} | null>} Null when none was chosen.
 */
export async function readChosen(chooser) {
  const file = chooser.files?.[0];
  if (file === undefined) return null;
  const text = await file.text();
  chooser.value = ""; // so that the same file can be chosen again
  return { name: file.name, text };
}
