"""Units of formulas: what a tree gives in the units of its drivers, computed by pint outside the arrays of draws.

Formulas convert nothing: a name stands for a number in the unit of its source. Two things are therefore asked of a
formula: that it gives what is wanted in kind (litres over litres for a percentage, never litres over grams), and in
size (hours are not minutes, a ratio is not yet a percentage) unless a number stands in it that may do the conversion.

Physical units and money are defined here one by one; every other word (donor, donation, centre) is a base unit of its
own. Pint's own definitions are not read: they take `exam` for an exametre and `points` for a length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from forecast.errors import DataError
from forecast.plans.formulas import Call, Formula, Name, Negative, Node, Number, Operation, walk

if TYPE_CHECKING:
    from pint import Unit, UnitRegistry
    from pint.facets.plain import PlainUnit

#: In pint's language: name, definition by what stands above, symbol. A year has 365.25 days.
DEFINITIONS = (
    "metre = [length] = m",
    "kilometre = 1000 * metre = km",
    "square_metre = metre ** 2 = m2",
    "gram = [mass] = g",
    "microgram = 1e-6 * gram = µg",
    "milligram = 1e-3 * gram = mg",
    "kilogram = 1e3 * gram = kg",
    "tonne = 1e6 * gram = t",
    "litre = 1e-3 * metre ** 3 = L",
    "millilitre = 1e-3 * litre = mL",
    "second = [time] = s",
    "minute = 60 * second",
    "hour = 60 * minute",
    "day = 24 * hour",
    "week = 7 * day",
    "year = 365.25 * day",
    "quarter = year / 4",
    "month = year / 12",
    "dollar = [money] = $",
    "million_dollar = 1e6 * dollar",
    "percent = 0.01 = %",
)
#: Other words for the same.
SAME = {"l": "litre", "ml": "millilitre", "m²": "square_metre", "h": "hour", "min": "minute", "point": "percent"}
IRREGULAR = {"people": "person", "children": "child"}
LONGEST = 80  # characters of a unit

_WORDS = r"[a-z]\w*(?:[ -][a-z]\w*)*|[$%]|µg|m²"
_FACTOR = re.compile(rf"(?P<number>[1-9]\d{{0,14}})? *(?P<words>{_WORDS})?", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=1_024)
def unit_of(text: str) -> Unit:
    """Read a unit id.

    Parameters
    ----------
    text : str
        Words and symbols joined by ``/``, ``per`` or ``*``, such as ``donations/donor`` or ``per 100000 inhabitants``;
        singular and plural are the same.

    Returns
    -------
    pint.Unit
        Of one registry for all; ``%`` and ``/100`` are dimensionless, both of size 0.01.

    Raises
    ------
    DataError
        If it is not made of words and whole numbers.
    """
    if len(text) > LONGEST:
        raise _unread(text)
    above, *below = re.split(r" *(?:/|\bper\b) *", text.strip())
    unit = _registry().Unit("")
    for factor in above.split("*") if above or not below else ():
        unit = unit * _read_factor(factor, text)
    for factor in (factor for part in below for factor in part.split("*")):
        unit = unit / _read_factor(factor, text)
    return unit


def _unread(text: str) -> DataError:
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return DataError(f"unit '{shown}' is not read; write words joined by / or *, such as L/donation")


def _read_factor(factor: str, text: str) -> Unit:
    """Read words with an optional whole number before them; a number makes a unit of its own, `1000 inhabitants`."""
    found = _FACTOR.fullmatch(factor.strip())
    if found is None or not found[0]:
        raise _unread(text)
    name = _define(re.sub(r"[ -]", "_", found["words"])) if found["words"] else None
    if found["number"]:
        name = _define_multiple(found["number"], name)
    return _make_unit(name or "")


def _define(words: str) -> str:
    """Name of the unit that words stand for; words met for the first time become a base unit."""
    known = _known()
    singular = _singular(words.lower())
    if words not in known and singular not in known:
        known[singular] = f"word_{singular}"  # never a name that means something to pint, such as dimensionless
        _registry().define(f"word_{singular} = [word_{singular}] = {singular}")
    return known[words] if words in known else known[singular]


def _define_multiple(number: str, name: str | None) -> str:
    symbol = f"×{number}_{name.removeprefix('word_')}" if name else f"×{number}"
    if symbol not in _known():
        _known()[symbol] = f"multiple_{number}_{name}"
        _registry().define(f"multiple_{number}_{name} = {number} * {name or 1} = {symbol}")
    return _known()[symbol]


def _singular(words: str) -> str:
    """Take the ending of an English plural away; of both forms of a word, the same must remain."""
    if words in IRREGULAR:
        return IRREGULAR[words]
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    if words.endswith(("sses", "xes", "ches", "shes")):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us", "is")) and len(words) > 3 else words


@cache
def _registry() -> UnitRegistry[Any]:
    """Make the registry; pint is imported late because that takes longer than reading a plan."""
    from pint import UnitRegistry

    registry: UnitRegistry[Any] = UnitRegistry(None)  # no file of definitions
    for definition in DEFINITIONS:
        registry.define(definition)
    return registry


@cache
def _known() -> dict[str, str]:
    """Names of the units defined so far, by name, by symbol and by other words."""
    parts = [definition.split(" = ") for definition in DEFINITIONS]
    return {word: name for name, _, *symbol in parts for word in (name, *symbol)} | SAME


def _make_unit(name: str) -> Unit:
    """Make a unit by its exact name: pint would also read prefixes and arithmetic into it."""
    from pint.util import UnitsContainer

    return _registry().Unit(UnitsContainer({name: 1}))


@dataclass(frozen=True)
class _Measured:
    """Unit of a part of a formula.

    Attributes
    ----------
    unit : pint.Unit
        As the names in it give it.
    converted : bool
        Whether a number multiplies or divides it, so that its size is not known.
    """

    unit: PlainUnit
    converted: bool


class _UnlikeError(Exception):
    """Units that do not go together."""


def check_units(formula: Formula, units: Mapping[str, str], wanted: str) -> str | None:
    """Say what is wrong with the units of a formula.

    Parameters
    ----------
    formula : Formula
        What is computed.
    units : mapping of str to str
        Unit id of every name.
    wanted : str
        Unit id of what the formula defines.

    Returns
    -------
    str or None
        What it gives or does, and what would be right; None when the units agree.
    """
    missing = [name for name in formula.names if name not in units]
    if missing:
        return f"the unit of '{missing[0]}' is not known; give it one"
    try:
        found = _measure(formula.tree, units)
        unit = unit_of(wanted)
    except (DataError, _UnlikeError) as error:
        return str(error)
    if not _is_like(found.unit, unit):
        used = ", ".join(f"{name} in {units[name]}" for name in formula.names[:8])
        return f"the formula gives {_show(found.unit)}, not {wanted}; check its units: {used}"
    factor = _size(found.unit) / _size(unit)
    if not found.converted and not math.isclose(factor, 1, rel_tol=1e-9):
        return f"the formula gives {_show(found.unit)}, not {wanted}; multiply it by {factor:.10g}"
    return None


def _measure(node: Node, units: Mapping[str, str]) -> _Measured:
    match node:
        case Number():
            return _Measured(_registry().Unit(""), converted=True)
        case Name(id):
            return _Measured(unit_of(units[id]), converted=False)
        case Negative(of):
            return _measure(of, units)
        case Operation("**", base, Number(exponent)):
            found = _measure(base, units)
            return _Measured(found.unit ** int(exponent), found.converted)
        case Operation("*" | "/" as op, left, right):
            one, other = _measure(left, units), _measure(right, units)
            unit = one.unit * other.unit if op == "*" else one.unit / other.unit
            return _Measured(unit, one.converted or other.converted)
        case Operation(op, left, right):
            what = "adds" if op == "+" else "subtracts"
            return _join([_measure(left, units), _measure(right, units)], what)
        case Call(function, arguments):
            return _measure_call(function, arguments, units)
    raise AssertionError(f"{node} has no unit")


def _measure_call(function: str, arguments: Sequence[Node], units: Mapping[str, str]) -> _Measured:
    if function in ("min", "max", "mean", "clip"):
        # a plain number is a limit in the unit of what it limits: max(0, arrivals - operations)
        named = [part for part in arguments if any(isinstance(node, Name) for node in walk(part))]
        return _join([_measure(part, units) for part in named or arguments], f"takes the {function} of")
    found = _measure(arguments[0], units)
    if function == "sqrt":
        return _Measured(found.unit**0.5, found.converted)
    if function in ("exp", "log"):
        if not found.unit.dimensionless:
            shown = _show(found.unit)
            raise _UnlikeError(f"the formula takes {function} of {shown}; divide by a value in {shown} first")
        return _Measured(_registry().Unit(""), converted=True)
    return found


def _join(parts: Sequence[_Measured], what: str) -> _Measured:
    """Find the unit of what is added or compared: all parts must have it."""
    first = next((part for part in parts if not part.converted), parts[0])
    for part in parts:
        shown = f"the formula {what} {_show(first.unit)} and {_show(part.unit)}"
        if not _is_like(part.unit, first.unit):
            raise _UnlikeError(f"{shown}, which are unlike; multiply or divide one by what links them")
        if not part.converted and not math.isclose(_size(part.unit), _size(first.unit), rel_tol=1e-9):
            raise _UnlikeError(f"{shown} without conversion; multiply one of them")
    return first


def _is_like(one: PlainUnit, other: PlainUnit) -> bool:
    return bool(one.dimensionality == other.dimensionality)


def _size(unit: PlainUnit) -> float:
    """How many base units it is, e.g. 60 for a minute, 0.01 for a percentage."""
    return float(cast("float", _registry().get_base_units(unit)[0]))


def _show(unit: PlainUnit) -> str:
    """Write a unit with symbols: `L/donation`; the multiples of ours as `1000 inhabitant`."""
    return re.sub(r"×(\d+)_?", r"\1 ", f"{unit:~C}").strip() or "a plain number"
