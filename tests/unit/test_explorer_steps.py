"""Long work in steps stands still between them, ends where it is dropped, and raises what it raised."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from forecast.errors import ScenarioError
from forecast.widgets.steps import in_steps


def test_work_goes_on_only_when_asked() -> None:
    done: list[int] = []

    def work(pause: Callable[[], None]) -> str:
        for step in range(3):
            done.append(step)
            pause()
        return "result"

    steps = in_steps(work)
    assert (next(steps), done) == (None, [0])
    assert (next(steps), done) == (None, [0, 1])
    assert list(steps) == [None, "result"]


def test_work_that_is_dropped_ends_at_its_pause() -> None:
    ended: list[str] = []

    def work(pause: Callable[[], None]) -> None:
        try:
            pause()
            ended.append("went on")
        finally:
            ended.append("left")

    before = threading.active_count()
    steps = in_steps(work)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert ended == ["left"]
    assert threading.active_count() == before


def test_steps_may_be_asked_for_by_several_threads_in_turn() -> None:
    def work(pause: Callable[[], None]) -> str:
        pause()
        pause()
        return threading.current_thread().name

    steps, found = in_steps(work), []
    for _ in range(3):
        thread = threading.Thread(target=lambda: found.append(next(steps)))
        thread.start()
        thread.join()
    assert found[:2] == [None, None]
    assert found[2] is not None


def test_what_work_raises_is_raised() -> None:
    def work(pause: Callable[[], None]) -> None:
        pause()
        raise ScenarioError("no")

    steps = in_steps(work)
    next(steps)
    with pytest.raises(ScenarioError, match="no"):
        next(steps)


def test_a_pause_that_comes_too_soon_is_passed_over() -> None:
    def work(pause: Callable[[], None]) -> str:
        for _ in range(100):
            pause()
        return "result"

    assert list(in_steps(work, least=60.0)) == ["result"]
