"""What one page and its session say to each other over a WebSocket, and the threads that answer.

A first answer never waits behind a slow part of another reader: the two have threads of their own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from forecast.schema.language import translator
from forecast.widgets.access import NO_TOKEN, Door, Guarded
from forecast.widgets.steps import BREATH, LEAD

Message = dict[str, Any]

#: Largest message that is read, in characters; the page's are short, but for a scenario file.
LARGEST = 2_000_000
#: Messages of one page that may wait; beyond, no more are read from it until some are answered.
MOST_WAITING = 100
#: Pages that may be open at once.
MOST_OPEN = 50
log = logging.getLogger(__name__)


class Session(Protocol):
    """What answers a page; see `forecast.widgets.session`."""

    def answer(self, message: Message) -> Iterator[Message]:
        """Answer a message: first what is fast, then the slow parts."""
        ...

    def close(self) -> None:
        """Let go of what goes on in the background."""
        ...


#: Makes the session of a page; it is given what sends messages that answer none, from any thread.
MakeSession = Callable[[Callable[[Message], None]], Session]


class Line(Protocol):
    """What carries messages to a page: a WebSocket."""

    def write_message(self, message: str) -> Awaitable[None]:
        """Send a message; done when it is on its way."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Close, with a code of RFC 6455."""
        ...


@dataclass
class Turn:
    """A message, and how far its answer has come.

    Attributes
    ----------
    fast : bool
        Whether what comes next is awaited at once: the first answer, and what fills the form after a new one.
    kind : str
        Of the answer that came last.
    """

    message: Message
    answers: Iterator[Message] | None = None
    fast: bool = True
    kind: str = ""
    ended: bool = False


class Switchboard:
    """The conversations under way, and the threads that answer them.

    Slow parts have one thread less than there are cores, so that they leave one to the first answers.
    """

    def __init__(self, make_session: MakeSession, *, language: str, most: int = MOST_OPEN) -> None:
        cores = os.cpu_count() or 1
        self.make_session = make_session
        self.language = language
        self.most = most
        self.fast = ThreadPoolExecutor(cores, "first-answers")
        self.slow = ThreadPoolExecutor(max(1, cores - 1), "slow-parts")
        self.under_way: set[Conversation] = set()

    def connect(self, line: Line) -> Conversation | None:
        """Begin a conversation; None when as many as may be are under way."""
        if len(self.under_way) >= self.most:
            return None
        conversation = Conversation(self, line)
        self.under_way.add(conversation)
        return conversation

    def say_full(self) -> str:
        """Write the message to who is one too many."""
        _ = translator(self.language)
        text = _("{n} pages are open here, as many as this app takes. Close one, or try again later.")
        return write(complain(text.format(n=self.most)))

    async def close(self, seconds: float = 2.0) -> None:
        """End every conversation and the threads; a step that is being computed has some time to end."""
        for conversation in tuple(self.under_way):
            conversation.line.close(1001, "stopped")
            conversation.end()
        if talking := [conversation.talking for conversation in self.under_way if conversation.talking]:
            await asyncio.wait(talking, timeout=seconds)
        self.fast.shutdown(wait=False, cancel_futures=True)
        self.slow.shutdown(wait=False, cancel_futures=True)


