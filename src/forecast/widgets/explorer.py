"""The explorer in JupyterLab: the page shown by anywidget, its messages exchanged with a session in this kernel."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Iterator, Mapping
from contextvars import Context, copy_context
from datetime import date
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from forecast.plans.catalogue import Catalogue
from forecast.reporting.live import compile_chart
from forecast.study import Study
from forecast.widgets.session import Session
from forecast.widgets.state import ASSUMED, LEVER
from forecast.widgets.steps import BREATH, LEAD, SWITCH

STATIC = Path(__file__).parent / "static"
# Loaded with the import, rather than with the first cell that shows an explorer: the compiler of charts, and what the
# default model computes with
compile_chart('{"data": {"values": []}, "mark": "point"}')
importlib.import_module("scipy.special")
#: Seconds for a picture to leave, and for what the page had kept back until it came.
LEAVE = 0.008


class Explorer(anywidget.AnyWidget):
    """Move a target or a lever of a plan, and see what follows.

    Parameters
    ----------
    plan, indicator, scenario : str, optional
        Ids to begin with.
    language : {'fr', 'en'}, optional
        Of the page; that of the parameters when not given.
    as_of : date, optional
        Only what was known on this day counts; today by default.
    levers, assumptions : mapping of str to float, optional
        Where levers are put, and starting values that are assumed.
    due, value, operator, model, interval : optional
        Of the last target in numbers; name of the model; widest interval shown, percent.
    state : str, optional
        Text of a state, as the page gives it; what is given beside it comes on top.
    catalogue : Catalogue, optional
        Plans and scenarios; those around the current folder when not given.

    Attributes
    ----------
    state : str
        What the reader chose; setting it shows another state.

    Raises
    ------
    Refused
        If something cannot be as it is given.
    """

    _esm = STATIC / "explorer.js"
    _css = STATIC / "explorer.css"
    state = traitlets.Unicode()

    def __init__(
        self,
        plan: str | None = None,
        indicator: str | None = None,
        *,
        language: str | None = None,
        as_of: date | str | None = None,
        levers: Mapping[str, float] | None = None,
        assumptions: Mapping[str, float] | None = None,
        state: str = "",
        catalogue: Catalogue | None = None,
        **chosen: Any,
    ) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH)  # the kernel's messages come and go by threads of its own
        self._session = Session(catalogue or Catalogue.find(), language=language, post=self._post)
        # JupyterLab sends the first messages to the kernel's main thread, and later ones to another
        self._lock = threading.RLock()
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._at: tuple[asyncio.AbstractEventLoop, Context] | None = None  # where the kernel sends from
        given = {"plan": plan, "indicator": indicator, "language": language, "as_of": as_of, **chosen}
        fields = {name: str(value) for name, value in given.items() if value is not None}
        fields |= {f"{LEVER}{name}": f"{value:.12g}" for name, value in (levers or {}).items()}
        fields |= {f"{ASSUMED}{name}": f"{value:.12g}" for name, value in (assumptions or {}).items()}
        self._session.begin_with(state, fields)
        self.state = self._session.state.text()
        self.on_msg(self._receive)

    @property
    def study(self) -> Study:
        """The study of what is shown."""
        return self._session.study

    @traitlets.observe("state")
    def _go_to(self, change: Any) -> None:
        """Show the state that was set from outside."""
        if change["new"] == self._session.state.text():
            return
        with self._lock:
            try:
                self._session.begin_with(change["new"], {})
            finally:  # what is refused is not kept
                self.state = self._session.state.text()
            self._begin({"kind": "open"})

    def _receive(self, widget: Any, message: Mapping[str, Any], buffers: Any) -> None:
        with self._lock:
            self._begin(message)
            self.state = self._session.state.text()

    def _begin(self, asked: Mapping[str, Any]) -> None:
        """Send the fast answer at once, and the slow parts when nothing else is asked."""
        self._turn += 1  # what is under way gives way
        answers = self._session.answer(dict(asked))
        for message in answers:
            self.send(message)
            if message["kind"] == "picture":
                break
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop runs: a program without a kernel
            while self._step(answers, self._turn):
                pass
            return
        self._at = loop, copy_context()
        task = loop.create_task(self._go_on(answers, self._turn))
        self._tasks.add(task)  # a task that nobody holds may vanish
        task.add_done_callback(self._tasks.discard)

    def _post(self, message: Mapping[str, Any]) -> None:
        """Send from another thread, as the kernel sends: in its loop, and as part of what the page asked last."""
        if self._at is None:
            self.send(message)
        else:
            loop, context = self._at
            try:
                loop.call_soon_threadsafe(self.send, message, context=context)
            except RuntimeError:  # that thread of the kernel has ended, as its page was closed
                self.send(message)

    async def _go_on(self, answers: Iterator[Mapping[str, Any]], turn: int) -> None:
        """Send what is likely asked next, and in the end the slow parts, one by one."""
        await asyncio.sleep(LEAVE)
        self._step(answers, turn)
        await asyncio.sleep(LEAD)
        while self._step(answers, turn):
            await asyncio.sleep(0)  # what the page asks meanwhile comes first

    def _step(self, answers: Iterator[Mapping[str, Any]], turn: int) -> bool:
        """Send what comes next, unless something newer was asked; False once there is nothing more."""
        with self._lock:
            message = next(answers, None) if turn == self._turn else None
            if message is None:
                answers.close()  # type: ignore[attr-defined]
            elif message is not BREATH:
                self.send(message)
            return message is not None
