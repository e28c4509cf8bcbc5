"""One family of errors: each says what, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of one file: where it stands, what is wrong and what would be right."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


class ForecastError(Exception):
    """Something the user can put right; `faults` holds those of files, all at once."""

    def __init__(self, message: str = "", faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join([*([message] if message else []), *map(str, self.faults)]))


class PlanError(ForecastError):
    """A plan, a target or the catalogue around it is faulty or unknown."""


class DataError(ForecastError):
    """Observations, sources, units or periods are faulty."""


class ScenarioError(ForecastError):
    """A scenario or one of its changes is faulty or unknown."""


class RunError(ForecastError):
    """A run could not be prepared, executed or written."""


#: Known names listed when none is near.
MOST_SHOWN = 16


def nearest(name: str, known: Iterable[str]) -> str:
    """Say what a misspelt name probably meant: `; did you mean 'x'?`, else the known names."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    shown = ", ".join(names[:MOST_SHOWN]) + (", …" if len(names) > MOST_SHOWN else "")
    return f"; known: {shown}" if names else "; none is known"
