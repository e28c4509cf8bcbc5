"""The explorer's page before an engine that a test scripts: what it is served and what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import vl_convert
from playwright.sync_api import Page

from forecast.reporting.drawing import VEGA_LITE

STATIC = Path(__file__).parents[2] / "src" / "forecast" / "widgets" / "static"
#: As strict as the app's: no script nor style but the page's own files, no address but its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src data:; img-src data: blob:; connect-src 'self'"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Explorer</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="static/explorer.css">
<script type="module" src="host.js"></script></head><body><main><div id="root"></div></main></body></html>"""
HOST = """import { mount } from "./static/explorer.js";
window.sent = [];
let hear = () => {};
window.tell = (message) => hear(message);
window.last = (kind) => window.sent.findLast((message) => message.kind === kind);
window.unmount = mount(document.getElementById("root"), {
  app: true,
  send: (message) => window.sent.push(message),
  listen: (callback) => { hear = callback; return () => { hear = () => {}; }; },
});
"""
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
TABLE = (
    '<div class="scroll" role="region" aria-label="Verdicts" tabindex="0"><table class="board">'
    '<caption>Verdicts</caption><thead><tr><th scope="col">Method</th><th scope="col">Verdict</th></tr></thead>'
    '<tbody><tr><th scope="row">Eurostat</th><td class="good">on track</td></tr></tbody></table></div>'
)
PINS = '<p><button type="button" data-action="restore" data-pin="2">Restore {name}</button></p>'
Message = dict[str, Any]


class _Files(BaseHTTPRequestHandler):
    """Serves the built files beside a page whose engine is scripted."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        made = {"/": ("text/html", PAGE.encode()), "/host.js": ("text/javascript", HOST.encode())}
        kind, content = made.get(path) or self._static(path)
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)

    def _static(self, path: str) -> tuple[str, bytes]:
        file = STATIC / Path(path).name
        return KINDS.get(file.suffix, "text/plain"), file.read_bytes() if file.is_file() else b""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is its result."""


