/**
 * The explorer's page. It computes nothing, words nothing and writes no number: the engine sends all of it, finished and
 * in the reader's language. `mount` joins the page to an engine; the default export is the widget of JupyterLab.
 */

import { Answer } from "./answer.js";
import { delegate, enableAll, makeButton, pressKey } from "./buttons.js";
import { Channel } from "./channel.js";
import { Chart, Specs } from "./chart.js";
import { complain, Controls, makeControl } from "./controls.js";
import { keepFocus, make, write } from "./dom.js";
import { Parts } from "./parts.js";
import { Status } from "./status.js";
import { afterPaint, Hand, markShown, measureStep } from "./timing.js";

/** @typedef {import("./channel.js").Host} Host */

class Explorer {
  #prefix = `forecast-${Math.random().toString(36).slice(2, 8)}`;
  #title = make("h2");
  #skip = make("a", { href: `#${this.#prefix}-answer`, class: "skip" });
  #toolbar = make("div", { class: "toolbar", role: "group" });
  #saving = make("div", { class: "saving", role: "group" });
  #controls = new Controls();
  #specs = new Specs();
  #chart = new Chart(this.#specs);
  #answer = new Answer();
  #parts = new Parts(this.#prefix, this.#specs);
  #status = new Status();
  /** What is typed in the fields beside the saving buttons; it goes with what they do. @type {Record<string, string>} */
  #given = {};
  /** @type {Map<string, import("./controls.js").Control>} */ #beside = new Map();
  /** @type {Record<string, string>} */ #labels = {};
  /** @type {any} */ #waitingPicture = null;
  #painting = false;
  /** Done when the frame of the last picture has been painted. @type {Promise<void>} */ #painted = Promise.resolve();
  #shownSeq = 0;
  /** @type {string | undefined} */ #state;
  /** @type {string | undefined} */ #address;
  /** Charts whose specification was asked for again. @type {Set<string>} */ #asked = new Set();
  /** What the next step of a field may show, by its value, told by the engine beforehand. */
  #foreseen = { field: "", pictures: /** @type {Map<unknown, any>} */ (new Map()) };
  /** Number of the change that was answered so, and its state. */ #early = { seq: 0, state: "" };

  /**
   * @param {HTMLElement} root
   * @param {Host} host
   */
  constructor(root, host) {
    this.root = root;
    this.#state = host.state;
    this.#address = host.address;
    this.#channel = new Channel(host, () => this.#channel.waits && this.#parts.work());
    this.#hand = new Hand(root);
    this.#lay(host.app);
    this.#unlisten = host.listen((message) => this.#receive(message));
    this.#channel.open(this.#state);
  }

  /** @type {Channel} */ #channel;
  /** @type {Hand} */ #hand;
  /** @type {() => void} */ #unlisten;

  close() {
    this.#unlisten();
    this.#channel.close();
    this.#parts.close();
    this.#status.close();
    this.#chart.close();
    this.root.replaceChildren();
  }

