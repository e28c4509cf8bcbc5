"""Driver trees: an indicator computed from its drivers, and what a change of a driver does to its forecast.

An indicator with observations keeps its own forecast, which its history and many like it have calibrated: the tree
says how far a change of the drivers moves it, draw by draw. What the change multiplies the tree by, it multiplies the
forecast by; to a stock it adds what it adds to the tree. Without observations the tree itself is the forecast. The tree
is reconciled with the last value observed, and says by how much it had to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from forecast.errors import ScenarioError
from forecast.plans.formulas import Formula, parse_formula, sort_formulas
from forecast.plans.model import Plan
from forecast.scenarios.changes import keep_inside
from forecast.scenarios.evaluation import evaluate, origin_value
from forecast.scenarios.memo import Memo
from forecast.schema.draws import FloatArray, Path, Tree

DAYS_A_YEAR = 365.25
#: Share of the draws in which a formula may have no value, a division by zero say; such draws keep their own forecast.
MOST_UNDEFINED = 0.05


@dataclass(frozen=True)
class Root:
    """A formula and what it computes before anything is changed.

    Attributes
    ----------
    formula : Formula
        Read from the plan.
    tree : Tree
        The formula beside what was observed.
    path : Path or None
        Forecast of what it computes: its own, or what the formula makes of its drivers; None where one is missing.
    plain : array (draws, periods) or None
        What the formula computes, as it is, before it is reconciled with the last value observed.
    start : mapping of str to array (draws,)
        Its drivers at the origin.
    aligned : mapping of str to array (draws, periods)
        Its drivers on the periods of the path.
    """

    formula: Formula
    tree: Tree
    path: Path | None = None
    plain: FloatArray | None = None
    start: Mapping[str, FloatArray] = field(default_factory=dict)
    aligned: Mapping[str, FloatArray] = field(default_factory=dict)


def root_trees(plan: Plan, before: Mapping[str, Path]) -> dict[str, Root]:
    """Compute every formula of a plan on the paths as they were forecast; no scenario enters.

    Parameters
    ----------
    plan : Plan
        Its indicators and drivers may have formulas.
    before : mapping of str to Path
        All paths as they were forecast.

    Raises
    ------
    ScenarioError
        If a formula has no value in more than one draw in twenty.
    """
    first, roots = dict(before), {}
    for name, formula in in_order(plan):
        roots[name] = _root(name, formula, plan, first)
        if (path := roots[name].path) is not None:
            first[name] = path
    return roots


def grow_trees(
    roots: Mapping[str, Root],
    before: Mapping[str, Path],
    after: Mapping[str, Path],
    act: Callable[[str, Path], Path] = lambda name, path: path,
    memo: Memo | None = None,
) -> tuple[dict[str, Path], dict[str, Tree]]:
    """Let changed drivers move what is computed from them.

    Parameters
    ----------
    roots : mapping of str to Root
        Formulas as `root_trees` computes them before anything is changed.
    before, after : mapping of str to Path
        All paths as they were forecast, and with the changes of those that have no formula.
    act : callable
        Changes one path of a given name, once its formula has moved it and before others are computed from it.
    memo : Memo, optional
        What these formulas made of changed drivers before.

    Returns
    -------
    (paths, trees)
        Paths of all that the formulas compute, and each formula beside what was observed.

    Raises
    ------
    ScenarioError
        If a formula has no value in more than one draw in twenty.
    """
    first = {**before, **{name: root.path for name, root in roots.items() if root.path is not None}}
    last, trees, memo = dict(after), {}, memo or Memo()
    for name, root in roots.items():
        trees[name] = root.tree
        if root.path is not None:
            moved_by = tuple(last.get(one) for one in root.formula.names)
            move = partial(_move, name, root, first, last)
            last[name], trees[name] = memo.recall(f"formula of {name}", moved_by, move)
        if name in last:
            last[name] = act(name, last[name])
    return {name: last[name] for name in trees if name in last}, trees


def in_order(plan: Plan) -> Iterator[tuple[str, Formula]]:
    """Formulas of a plan, those of drivers before what is computed from them."""
    items = {**plan.drivers, **plan.indicators}
    formulas = {name: parse_formula(item.formula) for name, item in items.items() if item.formula}
    return ((name, formulas[name]) for name in sort_formulas(formulas))


def _root(name: str, formula: Formula, plan: Plan, before: Mapping[str, Path]) -> Root:
    """Compute one formula on what was forecast, and set it beside what was observed."""
    missing = tuple(one for one in formula.names if one not in before)
    assumed = tuple(one for one in formula.names if one in before and before[one].assumed)
    tree = Tree(formula.text, formula.names, assumed, missing)
    if missing:
        return Root(formula, tree, before.get(name))
    own = before.get(name)
    template = own or _template(name, plan, [before[one] for one in formula.names])
    origin = own.origin_value if own else None
    start = {one: at_time(before[one], template.origin.time(template.measure)) for one in formula.names}
    aligned = {one: align(before[one], template) for one in formula.names}
    plain = _compute(formula, template, aligned, start, origin)
    at_origin = _center(origin_value(formula, start, origin=origin))
    tree = replace(tree, computed=at_origin, observed=origin, undefined=_share_undefined(name, plain))
    if own is None:
        first = float(np.nanmedian(plain[:, 0])) if at_origin is None else at_origin
        template = replace(template, origin_value=first)
        own = replace(template, draws=keep_inside(_fill(plain), template.bounds))
    return Root(formula, tree, own, plain, start, aligned)


def _move(name: str, root: Root, before: Mapping[str, Path], after: Mapping[str, Path]) -> tuple[Path, Tree]:
    """The path of one formula with the changes of its drivers; as it was forecast where none of them changes."""
    path, plain, formula, tree = root.path, root.plain, root.formula, root.tree
    assert path is not None
    if plain is None or all(after[one] is before[one] for one in formula.names):
        return path, tree
    values = {one: root.aligned[one] if after[one] is before[one] else align(after[one], path) for one in formula.names}
    moved = _compute(formula, path, values, root.start, tree.observed)
    tree = replace(tree, undefined=max(tree.undefined, _share_undefined(name, moved)))
    if tree.observed is None:
        return replace(path, draws=keep_inside(_fill(moved), path.bounds)), tree
    factor = path.origin_value / tree.computed if path.origin_value and tree.computed else 1.0
    assumed = any(after[one].assumed for one in formula.names)
    return _shift(path, plain, moved, factor, formula, assumed=assumed), tree


def _share_undefined(name: str, values: FloatArray) -> float:
    """Share of the draws in which a formula has no value.

    Raises
    ------
    ScenarioError
        If it is more than one in twenty.
    """
    undefined = float(np.isnan(values).any(axis=1).mean())
    if undefined > MOST_UNDEFINED:
        raise ScenarioError(
            f"the formula of '{name}' has no value in {100 * undefined:.0f}% of the draws (a division by zero?);"
            " change its drivers, or keep them away from zero with max()"
        )
    return undefined


def _shift(path: Path, plain: FloatArray, moved: FloatArray, factor: float, formula: Formula, *, assumed: bool) -> Path:
    """Move a path by what the drivers' changes make of the reconciled tree.

    Draws in which the tree is unchanged, or has no value, stay as they are to the last digit.
    """
    acts = (moved != plain) & np.isfinite(moved) & np.isfinite(plain)
    if not acts.any():
        return path
    multiplies = acts & (plain > 0) & (moved >= 0) & (not formula.is_stock)
    with np.errstate(over="ignore", invalid="ignore"):  # too large a number is no value
        added = path.draws + factor * (np.where(acts, moved, 0.0) - np.where(acts, plain, 0.0))
        times = path.draws * (np.where(multiplies, moved, 1.0) / np.where(multiplies, plain, 1.0))
    shifted = np.where(multiplies, times, added)
    acts &= np.isfinite(shifted)
    return path.changed(np.where(acts, keep_inside(shifted, path.bounds), path.draws), assumed=assumed)


def _template(name: str, plan: Plan, drivers: list[Path]) -> Path:
    """A path for what has no observation: the periods of its longest driver, its own unit and bounds."""
    item, longest = plan.item(name), max(drivers, key=lambda path: len(path.periods))
    return replace(
        longest,
        unit=str(item.unit),
        measure=item.measure,
        bounds=item.bounds,
        model="tree",
        used=("tree",),
        notes=("tree",),
        observations=0,
        assumed=True,
        record=None,
    )


def _compute(
    formula: Formula,
    template: Path,
    values: Mapping[str, FloatArray],
    start: Mapping[str, FloatArray],
    origin: float | None,
) -> FloatArray:
    """Compute a formula on the periods of a path, (draws, periods); not a number where it has no value."""
    found = evaluate(formula, values, start=start, origin=origin, first=_share_ahead(template))
    computed: FloatArray = np.broadcast_to(found.values, template.draws.shape)
    return computed


def _share_ahead(path: Path) -> float:
    """Share of the first period that lies after the last known value: of a flow, only that share is still to come."""
    first = path.periods[0]
    years = ((first.end - first.start).days + 1) / DAYS_A_YEAR
    return min(1.0, round(float(path.times[0] - path.origin.time(path.measure)) / years, 2))


def _center(values: FloatArray) -> float | None:
    """Median over the draws that have a value; None where none has, as with `lag` at the origin."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else None


