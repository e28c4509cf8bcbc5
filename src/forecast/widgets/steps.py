"""Long work done in steps: it goes on only while its next step is asked for, so that something newer comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Result = TypeVar("Result")
#: Seconds that Python lets a thread compute while another waits; its usual 5 ms, again and again, would be felt.
SWITCH = 0.0005
#: What stands among answers where there is nothing to send: something newer may be answered first.
BREATH: dict[str, Any] = {"kind": "breath"}


class _Dropped(BaseException):
    """Nobody asks for the result any more; not an error that the work could catch."""


def in_steps(work: Callable[[Callable[[], None]], Result]) -> Iterator[Result | None]:
    """Do work in steps: None at each of its pauses, its result at the end.

    The work has a thread of its own, which stands still between two steps; so a plain function can be left in the
    middle, and nothing runs beside who asks. Closing the iterator ends the work at the pause where it stands.

    Parameters
    ----------
    work : callable
        Takes a callable, which it calls at its pauses.
    """
    go, stand = threading.Semaphore(0), threading.Semaphore(0)
    dropped, ended = threading.Event(), threading.Event()
    results: list[Result] = []
    errors: list[BaseException] = []

    def pause() -> None:
        stand.release()
        go.acquire()
        if dropped.is_set():
            raise _Dropped

    def run() -> None:
        go.acquire()
        try:
            if not dropped.is_set():
                results.append(work(pause))
        except _Dropped:
            pass
        except BaseException as error:  # raised again where the result is asked for
            errors.append(error)
        finally:
            ended.set()
            stand.release()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while not ended.is_set():
            go.release()
            stand.acquire()
            if not ended.is_set():
                yield None
        if errors:
            raise errors[0]
        yield results[0]
    finally:
        dropped.set()
        go.release()
        thread.join()
