/** From the reader's hand to the painted picture: times in the page's own performance timeline. */

/** Milliseconds within which a key or a pointer is what moved a control. */
const SAME_GESTURE = 100;

/** When a key was struck or a pointer moved last; a control's own event comes a little after. */
export class Hand {
  #last = -Infinity;

  /** @param {Element} root */
  constructor(root) {
    const note = (/** @type {Event} */ event) => void (this.#last = event.timeStamp);
    for (const kind of ["keydown", "pointerdown", "pointermove"]) root.addEventListener(kind, note, { capture: true });
  }

  /**
   * When the reader moved, given when the control noticed.
   * @param {number} noticed
   */
  before(noticed) {
    return noticed - this.#last < SAME_GESTURE ? Math.min(this.#last, noticed) : noticed;
  }
}

/**
 * Call back once the next frame has been painted: a message posted from a frame comes after its painting.
 * @param {() => void} callback
 */
export function afterPaint(callback) {
  window.requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = callback;
    port2.postMessage(null);
  });
}

/**
 * Enter one step into the timeline: `forecast:step`, from the reader's event to the frame that answers it.
 * @param {number} start
 * @param {{seq: number, kernel?: number, foreseen: boolean}} detail `kernel`: seconds that the engine took, beforehand
 *   where it was foreseen.
 */
export function measureStep(start, detail) {
  afterPaint(() => performance.measure("forecast:step", { start, end: performance.now(), detail }));
}

/** Enter into the timeline that the first picture is there: `forecast:shown`. */
export function markShown() {
  afterPaint(() => performance.mark("forecast:shown"));
}