class Conversation:
    """One page and its session, which is made for the first message and used by one thread at a time."""

    def __init__(self, switchboard: Switchboard, line: Line) -> None:
        self.line = line
        self.talking: asyncio.Task[None] | None = None
        self._switchboard = switchboard
        self._language = switchboard.language
        self._session: Session | None = None
        self._waiting: deque[Message] = deque()
        self._slow_step: Future[Any] | None = None
        self._room, self._news = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._over = False

    async def hear(self, said: str | bytes) -> None:
        """Take in what the page said; returns once there is room for more."""
        if self._over:
            return
        message, fault = read(said, translator(self._language))
        if message is None:
            await self._say(write(complain(fault)))
            return
        enqueue(message, self._waiting)
        self._go_on()
        while len(self._waiting) >= MOST_WAITING and not self._over:
            self._room.clear()
            await self._room.wait()

    def end(self) -> None:
        """Answer nothing more, and drop the session."""
        self._over = True
        self._waiting.clear()
        self._room.set()
        self._go_on()

    def post(self, message: Message) -> None:
        """Send what answers no message, such as progress; from any thread, and to no avail once the page is closed."""
        text = write({"seq": 0, **message})
        with suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(self._deliver, text)

    def _deliver(self, text: str) -> None:
        if not self._over:
            delivery = self._loop.create_task(self._say(text))
            self._deliveries.add(delivery)  # a task that nobody holds may vanish
            delivery.add_done_callback(self._deliveries.discard)

    def _go_on(self) -> None:
        """Let a slow part that no thread has begun give way, and see that somebody talks."""
        self._news.set()
        if self._slow_step:
            self._slow_step.cancel()
        if self.talking is None:
            self.talking = asyncio.create_task(self._talk())

    async def _talk(self) -> None:
        """Answer what waits, the oldest first."""
        while self._waiting:
            turn = Turn(self._waiting.popleft())
            self._room.set()
            await self._take(turn)
        if self._over:
            if self._session:
                self._session.close()
            self._session = None
            self._switchboard.under_way.discard(self)
        self.talking = None

    async def _take(self, turn: Turn) -> None:
        """Send the answers of a message until there is no more, or a newer message waits."""
        while not turn.ended:
            before = turn.kind
            answer = await self._compute(turn)
            if answer is not None:
                await self._say(answer)
            if before == "picture":  # with what was foreseen; the slow parts are next
                await self._give_way()
            if self._over or self._waiting:
                break
        await self._drop(turn)

    async def _give_way(self) -> None:
        """Leave the reader a moment for the next change."""
        self._news.clear()
        if not (self._over or self._waiting):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LEAD)

    async def _compute(self, turn: Turn) -> str | None:
        """Compute the next answer of a message in a thread; None when there is nothing to send, or it gave way."""
        if turn.fast:
            return await self._in_thread(self._switchboard.fast.submit(self._next, turn))
        self._slow_step = self._switchboard.slow.submit(self._next, turn)
        try:
            return await self._in_thread(self._slow_step)
        finally:
            self._slow_step = None

    @staticmethod
    async def _in_thread(step: Future[str | None]) -> str | None:
        """Wait for a step; None when it was cancelled before any thread began it."""
        await asyncio.wait([asyncio.wrap_future(step)])
        return None if step.cancelled() else step.result()

    def _next(self, turn: Turn) -> str | None:
        """Take the next answer, as text; what fails is said to the page and to who runs the app."""
        try:
            if turn.answers is None:
                self._session = self._session or self._switchboard.make_session(self.post)
                turn.answers = iter(self._session.answer(turn.message))
            answer = next(turn.answers, None)
            if answer is None:
                turn.answers, turn.ended = None, True
                return None
            turn.kind = answer["kind"]
            turn.fast = turn.kind == "page"
            if turn.fast:
                self._language = answer["language"]
            return None if answer is BREATH else write(answer)
        except Exception:
            log.exception("a message of kind %r could not be answered", turn.message.get("kind"))
            turn.ended = True
            _ = translator(self._language)
            text = _("Something failed here, and this was not done. Load the page again if it goes on.")
            return write(complain(text, turn.message.get("seq", 0)))

    async def _drop(self, turn: Turn) -> None:
        """Close answers that were not all taken, in a thread: their own `finally` may take time."""
        if isinstance(turn.answers, Generator):
            close = self._switchboard.fast.submit(turn.answers.close)
            await asyncio.wait([asyncio.wrap_future(close)])

    async def _say(self, text: str) -> None:
        try:
            await self.line.write_message(text)
        except WebSocketClosedError:
            self.end()


class Live(Guarded, WebSocketHandler):
    """The WebSocket of a page."""

    conversation: Conversation | None = None

    def initialize(self, door: Door, switchboard: Switchboard) -> None:  # type: ignore[override]  # takes more
        """Take the door and the switchboard."""
        super().initialize(door)
        self.switchboard = switchboard

    def enter(self) -> None:
        """Let in who has the cookie and comes from our own page: cookies come along from everywhere."""
        if self.door.knows_origin(self.request.headers.get("Origin", "")):
            super().enter()
        else:
            self.refuse(NO_TOKEN)

    def check_origin(self, origin: str) -> bool:
        """Whether the page is our own."""
        return self.door.knows_origin(origin)

    async def open(self, *_args: str, **_kwargs: str) -> None:
        """Begin the conversation, without the 40 ms that small messages are otherwise held back."""
        self.set_nodelay(True)
        self.conversation = self.switchboard.connect(self)
        if self.conversation is None:
            await self.write_message(self.switchboard.say_full())
            self.close(1013, "full")

    async def on_message(self, message: str | bytes) -> None:
        """Hand a message on; the next one is read when there is room for it."""
        if self.conversation:
            await self.conversation.hear(message)

    def on_close(self) -> None:
        """End the conversation."""
        if self.conversation:
            self.conversation.end()


def read(said: str | bytes, _: Callable[[str], str]) -> tuple[Message | None, str]:
    """Read a message of the page: a JSON object, else None and what is wrong with it."""
    if len(said) > LARGEST:
        return None, _("This is too large and was not read; a file may have {n} MB.").format(n=LARGEST // 1_000_000)
    unreadable = _("This could not be read, and nothing was done. Load the page again.")
    try:
        message = json.loads(said, parse_constant=_refuse_constant)
        json.dumps(message, ensure_ascii=False).encode()  # half a character is JSON, but can be written nowhere
    except (ValueError, RecursionError):
        return None, unreadable
    return (message, "") if isinstance(message, dict) else (None, unreadable)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def enqueue(message: Message, waiting: deque[Message]) -> None:
    """Let a message wait; a change joins one just before it, and of a field both change the newer value stays."""
    last = waiting[-1] if waiting else {}
    if not (_is_change(last) and _is_change(message)):
        waiting.append(message)
        return
    older = {field: value for field, value in last["changes"].items() if field not in message["changes"]}
    waiting[-1] = {**message, "changes": {**older, **message["changes"]}}


def _is_change(message: Message) -> bool:
    return message.get("kind") == "change" and isinstance(message.get("changes"), dict)


def complain(text: str, seq: object = 0) -> Message:
    """Make the message that something failed."""
    return {"kind": "said", "seq": seq, "text": text, "tone": "failed"}


def write(answer: Message) -> str:
    """Write a message as the page reads it, which knows neither NaN nor infinity."""
    return json.dumps(answer, allow_nan=False, separators=(",", ":"))
