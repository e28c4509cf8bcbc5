/** The page of the app: joins the explorer to the server by one WebSocket, and keeps the state in the address. */

import { mount } from "./explorer.js";

/** Milliseconds before the first and before the last attempts to connect again. */
const SOONEST = 500;
const LATEST = 10_000;
/** Milliseconds between two changes of the address: browsers allow few. */
const ADDRESS_EVERY = 500;

/** @type {((message: any) => void)[]} */
let listeners = [];
/** @type {WebSocket | undefined} */
let socket;
/** @type {Record<string, string>} */
let labels = {};
let lost = false;
let attempts = 0;
/** What opens the page, until the first connection. @type {object | null} */
let unsent = null;
/** @type {string | null} */
let shownState = null;
let addressTimer = 0;

/** @param {any} message */
function tell(message) {
  for (const listener of listeners) listener(message);
}

/** @param {object} message */
function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  else if (!lost) unsent = message; // still connecting for the first time; later, the page opens anew
}

function connect() {
  const address = new URL("live", document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  address.search = address.hash = "";
  socket = new WebSocket(address);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
  socket.addEventListener("close", closed);
}

function opened() {
  attempts = 0;
  if (unsent !== null) send(unsent);
  unsent = null;
  if (!lost) return;
  lost = false;
  tell({ kind: "again" });
  tell({ kind: "said", tone: "done", text: labels.back ?? "" });
}

function closed() {
  if (!lost && labels.lost) tell({ kind: "said", tone: "failed", text: labels.lost });
  lost = lost || unsent === null;
  window.setTimeout(connect, Math.min(LATEST, SOONEST * 2 ** attempts));
  attempts += 1;
}

/** @param {any} message */
function receive(message) {
  if (message.kind === "page") {
    labels = message.labels;
    document.documentElement.lang = message.language;
    document.title = message.title;
  }
  if (message.kind === "page" || message.kind === "picture") keepInAddress(message.state);
  tell(message);
}

/** @param {string | undefined} state */
function keepInAddress(state) {
  if (state === undefined || state === shownState) return;
  shownState = state;
  if (addressTimer !== 0) return;
  addressTimer = window.setTimeout(() => {
    addressTimer = 0;
    history.replaceState(null, "", `?${shownState}`);
  }, ADDRESS_EVERY);
}

mount(/** @type {HTMLElement} */ (document.getElementById("explorer")), {
  app: true,
  state: location.search.slice(1),
  address: location.origin + location.pathname,
  send,
  listen: (callback) => {
    listeners.push(callback);
    return () => void (listeners = listeners.filter((listener) => listener !== callback));
  },
});
connect();