@contextmanager
def serve() -> Iterator[str]:
    """Serve on a free port of this computer; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def compiled_chart() -> str:
    """A line and a rule with named data, compiled as the engine compiles its charts; JSON."""
    x, y = ({"field": field, "type": "quantitative", "scale": {"zero": False}} for field in "xy")
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 560,
        "height": 210,
        "datasets": {"path": [], "target": []},
        "layer": [
            {
                "mark": "line",
                "data": {"name": "path"},
                "encoding": {"x": x, "y": y},
            },
            {"mark": "rule", "data": {"name": "target"}, "encoding": {"y": y}},
        ],
        "config": {"aria": False, "font": "Liberation Sans, Arimo, Arial, Helvetica, sans-serif"},
    }
    return json.dumps(vl_convert.vegalite_to_vega(spec, vl_version=VEGA_LITE))


def page_message(seq: int = 1, language: str = "en", **changed: Any) -> Message:
    """The form: two choices, a switch, two levers, a text and a note."""
    french = language == "fr"
    label = "Croissance de la demande" if french else "Growth of demand"
    levers = [
        {"id": "demand", "kind": "range", "label": label, "value": 3, "text": "3", "shown": "+3 % a year", "unit": "%"}
        | {"min": -10, "max": 10, "step": 0.5, "help": "Volume of requests, yearly"},
        {"id": "start", "kind": "text", "label": "From", "value": "", "text": "", "aria": f"{label}: first period"}
        | {"beside": "demand", "placeholder": "2026"},
        {"id": "centres", "kind": "range", "label": "New centres", "value": 1, "text": "1", "shown": "1 centre"}
        | {"min": 0, "max": 5, "step": 1},
    ]
    return {
        "kind": "page",
        "seq": seq,
        "language": language,
        "title": "Explorateur" if french else "Explorer",
        "labels": {
            "skip": "Aller au résultat" if french else "Skip to the result",
            "answer": "Answer",
            "busy": "Being worked out",
            "close": "Close",
            "open": "Open",
            "typed": "{label}, typed",
            "fields_wrong": "Some fields hold something that cannot be.",
            "copied": "Copied.",
            "choose_file": "Choose a file",
        },
        "groups": [
            {"id": "what", "title": "What", "fields": [
                {"id": "plan", "kind": "choice", "label": "Plan", "value": "b", "options": [
                    {"value": "a", "label": "Plan A"}, {"value": "b", "label": "Plan B"}]},
                {"id": "language", "kind": "switch", "label": "Language", "value": language, "options": [
                    {"value": "fr", "label": "Français"}, {"value": "en", "label": "English"}]},
            ]},
            {"id": "levers", "title": "Levers", "fields": levers},
            {"id": "target", "title": "Target", "fields": [
                {"id": "due", "kind": "text", "label": "Due", "value": "2028", "text": "2028"},
                {"id": "rests", "kind": "note", "label": "", "value": "", "text": "Rests on an assumption."},
            ]},
        ],
        "toolbar": [
            {"action": "undo", "label": "Undo", "enabled": False, "key": "Control+z"},
            {"action": "reset", "label": "Reset", "enabled": True},
            {"action": "copy", "label": "Copy", "enabled": True},
        ],
        "saving": [
            {"id": "name", "kind": "text", "label": "Name", "value": ""},
            {"action": "save", "label": "Save", "enabled": True},
            {"action": "load", "label": "Load", "enabled": True, "kind": "file"},
        ],
        "parts": [{"id": "board", "title": "Verdicts"}, {"id": "pins", "title": "Pinned"}],
        "state": "plan=b",
    } | changed  # fmt: skip


def picture_message(seq: int, *, demand: float = 3, spec: str | None = "line", **changed: Any) -> Message:
    """A picture whose line ends at the lever's value; `spec` names the compiled chart to send along, None for none."""
    chart = {
        "id": spec or "line",
        "data": {
            "path": [{"x": year, "y": demand * (year - 2020)} for year in range(2020, 2029)],
            "target": [{"y": 42}],
        },
        "signals": {},
        "alt": f"Line that ends at {8 * demand:g}.",
        "width": 620,
        "height": 260,
    }
    return {
        "kind": "picture",
        "seq": seq,
        "state": f"plan=b&demand={demand:g}",
        "fields": {"demand": {"value": demand, "text": f"{demand:g}", "shown": f"{demand:+g} % a year", "error": None},
                   "due": {"value": "2028", "text": "2028", "shown": "2028", "error": None}},
        "chart": chart | ({"spec": json.loads(compiled_chart())} if spec else {}),
        "chance": {"share": 0.31, "shown": "31%", "words": "unlikely", "label": "Chance of reaching 42%"},
        "sentence": f"With demand at {demand:+g} %, 42 % is reached with probability 0.31.",
        "notes": ["Wide: one observation."],
        "enabled": {"undo": True},
        "seconds": 0.004,
    } | changed  # fmt: skip


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Complaints of the console and addresses asked for, as they come."""
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return complaints, asked


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression holds in the page; Playwright's own way is code from text, which the policy forbids."""
    page.evaluate(
        "() => new Promise((resolve, reject) => { let looks = 0; const look = () => {"
        f" if ({condition}) resolve(); else if (++looks > 500) reject(new Error('waited in vain'));"
        " else setTimeout(look, 10); }; look(); })"
    )


def tell(page: Page, message: Message) -> None:
    page.evaluate("message => tell(message)", message)


def sent(page: Page, kind: str = "change") -> list[Message]:
    return page.evaluate("kind => sent.filter((message) => message.kind === kind)", kind)


def wait_for_sent(page: Page, count: int, kind: str = "change") -> Message:
    wait_for(page, f"sent.filter((message) => message.kind === '{kind}').length >= {count}")
    return sent(page, kind)[count - 1]


def line(page: Page) -> str | None:
    return page.locator(".chart svg .mark-line path").first.get_attribute("d")
