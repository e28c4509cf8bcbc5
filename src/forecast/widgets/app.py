"""The explorer as an app: a server of one page, with a session for each page that is open.

No kernel stands behind it, so nobody can run code of their own through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from tornado.httpserver import HTTPServer
from tornado.web import Application

from forecast.errors import RunError
from forecast.widgets.access import Door, Entrance, Guarded, Nowhere
from forecast.widgets.live import LARGEST, MOST_OPEN, Live, MakeSession, Switchboard
from forecast.widgets.steps import SWITCH

STATIC = Path(__file__).parent / "static"
#: Files that are served, with their types; no other can be asked for.
TYPES = {
    "page.html": "text/html; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "explorer.js": "text/javascript; charset=utf-8",
    "explorer.css": "text/css; charset=utf-8",
}
#: Addresses that mean every network of the machine.
EVERYWHERE = ("", "0.0.0.0", "::")
_PORT = re.compile(r":\d+$")
#: Seconds after which a page that does not answer a ping is taken for closed.
PING = 30


class Front(Entrance):
    """The page itself."""

    def initialize(self, door: Door, page: bytes) -> None:  # type: ignore[override]  # takes more
        """Take the page."""
        super().initialize(door)
        self.page = page

    def get(self) -> None:
        """Give the page."""
        self.set_header("Content-Type", TYPES["page.html"])
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.page)

    head = get


class Asset(Guarded):
    """A file of the page."""

    def initialize(self, door: Door, files: Mapping[str, bytes]) -> None:  # type: ignore[override]  # takes more
        """Take the files."""
        super().initialize(door)
        self.files = files

    def get(self, name: str) -> None:
        """Give the file; a browser that has it is told so by its `ETag`."""
        if name not in self.files:
            self.send_error(404)
            return
        self.set_header("Content-Type", TYPES[name])
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.files[name])

    head = get


def make_app(
    make_session: MakeSession,
    *,
    door: Door,
    language: str = "fr",
    most: int = MOST_OPEN,
    static: Path = STATIC,
) -> Application:
    """Make the app.

    Parameters
    ----------
    make_session : callable
        Makes the session of a page, in a thread; it is given what sends messages that answer none.
    door : Door
        Who is let in.
    language : str
        Language of what is said to a page before its session has said in which it speaks.
    most : int
        Pages that may be open at once.
    static : Path
        Folder of the built files.

    Raises
    ------
    RunError
        If one of the files was not built.
    """
    files = read_files(static)
    switchboard = Switchboard(make_session, language=language, most=most)
    return Application(
        [
            ("/", Front, {"door": door, "page": files["page.html"]}),
            (r"/static/([a-z.]+)", Asset, {"door": door, "files": files}),
            ("/live", Live, {"door": door, "switchboard": switchboard}),
        ],
        default_handler_class=Nowhere,
        default_handler_args={"door": door},
        log_function=lambda handler: None,  # addresses hold the token
        switchboard=switchboard,
        websocket_ping_interval=PING,
        websocket_max_message_size=4 * LARGEST,  # up to here it is read and refused in words; beyond, closed
    )


def read_files(static: Path) -> dict[str, bytes]:
    """Read the files that are served; raise `RunError` when one is missing."""
    if missing := sorted(name for name in TYPES if not (static / name).is_file()):
        raise RunError(f"{static.name}/{', '.join(missing)}: not built; run `make web`")
    return {name: (static / name).read_bytes() for name in TYPES}


def listen(host: str, port: int) -> socket.socket:
    """Take a port of an address, 0 for any that is free; raise `RunError` when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        raise RunError(_explain(error, host, port)) from error
    taken.setblocking(False)
    return taken


def _explain(error: Exception, host: str, port: int) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; close what uses it, or give another: --port 0 takes any that is free"
    if number == errno.EACCES:
        return f"port {port} of {host} is kept for the system; give one from 1024 up, or --port 0"
    return f"host '{host}' is not an address of this machine; 127.0.0.1 is one, and 0.0.0.0 stands for all it has"


def write_address(host: str, port: int, query: Mapping[str, str]) -> str:
    """Write the address that opens the page; the host may bring its own port."""
    return f"http://{host if _PORT.search(host) else f'{host}:{port}'}/?{urlencode(query)}"


def serve(app: Application, taken: socket.socket) -> HTTPServer:
    """Serve the app on a port that was taken; nobody sends anything large to it but over the WebSocket."""
    server = HTTPServer(app, max_body_size=10_000, idle_connection_timeout=60)
    server.add_socket(taken)
    return server


async def close(server: HTTPServer, app: Application) -> None:
    """Stop serving: no more pages, then the sessions, then the connections."""
    server.stop()
    await app.settings["switchboard"].close()
    await server.close_all_connections()


async def serve_until_stopped(app: Application, taken: socket.socket, tell: Callable[[], None]) -> None:
    """Serve until the process is asked to end (SIGTERM) or interrupted; `tell` is called when pages can be opened."""
    sys.setswitchinterval(SWITCH)
    asked = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no such signals
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    server = serve(app, taken)
    try:
        tell()
        await asked.wait()
    finally:
        await close(server, app)


def warm_up(make_session: MakeSession, query: Mapping[str, str]) -> None:
    """Open a session once, so that what all of them share is read and computed before the first reader comes.

    Raises
    ------
    RunError
        If it cannot be opened.
    """
    for answer in make_session(lambda message: None).answer({"kind": "open", "seq": 0, "state": urlencode(query)}):
        if answer["kind"] == "said" and answer["tone"] == "failed":
            raise RunError(f"the explorer cannot be opened: {answer['text']}")
