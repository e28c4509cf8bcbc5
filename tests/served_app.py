"""A real server of the app on a free port, with a session that only repeats what it is told."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, websocket_connect

from forecast.widgets.access import Door
from forecast.widgets.app import close, listen, make_app, serve

TOKEN = "a-token-for-these-tests"
NAME = "plans.example.org"


def played(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test that is a coroutine."""

    @functools.wraps(test)
    def play(*args: Any, **other: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **other), timeout=30))

    return play


class Echo:
    """A session that holds what was changed and says all of it; slow parts wait for `gate`.

    A message may ask for `parts` (how many), to `fail`, to `say` something in place of that,
    and that even its first answer should `wait`.
    """

    def __init__(self, post: Callable[[dict[str, Any]], None]) -> None:
        self.post = post
        self.held: dict[str, object] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.closed: list[int] = []
        self.left = False

    def answer(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seq = message.get("seq", 0)
        self.held.update(message.get("changes", {}))
        if "fail" in message:
            raise ValueError(message["fail"])
        try:
            if "wait" in message:
                self.wait()
            yield message.get("say") or {"kind": "picture", "seq": seq, "state": dict(self.held)}
            for number in range(message.get("parts", 0)):
                self.wait()
                yield {"kind": "part", "seq": seq, "id": number}
        finally:
            self.closed.append(seq)

    def close(self) -> None:
        self.left = True

    def wait(self) -> None:
        self.begun.set()
        self.gate.wait(timeout=20)


@dataclass
class Page:
    """One open page: a WebSocket."""

    socket: WebSocketClientConnection

    async def say(self, *messages: object) -> None:
        for message in messages:
            await self.socket.write_message(message if isinstance(message, str | bytes) else json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        text = await self.socket.read_message()
        assert text is not None, "closed by the server"
        return json.loads(text)

    async def was_heard(self) -> None:
        """Wait until all that was said has been taken in, which the answer to nonsense tells."""
        await self.say("?")
        assert (await self.hear())["tone"] == "failed"


@dataclass
class Site:
    """The server, and how to ask it."""

    port: int
    application: Application
    sessions: list[Echo] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    async def get(self, path: str, *, cookie: str | None = None, host: str = "", **other: Any) -> HTTPResponse:
        headers = {**other.pop("headers", {}), **({"Host": host} if host else {})}
        if cookie:
            headers["Cookie"] = f"forecast-app-{self.port}={cookie}"
        request = HTTPRequest(
            f"http://127.0.0.1:{self.port}{path}",
            headers=headers,
            follow_redirects=False,
            decompress_response=False,
            **other,
        )
        return await AsyncHTTPClient(force_instance=True).fetch(request, raise_error=False)

    async def open(self, *, origin: str | None = "", cookie: str = TOKEN, **headers: str) -> Page:
        if origin is not None:
            headers["Origin"] = origin or f"http://127.0.0.1:{self.port}"
        headers["Cookie"] = f"forecast-app-{self.port}={cookie}"
        self.pages.append(
            Page(await websocket_connect(HTTPRequest(f"ws://127.0.0.1:{self.port}/live", headers=headers)))
        )
        return self.pages[-1]


@asynccontextmanager
async def served(static: Path, **options: Any) -> AsyncIterator[Site]:
    """Start a server on files of a folder, and close it in the end."""
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        sessions: list[Echo] = []

        def make(post: Callable[[dict[str, Any]], None]) -> Echo:
            sessions.append(Echo(post))
            return sessions[-1]

        door = Door.at(port, TOKEN, [NAME])
        application = make_app(make, door=door, static=static, **{"language": "en", **options})
        server = serve(application, taken)
        here = Site(port, application, sessions)
        try:
            yield here
        finally:
            for session in sessions:
                session.gate.set()
            await close(server, application)
            for page in here.pages:
                page.socket.close()
