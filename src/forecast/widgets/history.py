"""What a reader chose one after the other, to be undone and done again."""

from __future__ import annotations

from collections.abc import Collection

from forecast.widgets.state import State

#: States that can be gone back to.
KEPT = 200
#: Seconds within which changes of the same fields are one step back: a slider on its way.
ONE_STEP = 1.0


class History:
    """States in the order in which they were chosen, and where among them the reader stands."""

    def __init__(self, state: State) -> None:
        self._states = [state]
        self._place = 0
        self._last: tuple[frozenset[str], float] = (frozenset(), float("-inf"))

    @property
    def now(self) -> State:
        """The state the reader stands at."""
        return self._states[self._place]

    @property
    def can(self) -> dict[str, bool]:
        """Whether there is something to undo, and to do again."""
        return {"undo": self._place > 0, "redo": self._place < len(self._states) - 1}

    def add(self, state: State, fields: Collection[str] = (), at: float = float("-inf")) -> None:
        """Go on to a state; changes of the same fields in quick succession make one step.

        Parameters
        ----------
        fields : collection of str
            Ids of those that were changed; none begins a step of its own.
        at : float
            Seconds on a clock that never goes back.
        """
        if state == self.now:
            return
        moved, before = self._last
        same = bool(fields) and frozenset(fields) == moved and at - before < ONE_STEP and self._place > 0
        kept = self._states[: self._place if same else self._place + 1]
        self._states = [*kept, state][-KEPT:]
        self._place = len(self._states) - 1
        self._last = frozenset(fields), at

    def undo(self) -> None:
        """Go a step back, if there is one."""
        self._place = max(0, self._place - 1)
        self._last = (frozenset(), float("-inf"))

    def redo(self) -> None:
        """Go a step on again, if there is one."""
        self._place = min(len(self._states) - 1, self._place + 1)
        self._last = (frozenset(), float("-inf"))