  /** @param {boolean} app */
  #lay(app) {
    const { root } = this;
    root.classList.add("forecast-explorer");
    root.classList.toggle("in-app", app);
    root.setAttribute("data-lm-suppress-shortcuts", "true");
    this.#answer.element.id = `${this.#prefix}-answer`;
    this.#skip.addEventListener("click", (event) => {
      event.preventDefault(); // the address holds the state, or belongs to JupyterLab
      this.#answer.element.focus();
    });
    const seen = make("div", { class: "seen" }, this.#answer.element, this.#chart.element);
    const results = make("div", { class: "results" }, seen, this.#answer.notes);
    // JupyterLab lets nothing stay at the foot of the window: there it stands beside the buttons that it answers
    results.append(this.#saving, ...(app ? [] : [this.#status.element]), this.#parts.element);
    const header = make("div", { class: "top" }, this.#title, this.#toolbar);
    const columns = make("div", { class: "columns" }, this.#controls.element, results);
    const foot = app ? [this.#status.element, this.#status.region] : [this.#status.region];
    root.append(make("div", { class: "page" }, this.#skip, header, columns, ...foot));
    root.addEventListener("keydown", (event) => {
      event.stopPropagation(); // not a shortcut of the notebook around
      pressKey(root, event);
    });
    delegate(this.#parts.element, (action, given, since) => this.#do(action, given, since));
  }

  /** @param {any} message */
  #receive(message) {
    this.#channel.heard(message);
    this.#specs.learn(message.chart ?? message.picture?.chart);
    switch (message.kind) {
      case "page":
        return this.#build(message);
      case "picture":
        this.#foreseen.pictures.clear(); // it was foreseen of an older one, perhaps in another view
        if (message.seq === this.#early.seq && message.state === this.#early.state) return this.#enable(message);
        return this.#paint(message);
      case "foreseen":
        return this.#foresee(message);
      case "part":
        return this.#showPart(message);
      case "refused":
        return this.#refuse(message);
      case "file":
        return this.#status.receive(message);
      case "said":
        return void this.#status.say(message);
      case "again":
        return this.#channel.open(this.#state); // the host found its engine again
    }
  }

  /** @param {any} page */
  #build(page) {
    const { title, language, labels, groups, toolbar, saving, parts, seq, state } = page;
    this.#labels = labels;
    this.#foreseen.pictures.clear();
    this.#state = state ?? this.#state;
    this.root.lang = language;
    write(this.#title, title);
    write(this.#skip, labels.skip);
    this.#answer.element.setAttribute("aria-label", labels.answer ?? title);
    this.#status.speak(labels);
    const changed = (/** @type {string} */ field, /** @type {unknown} */ value, /** @type {number} */ since) => {
      this.#status.pass();
      this.#change(field, value, this.#hand.before(since));
    };
    const context = { labels, prefix: this.#prefix, changed };
    keepFocus(this.root, () => {
      this.#controls.build(groups, context, (field) => this.#channel.isNewer(field, seq));
      this.#buildBar(this.#toolbar, toolbar ?? []);
      this.#buildBar(this.#saving, saving ?? []);
      this.#parts.build(parts ?? [], labels.busy);
    });
  }

  /**
   * Pass on a change, and show at once what was foreseen of it. That holds only for what nothing else was changed beside.
   * @param {string} field
   * @param {unknown} value
   * @param {number} since
   */
  #change(field, value, since) {
    const foreseen = !this.#channel.waits && field === this.#foreseen.field && this.#foreseen.pictures.get(value);
    this.#foreseen.pictures.clear();
    const seq = this.#channel.change(field, value, since);
    if (!foreseen) return;
    this.#early = { seq, state: foreseen.state };
    this.#paint({ ...foreseen, seq, foreseen: true });
  }

  /** @param {{field: string, value: unknown, picture: any}} told */
  #foresee({ field, value, picture }) {
    if (this.#channel.waits) return; // what it rests on is about to change
    this.#foreseen.field = field;
    this.#foreseen.pictures.set(value, picture);
  }

  /**
   * Fill a bar with buttons and fields. Such a field changes nothing by itself: it goes with what the buttons do.
   * @param {HTMLElement} bar
   * @param {any[]} items
   */
  #buildBar(bar, items) {
    const act = (/** @type {string} */ action, /** @type {object} */ given, /** @type {number} */ since) =>
      this.#do(action, bar === this.#saving ? { ...this.#given, ...given } : { ...given }, since);
    const changed = (/** @type {string} */ field, /** @type {any} */ value) => {
      this.#given[field] = value;
      complain(/** @type {any} */ (this.#beside.get(field)), null);
    };
    const context = { labels: this.#labels, prefix: `${this.#prefix}-${bar.className}`, changed };
    bar.hidden = items.length === 0;
    bar.replaceChildren(
      ...items.map((item) => {
        if ("action" in item) return makeButton(item, this.#labels, act);
        const text = this.#given[item.id] ?? item.text ?? item.value ?? "";
        this.#given[item.id] = text;
        this.#beside.set(item.id, makeControl({ ...item, text, value: text }, context));
        return /** @type {any} */ (this.#beside.get(item.id)).element;
      }),
    );
  }

  /**
   * @param {string} action
   * @param {object} given
   * @param {number} since
   */
  #do(action, given, since) {
    this.#foreseen.pictures.clear();
    const where = action === "copy" && this.#address ? { address: this.#address } : {};
    this.#channel.do(action, { ...given, ...where }, this.#hand.before(since));
  }

  /**
   * Paint the newest picture; one that comes while another is being painted waits, and only the newest of those is.
   * @param {any} picture
   */
  async #paint(picture) {
    this.#waitingPicture = picture;
    if (this.#painting) return;
    this.#painting = true;
    while (this.#waitingPicture !== null) {
      const next = this.#waitingPicture;
      this.#waitingPicture = null;
      if (next.seq >= this.#shownSeq) await this.#paintOne(next).catch((error) => console.error(error));
    }
    this.#painting = false;
  }

  /** @param {any} picture */
  async #paintOne(picture) {
    const { seq, state, fields, chart, sentence, chance, seconds, foreseen = false } = picture;
    const first = this.#shownSeq === 0;
    this.#shownSeq = seq;
    this.#state = state ?? this.#state;
    if (chart && !this.#specs.has(chart.id)) return this.#askAgain(chart.id);
    // Nothing is waited for but Vega's own microtasks, so all of it comes with the same frame
    await this.#chart.show(chart);
    this.#answer.show(picture);
    this.#controls.show(fields, (field) => this.#channel.isNewer(field, seq));
    this.#enable(picture);
    this.#status.soon([chance && `${chance.label} ${chance.shown}`, sentence].filter(Boolean).join(". "));
    this.#parts.await(seq);
    this.#painted = new Promise(afterPaint);
    const since = this.#channel.takeAsked(seq);
    if (first) markShown();
    if (since !== undefined) measureStep(since, { seq, kernel: seconds, foreseen });
  }

  /** @param {{enabled?: Record<string, boolean>}} picture */
  #enable({ enabled = {} }) {
    enableAll(this.root, enabled);
  }

  /**
   * Show a part, but not before the frame of the picture that it goes with: laying it out would hold that frame up.
   * @param {any} part
   */
  #showPart(part) {
    if (part.chart && !this.#specs.has(part.chart.id)) return this.#askAgain(part.chart.id);
    this.#painted.then(() => this.#parts.show(part)).catch((error) => console.error(error));
  }

  /**
   * Open anew when the engine believes that this page has a specification which it has not.
   * @param {string} id
   */
  #askAgain(id) {
    if (this.#asked.has(id)) throw new Error(`chart ${id} came without its specification`);
    this.#asked.add(id);
    this.#channel.open(this.#state);
  }

  /**
   * Show errors beside their fields; what belongs to none that is here is said.
   * @param {{seq: number, errors: Record<string, string>}} message
   */
  #refuse({ seq, errors }) {
    const current = Object.entries(errors).filter(([field]) => !this.#channel.isNewer(field, seq));
    const homeless = [];
    for (const [field, text] of current) {
      const control = this.#controls.get(field) ?? this.#beside.get(field);
      if (control === undefined) homeless.push(text);
      else complain(control, text);
    }
    if (homeless.length > 0) this.#status.say({ text: homeless.join(" "), tone: "failed" });
    else if (current.length > 0) this.#status.refuse(Object.fromEntries(current));
  }
}

/**
 * Show an explorer in an element.
 * @param {HTMLElement} root
 * @param {Host} host Joins the page to its engine.
 * @returns {() => void} Takes it away again.
 */
export function mount(root, host) {
  const explorer = new Explorer(root, host);
  return () => explorer.close();
}

/**
 * The widget: its host is the kernel's model.
 * @param {{model: any, el: HTMLElement}} context
 * @returns {() => void}
 */
function render({ model, el }) {
  const root = document.createElement("div");
  el.append(root);
  return mount(root, {
    app: false,
    send: (message) => model.send(message),
    listen: (callback) => {
      const hear = (/** @type {object} */ message) => callback(message);
      model.on("msg:custom", hear);
      return () => model.off("msg:custom", hear);
    },
  });
}

export default { render };
