"""What a reader chose in the explorer, and the text that brings it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

#: Fields of a lever, of its first period, and of an assumed value; the id follows.
LEVER, START, ASSUMED = "lever.", "from.", "assume."
#: Intervals that can be shown, in percent.
INTERVALS = (50, 80, 95)
#: Longest text of a state that is read: a link with every lever of a large plan is a tenth of it.
LONGEST = 20_000


@dataclass(frozen=True)
class State:
    """What a reader chose; what is None or absent is as the scenario has it.

    Attributes
    ----------
    plan, indicator, scenario : str
        Ids; the scenario is the one started from.
    as_of : date
        Only what was known on this day counts.
    interval : int
        Widest interval shown, percent.
    due, value, operator : optional
        Of the last target in numbers.
    levers : mapping of str to float
        Magnitude of each lever that was moved, in its unit.
    starts : mapping of str to str
        First period that a lever acts on, canonical text.
    assumptions : mapping of str to float
        Starting values that nobody published, in the unit of the indicator or driver.
    """

    plan: str
    indicator: str
    scenario: str
    language: str
    as_of: date
    model: str
    interval: int = 80
    due: str | None = None
    value: float | None = None
    operator: str | None = None
    levers: Mapping[str, float] = field(default_factory=dict)
    starts: Mapping[str, str] = field(default_factory=dict)
    assumptions: Mapping[str, float] = field(default_factory=dict)

    @property
    def moved(self) -> bool:
        """Whether anything differs from the scenario started from."""
        target = (self.due, self.value, self.operator)
        return bool(self.levers or self.starts or self.assumptions) or any(one is not None for one in target)

    def unmoved(self, **chosen: Any) -> State:
        """The same plan with nothing moved, and with what is chosen."""
        cleared: dict[str, Any] = {"due": None, "value": None, "operator": None}
        return replace(self, **(cleared | {"levers": {}, "starts": {}, "assumptions": {}} | chosen))

    def spoken(self, language: str) -> State:
        """The same in another language."""
        return replace(self, language=language)

    def fields(self) -> dict[str, str]:
        """Every choice as the field that makes it and what is written there."""
        told = {
            "plan": self.plan,
            "indicator": self.indicator,
            "scenario": self.scenario,
            "language": self.language,
            "as_of": self.as_of.isoformat(),
            "model": self.model,
            "interval": str(self.interval),
        }
        target = {"due": self.due, "operator": self.operator, "value": self.value}
        told |= {name: _write(value) for name, value in target.items() if value is not None}
        for head, values in ((LEVER, self.levers), (START, self.starts), (ASSUMED, self.assumptions)):
            told |= {f"{head}{name}": _write(value) for name, value in values.items()}
        return told

    def text(self) -> str:
        """The state as the query of an address: `plan=…&indicator=…&lever.demand_growth=8`."""
        return urlencode(self.fields())


def read_state(text: str) -> dict[str, str]:
    """Read the text of a state, or an address that holds it: fields and what is written there.

    Raises
    ------
    ValueError
        If it is no such text.
    """
    text = text.strip()
    query = urlsplit(text).query if "?" in text else text
    if len(text) > LONGEST:
        raise ValueError("too long")
    return dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))


def _write(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.12g}"
