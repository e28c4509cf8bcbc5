"""Formulas of driver trees computed on draws: plain array arithmetic over the tree that was read.

A draw has no value where the arithmetic gives none: a divisor of zero, a logarithm or a root of what has none, a number
too large to be held. It is NaN there and in all that is computed from it, never clipped or replaced, and the share of
such draws is given beside the values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from forecast.errors import DataError

# names and cycles are checked when plans are read, a layer below; who computes formulas finds them here too
from forecast.plans.formulas import (
    Call,
    Formula,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    check_names,
    find_cycle,
    sort_formulas,
)
from forecast.schema.draws import FloatArray

__all__ = ["Evaluated", "check_names", "evaluate", "find_cycle", "origin_value", "sort_formulas"]

Inputs = Mapping[str, FloatArray | float]

#: Numbers computed together: intermediate arrays of this size stay in the processor's cache and take no new memory, so
#: that a formula on 4,000 draws costs a third.
BLOCK = 4_096


@dataclass(frozen=True)
class Evaluated:
    """Values of a formula.

    Attributes
    ----------
    values : array (draws, periods)
        In the unit that the formula gives; NaN where a draw has no value.
    undefined : float
        Share of the draws without a value in at least one period, 0 to 1.
    """

    values: FloatArray
    undefined: float


def evaluate(
    formula: Formula,
    values: Mapping[str, FloatArray],
    *,
    start: Inputs | None = None,
    origin: FloatArray | float | None = None,
    first: float = 1.0,
) -> Evaluated:
    """Compute a formula on the draws of its drivers.

    Parameters
    ----------
    formula : Formula
        What to compute.
    values : mapping of str to array (draws, periods)
        Draws of every name of the formula, in the unit of each; finite, or NaN where there is none.
    start : mapping of str to array (draws,) or float
        Their values at the origin, which `lag` gives in the first period.
    origin : array (draws,) or float
        Last known value of the indicator, on which `stock` adds up.
    first : float
        Share of the first period that lies after the origin, of which `stock` adds up only the change.

    Returns
    -------
    Evaluated
        A new array, also for a formula that is a bare name.

    Raises
    ------
    DataError
        If a name has no values, or `lag` or `stock` lack what they start from.
    """
    known = _Known(values, start, origin, first)
    draws, periods = np.shape(_find(formula.names[0], values))
    found = np.empty((draws, periods))
    step = _compile(formula.tree)
    rows = max(1, BLOCK // max(1, periods))
    for first in range(0, draws, rows):
        block = slice(first, first + rows)
        found[block] = _take_step(step, formula.tree, known.take(formula.names, block))
    defined = np.isfinite(found)
    return Evaluated(found, 0.0 if defined.all() else float((~defined).any(axis=1).mean()))


def origin_value(formula: Formula, values: Inputs, *, origin: FloatArray | float | None = None) -> FloatArray:
    """Compute a formula at the origin, to be reconciled with what was observed there.

    Parameters
    ----------
    formula : Formula
        What to compute.
    values : mapping of str to array (draws,) or float
        Values of its names at the origin.
    origin : array (draws,) or float
        Last known value of the indicator: what `stock` is at the origin.

    Returns
    -------
    array (draws,) or ()
        NaN where there is no value, and everywhere for a formula with `lag`: nothing is known before the origin.

    Raises
    ------
    DataError
        If a name has no value, or `stock` lacks what it starts from.
    """
    if formula.is_stock:
        return np.asarray(_start_of_stock(origin), dtype=float)
    if formula.looks_back:
        return np.array(np.nan)
    return np.asarray(_take_step(_compile(formula.tree), formula.tree, _Known(values)), dtype=float)


@dataclass(frozen=True)
class _Known:
    """What a formula is computed from: values of its names, those at the origin, the indicator's last known value."""

    values: Inputs
    start: Inputs | None = None
    origin: FloatArray | float | None = None
    first: float = 1.0

    def take(self, names: tuple[str, ...], draws: slice) -> _Known:
        """What is known of some of the draws."""
        values = {name: _take(_find(name, self.values), draws) for name in names}
        start = None if self.start is None else {name: _take(value, draws) for name, value in self.start.items()}
        origin = None if self.origin is None else _take(self.origin, draws)
        return _Known(values, start, origin, self.first)


