/**
 * What goes to the engine: one change in flight, and while it is unanswered the newest value of each field waits.
 * What is not answered in time is asked again, with the newest values: neither a lost message nor a lost answer can
 * leave the page blocked, empty or behind.
 */

/** Milliseconds after which an answer counts as lost: at first, and at most, as each further wait is twice as long. */
const ANSWER_WITHIN = 1500;
const LONGEST = 12_000;

/**
 * @typedef {object} Host
 * @property {(message: object) => void} send
 * @property {(callback: (message: any) => void) => () => void} listen Returns what ends the listening.
 * @property {boolean} app Whether the page is on its own, outside JupyterLab.
 * @property {string} [state] The state to open with.
 * @property {string} [address] Where links to the page lead; without it, what is shared is the text of a state alone.
 */

export class Channel {
  /** @type {Host} */ #host;
  /** @type {() => void} */ #moved;
  #seq = 0;
  /** @type {Map<string, unknown>} */ #waiting = new Map();
  #waitingSince = 0;
  /** @type {{seq: number, message: Record<string, any>, within: number, timer: number} | null} */ #inFlight = null;
  /** When each field was last sent. @type {Map<string, number>} */ #sent = new Map();
  /** When the reader asked for what each message asks. @type {Map<number, number>} */ #asked = new Map();

  /**
   * @param {Host} host
   * @param {() => void} moved Called when the channel begins or ends to wait for an answer.
   */
  constructor(host, moved) {
    this.#host = host;
    this.#moved = moved;
  }

  /** Whether something that the reader changed has no answer yet. */
  get waits() {
    return this.#inFlight !== null || this.#waiting.size > 0;
  }

  /**
   * Ask for the whole page.
   * @param {string | undefined} state
   */
  open(state) {
    this.#launch({ kind: "open", ...(state ? { state } : {}) });
  }

  /**
   * Pass on a field's new value, now or when the change in flight is answered.
   * @param {string} field
   * @param {unknown} value
   * @param {number} since When the reader touched it, on the clock of `event.timeStamp`.
   * @returns {number} The newest number: the change's own if it went at once.
   */
  change(field, value, since) {
    this.#waiting.set(field, value);
    this.#waitingSince = since;
    if (this.#inFlight === null) this.#flush();
    return this.#seq;
  }

  /**
   * Ask for an action; what waits goes before it.
   * @param {string} action
   * @param {Record<string, unknown>} given
   * @param {number} since
   */
  do(action, given, since) {
    this.#flush();
    this.#asked.set(this.#send({ ...given, kind: "do", action }), since);
  }

  /**
   * Take note of a message that came: it may answer the change in flight.
   * @param {{kind: string, seq?: number, tone?: string}} message
   */
  heard({ kind, seq = 0, tone }) {
    this.#seq = Math.max(this.#seq, seq); // two views of one explorer share an engine, and so its numbers
    if (this.#inFlight === null || seq < this.#inFlight.seq) return;
    const answers = kind === "picture" || kind === "refused" || (kind === "said" && tone === "failed");
    if (answers) this.#goOn();
  }

  /**
   * Whether a field holds something newer than what a message answers.
   * @param {string} field
   * @param {number} seq
   */
  isNewer(field, seq) {
    return this.#waiting.has(field) || (this.#sent.get(field) ?? 0) > seq;
  }

  /**
   * When the reader asked for what a message answers; undefined for what nobody asked. Asked once for each answer.
   * @param {number} seq
   * @returns {number | undefined}
   */
  takeAsked(seq) {
    const since = this.#asked.get(seq);
    for (const older of this.#asked.keys()) if (older <= seq) this.#asked.delete(older);
    return since;
  }

  /** Forget what is in flight and what waits. */
  close() {
    this.#waiting.clear();
    this.#land();
  }

  /** @param {number} [within] */
  #flush(within) {
    if (this.#waiting.size === 0) return;
    const changes = Object.fromEntries(this.#waiting);
    this.#waiting.clear();
    const seq = this.#launch({ kind: "change", changes }, within);
    for (const field of Object.keys(changes)) this.#sent.set(field, seq);
    this.#asked.set(seq, this.#waitingSince);
    this.#moved();
  }

  #goOn() {
    this.#land();
    this.#flush();
    this.#moved();
  }

  /**
   * Send what must be answered, in the place of what was in flight.
   * @param {Record<string, any>} message
   * @param {number} [within] Milliseconds until it is asked again.
   * @returns {number} Its number.
   */
  #launch(message, within = ANSWER_WITHIN) {
    this.#land();
    const seq = this.#send(message);
    this.#inFlight = { seq, message, within, timer: window.setTimeout(() => this.#askAgain(), within) };
    return seq;
  }

  #askAgain() {
    if (this.#inFlight === null) return;
    const { message, within } = this.#inFlight;
    const longer = Math.min(LONGEST, 2 * within);
    if (message.kind === "open") return void this.#launch(message, longer);
    const newer = this.#waiting;
    this.#waiting = new Map(Object.entries(message.changes));
    for (const [field, value] of newer) this.#waiting.set(field, value);
    this.#flush(longer);
  }

  #land() {
    if (this.#inFlight !== null) window.clearTimeout(this.#inFlight.timer);
    this.#inFlight = null;
  }

  /**
   * @param {object} message
   * @returns {number} Its number.
   */
  #send(message) {
    this.#seq += 1;
    this.#host.send({ ...message, seq: this.#seq });
    return this.#seq;
  }
}
