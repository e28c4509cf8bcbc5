"""Long work done in steps: it goes on only while its next step is asked for, so that something newer comes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
#: Seconds that Python lets a thread compute while another waits; its usual 5 ms, again and again, would be felt.
SWITCH = 0.0005
#: Seconds after a picture before the slow parts begin: a key held down, or a hand on the slider, has the next change
#: there by then, and that comes first.
LEAD = 0.025
#: What stands among answers where there is nothing to send: something newer may be answered first.
BREATH: dict[str, Any] = {"kind": "breath"}


class _Dropped(BaseException):
    """Nobody asks for the result any more; not an error that the work could catch."""


class _Work(Generic[Result]):
    """Work in a thread of its own, which stands still until it is told to go on."""

    def __init__(self, work: Callable[[Callable[[], None]], Result], least: float) -> None:
        self._work, self._least = work, least
        self._go, self._stand = threading.Semaphore(0), threading.Semaphore(0)
        self._since = 0.0
        self._dropped = self._ended = False
        self._results: list[Result] = []
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def go_on(self) -> bool:
        """Let it work up to its next pause; False once it has ended."""
        self._since = time.perf_counter()
        self._go.release()
        self._stand.acquire()
        return not self._ended

    def result(self) -> Result:
        """Give what it came to, or raise what it raised."""
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def drop(self) -> None:
        """End it where it stands."""
        self._dropped = True
        self._go.release()
        self._thread.join()

    def _pause(self) -> None:
        if time.perf_counter() - self._since < self._least:
            return
        self._stand.release()
        self._wait()

    def _wait(self) -> None:
        self._go.acquire()
        if self._dropped:
            raise _Dropped

    def _run(self) -> None:
        try:
            self._wait()
            self._results.append(self._work(self._pause))
        except _Dropped:
            pass
        except BaseException as error:  # raised again where the result is asked for
            self._errors.append(error)
        finally:
            self._ended = True
            self._stand.release()


def in_steps(work: Callable[[Callable[[], None]], Result], *, least: float = 0.0) -> Iterator[Result | None]:
    """Do work in steps: None at each of its pauses, its result at the end.

    The work has a thread of its own, which stands still between two steps; so a plain function can be left in the
    middle, and nothing runs beside who asks. Closing the iterator ends the work at the pause where it stands.

    Parameters
    ----------
    work : callable
        Takes a callable, which it calls at its pauses.
    least : float
        Seconds that a step takes at least: a pause that comes sooner is passed over.
    """
    under_way = _Work(work, least)
    try:
        while under_way.go_on():
            yield None
        yield under_way.result()
    finally:
        under_way.drop()
