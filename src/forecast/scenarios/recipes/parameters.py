"""Parameters of a recipe as people write them: what each is, and what would be right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forecast.errors import DataError, ScenarioError, nearest
from forecast.schema.language import Text
from forecast.schema.periods import Period

Kind = Literal["number", "years", "whole", "share", "period", "flag", "choice", "text", "path", "recipes"]

#: What would be right, by kind.
RIGHT: Mapping[Kind, str] = {
    "number": "a number, such as 1.5",
    "years": "a number of years from 0.1 to 100, such as 2",
    "whole": "a whole number from 1 to 1000, such as 5",
    "share": "a share from 0 to 1, such as 0.2",
    "period": "a period, such as 2028 or 2027-2028",
    "flag": "true or false",
    "choice": "one of its names",
    "text": "a name",
    "path": "periods with their values, such as {2027: 40, 2028: 42}",
    "recipes": "a list of recipes, such as [continue_as_is, {recipe: linear_change, per_year: 1}]",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a recipe.

    Attributes
    ----------
    name : str
        As files write it.
    kind : str
        What it is; `RIGHT` says how to write it.
    about : Text
        What it means, with its unit.
    default : object
        Taken when it is not given; None where the recipe finds a value itself or does without.
    required : bool
        Whether it has to be given.
    choices : tuple of str
        What a choice may be.
    """

    name: str
    kind: Kind
    about: Text
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def right(self) -> str:
        """What would be right."""
        return f"one of {', '.join(self.choices)}" if self.choices else RIGHT[self.kind]

    def read(self, given: Any) -> Any:
        """Read a value as a file or a program gives it; raise `ValueError` where it is not of the kind."""
        value = _READERS[self.kind](given)
        if self.choices and value not in self.choices:
            raise ValueError(f"'{value}' is not a choice")
        return value


def read_parameters(parameters: tuple[Parameter, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the parameters of a recipe, defaults included; raise `ScenarioError` with every fault, one a line."""
    known = {parameter.name: parameter for parameter in parameters}
    faults = [f"unknown parameter '{name}'{nearest(str(name), known)}" for name in given if name not in known]
    values: dict[str, Any] = {}
    for parameter in parameters:
        value = given.get(parameter.name)
        if value is None:
            values[parameter.name] = parameter.default
            faults += [f"parameter '{parameter.name}' is missing; write {parameter.right}"] * parameter.required
            continue
        try:
            values[parameter.name] = parameter.read(value)
        except (TypeError, ValueError, OverflowError, DataError):
            faults.append(f"parameter '{parameter.name}' is {_show(value)}; write {parameter.right}")
    if faults:
        raise ScenarioError("\n".join(faults))
    return values


def _show(value: Any) -> str:
    text = repr(str(value)) if isinstance(value, (str, int, float)) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else f"{text[:39]}…'"


def _read_number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise TypeError("not a number")
    value = float(given)
    if not math.isfinite(value) or "_" in str(given):
        raise ValueError("not a finite number")
    return value


def _read_years(given: Any) -> float:
    value = _read_number(given)
    if not 0.1 <= value <= 100:
        raise ValueError("not from 0.1 to 100")
    return value


def _read_whole(given: Any) -> int:
    value = _read_number(given)
    if not 1 <= value <= 1000 or value != int(value):
        raise ValueError("not a whole number from 1 to 1000")
    return int(value)


def _read_share(given: Any) -> float:
    value = _read_number(given)
    if not 0 <= value <= 1:
        raise ValueError("not from 0 to 1")
    return value


def _read_period(given: Any) -> Period:
    if isinstance(given, Period):
        return given
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise TypeError("not a period")
    return Period.parse(str(given))


def _read_flag(given: Any) -> bool:
    if given in (True, "true"):
        return True
    if given in (False, "false"):
        return False
    raise ValueError("not true or false")


def _read_text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise TypeError("not a name")
    return given


def _read_path(given: Any) -> dict[Period, float]:
    if not isinstance(given, Mapping) or not given:
        raise TypeError("not a mapping")
    return {_read_period(period): _read_number(value) for period, value in given.items()}


def _read_recipes(given: Any) -> tuple[tuple[str, dict[str, Any]], ...]:
    if not isinstance(given, (list, tuple)) or not given:
        raise TypeError("not a list")
    return tuple(_split_recipes(given))


def _split_recipes(given: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in given:
        written = {"recipe": item} if isinstance(item, str) else dict(item)
        yield _read_text(written.pop("recipe", None)), written


_READERS: Mapping[Kind, Any] = {
    "number": _read_number,
    "years": _read_years,
    "whole": _read_whole,
    "share": _read_share,
    "period": _read_period,
    "flag": _read_flag,
    "choice": _read_text,
    "text": _read_text,
    "path": _read_path,
    "recipes": _read_recipes,
}