_Step = Callable[[_Known], Any]


def _take(values: FloatArray | float, draws: slice) -> FloatArray | float:
    return values[draws] if isinstance(values, np.ndarray) and values.ndim else values


def _find(name: str, values: Inputs) -> FloatArray | float:
    if name not in values:
        raise DataError(f"the formula needs '{name}', which has no values here; forecast or assume it first")
    return values[name]


def _take_step(step: _Step, tree: Node, known: _Known) -> Any:
    """Compute a tree with the step that it was compiled to, or with every part checked when a draw has no value."""
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
            return step(known)
    except FloatingPointError:
        with np.errstate(all="ignore"):
            return _compile(tree, careful=True)(known)


def _compile(node: Node, *, careful: bool = False) -> _Step:
    """Compile a tree into one function, which gives an array, or a plain number where no name stands below."""
    step = _compile_node(node, careful)
    return (lambda known: _clear(step(known))) if careful else step


def _clear(values: Any) -> Any:
    """Make NaN of what is infinite: a later division or limit would turn it into a number."""
    finite = np.isfinite(values)
    return values if finite.all() else np.where(finite, values, np.nan)


def _compile_node(node: Node, careful: bool) -> _Step:
    match node:
        case Number(value):
            return lambda known: value
        case Name(id):
            return lambda known: _find(id, known.values)
        case Call("lag", (argument,)):
            step = _compile(argument, careful=careful)
            return lambda known: _look_back(step, known)
        case Call("stock", (argument,)):
            step = _compile(argument, careful=careful)
            return lambda known: _add_up(step(known), _start_of_stock(known.origin), known.first)
    act, parts = _split(node)
    steps = [_compile(part, careful=careful) for part in parts]
    return lambda known: act(*[step(known) for step in steps])


def _split(node: Node) -> tuple[Callable[..., Any], tuple[Node, ...]]:
    """Split a node into what is done, period by period, and what it is done to."""
    match node:
        case Operation("**", base, Number(exponent)):
            return partial(_raise, int(exponent)), (base,)
        case Operation(op, left, right):
            return _OPERATIONS[op], (left, right)
        case Call(function, arguments):
            return _FUNCTIONS[function], arguments
        case Negative(of):
            return np.negative, (of,)
    raise AssertionError(f"{node} is not split")


def _raise(exponent: int, base: Any) -> Any:
    """Raise to a small whole power by multiplying, which is ten times as fast as a general power."""
    if exponent == 0:
        return 0.0 * base + 1.0  # a draw without a value keeps none
    found = base
    for _ in range(abs(exponent) - 1):
        found = np.multiply(found, base)
    return found if exponent > 0 else np.divide(1.0, found)


def _look_back(step: _Step, known: _Known) -> Any:
    """Values one period earlier: in the first period, those at the origin."""
    now = step(known)
    if np.ndim(now) == 0:
        return now
    if known.start is None:
        raise DataError("lag needs the values at the origin; give those of every name in it")
    earlier = np.empty_like(now)
    earlier[:, 0] = step(_Known(known.start))
    earlier[:, 1:] = now[:, :-1]
    return earlier


def _add_up(changes: FloatArray, origin: FloatArray | float, first: float) -> FloatArray:
    """Last known value of the indicator, plus all changes since, up to each period."""
    if first != 1:
        changes = np.concatenate([first * changes[:, :1], changes[:, 1:]], axis=1)
    total: FloatArray = np.cumsum(changes, axis=1) + np.asarray(origin)[..., np.newaxis]
    return total


def _start_of_stock(origin: FloatArray | float | None) -> FloatArray | float:
    if origin is None:
        raise DataError("stock needs the last known value of the indicator; observe or assume one")
    return origin


_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "floor": np.floor,
    "ceil": np.ceil,
    "min": np.minimum,
    "max": np.maximum,
    "mean": lambda x, y: np.add(x, y) / 2,
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
}
