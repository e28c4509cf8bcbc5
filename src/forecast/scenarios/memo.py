"""What was made before is not made again: results kept by what they were made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")
#: Results kept; beyond, all are let go.
MOST = 24


class Memo:
    """Results of one kind of work on objects that never change, such as paths of draws."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, tuple[int, ...]], tuple[tuple[Any, ...], Any]] = {}

    def recall(self, what: str, made_from: tuple[Any, ...], make: Callable[[], Result]) -> Result:
        """Give the result that was made of the same objects, or make it.

        Parameters
        ----------
        what : str
            Says what is made, and with which settings.
        made_from : tuple
            Objects that it is made from, known by their identity; they are held as long as the result.
        """
        key = what, tuple(id(one) for one in made_from)
        if key not in self._kept:
            made = make()
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = made_from, made
            return made
        result: Result = self._kept[key][1]
        return result