def align(path: Path, other: Path) -> FloatArray:
    """Give the draws of a path on the periods of another, (draws, periods): linear in time between its own."""
    return path.draws if path.periods == other.periods else at_times(path, other.times)


def at_time(path: Path, time: float) -> FloatArray:
    """Give the draws of a path at a time, (draws,)."""
    if time <= path.origin.time(path.measure):
        return np.full(path.draws.shape[0], path.start)
    return at_times(path, np.array([time]))[:, 0]


def at_times(path: Path, times: FloatArray) -> FloatArray:
    """Give the draws of a path at times, (draws, times): its last value before the forecast, and its ends held."""
    if path.model == "assumed" and "changed" not in path.notes:  # the same at all times
        return np.broadcast_to(path.draws[:, :1], (path.draws.shape[0], times.size))
    known = np.concatenate([[path.origin.time(path.measure)], path.times])
    after = np.clip(np.searchsorted(known, times), 1, known.size - 1)
    share = np.clip((times - known[after - 1]) / (known[after] - known[after - 1]), 0.0, 1.0)
    between: FloatArray = np.empty((path.draws.shape[0], times.size))
    for i in range(times.size):  # a column at a time: whole arrays of both neighbours would take three times as long
        high = path.draws[:, after[i] - 1]
        if share[i] == 1:
            between[:, i] = high
        else:
            low = path.draws[:, after[i] - 2] if after[i] > 1 else path.start
            between[:, i] = low + share[i] * (high - low)
    return between


def _fill(draws: FloatArray) -> FloatArray:
    """Put the median of its period in place of a draw that has no value."""
    missing = np.isnan(draws)
    return np.where(missing, np.nanmedian(draws, axis=0), draws) if missing.any() else draws
