"""What each registered recipe makes of its context: parameters that are not given are taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

import numpy as np

from forecast.errors import ScenarioError, nearest
from forecast.reference.achieved import YEARS
from forecast.scenarios.recipes.combine import business_as_usual, choose_best, with_values
from forecast.scenarios.recipes.context import Context, Point, Series, SimilarChanges
from forecast.scenarios.recipes.limits import trim
from forecast.scenarios.recipes.lookup import find_value
from forecast.scenarios.recipes.peers import average_best, average_quantile, measure_changes, split_by_group
from forecast.scenarios.recipes.rates import Sign, grow, limit_rate, measure_latest_rate, measure_rate, spread_percent
from forecast.scenarios.recipes.shocks import dip_recover, return_to_trajectory, shock_and_recovery
from forecast.scenarios.recipes.targets import fixed_target, halt_rise, linear_change, percent_of_baseline
from forecast.schema.draws import SAME_TIME, FloatArray
from forecast.schema.periods import Period
from forecast.schema.scales import Scale

Given = TypeVar("Given")

#: Year in which the changes of a shock like 2020 began.
BEFORE_2020 = 2019
#: Values, at most, through which the trajectory before a shock is drawn.
TREND = 5


def continue_as_is(context: Context) -> FloatArray:
    """Follow the median of the baseline, exactly."""
    return context.median.copy()


def stay_flat(context: Context) -> FloatArray:
    """Stay at the value of the origin."""
    return np.full_like(context.median, context.origin.value)


def follow_promise(context: Context) -> FloatArray:
    """Go straight to the target by its due date and stay there; hold the origin where it is already better."""
    return follow_target(context, target=None, due=None)


def follow_similar(context: Context, share: float) -> FloatArray:
    """Change as a share of similar indicators did at most, over each length of time, counted in the good direction.

    Between whole years the change is a straight line on the model scale; after the longest that enough indicators
    were watched the path stays level.
    """
    similar = _need_similar(context)
    ahead = context.times - context.origin.time
    share = share if context.direction > 0 else 1 - share
    known = {0: 0.0}
    for years in YEARS:
        change = similar(years, share) if years - 1 < ahead[-1] else None
        if change is None:
            break
        known[years] = change
    if len(known) == 1:
        raise ScenarioError("too few similar public indicators were watched for a year; use another recipe")
    scale = _scale(context)
    change_by_then = np.interp(ahead, list(known), list(known.values()))
    return scale.back(scale.forward(np.array([context.origin.value])) + change_by_then)


def follow_shock(
    context: Context, *, at: Period | None, size: float | None, share: float, recovery: float, recovered: float
) -> FloatArray:
    """Shift the median of the baseline by a shock that wears off."""
    wanted = context.times[0] if at is None else context.place(at)
    later = context.times[context.times >= wanted - SAME_TIME]
    if not later.size or wanted < context.origin.time:
        raise ScenarioError(f"the shock of {at} does not lie among the periods forecast; write another at")
    scale, when = _scale(context), float(later[0])
    shift = _measure_shock(context, share) if size is None else _shift_by(context, size, when, scale)
    return shock_and_recovery(context.times, context.median, shift, when, recovery, recovered, scale)


def _measure_shock(context: Context, share: float) -> float:
    found = _need_similar(context)(1, share if context.direction > 0 else 1 - share, BEFORE_2020)
    if found is None:
        raise ScenarioError("too few similar public indicators were watched in 2020; give the shock its own size")
    return found


def _shift_by(context: Context, size: float, when: float, scale: Scale) -> float:
    here = np.interp([when], context.times, context.median)
    low, high = context.bounds
    there = np.clip(here + size, -np.inf if low is None else low, np.inf if high is None else high)
    return float((scale.forward(there) - scale.forward(here))[0])


def follow_rate(
    context: Context,
    *,
    rate: Literal["latest", "target", "percent_change"],
    target: float | None,
    due: Period | None,
    percent: float | None,
    rate_from: Period | None,
    limit_sign: Sign | None,
    limit: float | None,
) -> FloatArray:
    """Grow by a compound rate found in one of three ways."""
    base = context.origin if rate_from is None else _find_baseline(context, rate_from)
    if rate == "latest":
        found = measure_latest_rate(context.history, context.origin.time)
    elif rate == "target":
        found = measure_rate(base, _goal(context, target, due, after=base.time))
    else:
        years = _due(context, due, after=base.time) - base.time
        found = spread_percent(_need(percent, "percent", "a number, such as -30"), years)
    if not np.isfinite(found):
        raise ScenarioError("no compound rate can be computed from these values; use linear_change or fixed_target")
    if limit_sign is not None:
        found = limit_rate(found, limit_sign, _need(limit, "limit", "a share per year, such as 0.05"))
    return grow(context.times, context.origin, found)


def follow_compound(context: Context, *, percent_per_year: float) -> FloatArray:
    """Grow by so many percent a year."""
    return grow(context.times, context.origin, percent_per_year / 100)


def follow_target(context: Context, *, target: float | None, due: Period | None) -> FloatArray:
    """Go straight to a target, the indicator's own unless another is given."""
    goal = _goal(context, target, due, after=context.origin.time)
    return fixed_target(context.times, context.origin, goal, context.direction)


def follow_percent(context: Context, *, percent: float, baseline: Period | None, due: Period | None) -> FloatArray:
    """Go to the baseline changed by so many percent."""
    base = context.origin if baseline is None else _find_baseline(context, baseline)
    end = _due(context, due, after=max(context.origin.time, base.time))
    return percent_of_baseline(context.times, context.origin, base, percent, end)


def follow_halt(context: Context, *, baseline: Period, due: Period | None) -> FloatArray:
    """Go back to the value of the baseline."""
    level = _find_baseline(context, baseline).value
    end = _due(context, due, after=context.origin.time)
    return halt_rise(context.times, context.origin, level, end, context.direction)


def follow_line(context: Context, *, per_year: float, cap: float | None) -> FloatArray:
    """Change by so much a year."""
    return linear_change(context.times, context.origin, per_year, context.direction, cap)


def follow_usual(context: Context, *, never_worsen: bool) -> FloatArray:
    """Go on as usual."""
    return business_as_usual(context.median, context.origin.value, context.direction, never_worsen=never_worsen)


def follow_values(context: Context, *, values: Mapping[Period, float]) -> FloatArray:
    """Follow values of one's own."""
    return with_values(context.times, context.origin, _place_path(context, values))


def follow_best(context: Context, *, n: int, share: float | None, over: float, group: str | None) -> FloatArray:
    """Change as much every year as the best peers did, of all or of a group."""
    changes = _measure_peers(context, over)
    if group is not None:
        changes = _of_group(context, changes, group)
    change = average_best(changes, context.direction, n=n, share=share)
    return linear_change(context.times, context.origin, change, context.direction)


def follow_best_in_group(context: Context, *, over: float, group: str | None) -> FloatArray:
    """Change as much every year as the best of the group did."""
    return follow_best(context, n=1, share=None, over=over, group=_need_group(context, group))


def follow_benchmark(context: Context, *, share: float, over: float, scope: str, group: str | None) -> FloatArray:
    """Change as much every year as the best share did, of all or of the group."""
    wanted = _need_group(context, group) if scope == "group" else None
    return follow_best(context, n=1, share=share, over=over, group=wanted)


def follow_quantile(context: Context, *, quantiles: int, over: float) -> FloatArray:
    """Change as much every year as the peers did that stood in the same quantile."""
    changes = _measure_peers(context, over)
    at = context.origin.time - over
    own = find_value(context.history, at, keep_missing_type=True) or context.origin
    standing = at if own.time <= at + SAME_TIME else context.origin.time
    change = average_quantile(context.peers or {}, changes, own.value, standing, quantiles)
    if not np.isfinite(change):
        raise ScenarioError(f"no peer stands in its quantile of {quantiles}; write fewer quantiles")
    return linear_change(context.times, context.origin, change, context.direction)


def follow_recovery(
    context: Context,
    *,
    dip: Period,
    recovery: Period,
    rate: Literal["latest_year", "average_of_years"],
    rate_from: Period | None,
    progressive: bool,
) -> FloatArray:
    """Stay at the last value after a shock, then grow as before it."""
    first = None
    if rate == "average_of_years":
        first = context.place(_need(rate_from, "rate_from", "a period, such as 2015"))
    begins = context.place(recovery)
    _check_recovery(context, begins, "recovery")
    return dip_recover(
        context.times, context.history, context.place(dip), begins, rate_from=first, progressive=progressive
    )


def follow_pandemic(context: Context, *, dip: Period, after: float, progressive: bool = False) -> FloatArray:
    """Recover so many years after a dip."""
    shock = context.place(dip)
    _check_recovery(context, shock + after, "dip")
    return dip_recover(context.times, context.history, shock, shock + after, progressive=progressive)


def follow_return(
    context: Context, *, recovery: Period, dip: Period | None, path: Mapping[Period, float] | None, progressive: bool
) -> FloatArray:
    """Return to a trajectory given, or to the line through the last values before the shock."""
    begins = context.place(recovery)
    _check_recovery(context, begins, "recovery")
    if path is not None:
        earlier = _place_path(context, path)
    else:
        earlier = _draw_trend(context, context.place(_need(dip, "dip", "the period of the shock, or a path")))
    return return_to_trajectory(context.times, context.history, earlier, begins, progressive=progressive)


def accelerate_to(context: Context, *, target: float | None, due: Period | None) -> FloatArray:
    """Take the better of a straight way to the target and business as usual."""
    return _take_best(context, follow_target(context, target=target, due=due))


def accelerate_by(context: Context, *, per_year: float, cap: float | None) -> FloatArray:
    """Take the better of a linear change with a cap and business as usual."""
    return _take_best(context, follow_line(context, per_year=per_year, cap=cap))


def _take_best(context: Context, path: FloatArray) -> FloatArray:
    paths = [trim(path, context.bounds), trim(context.median, context.bounds)]
    return paths[choose_best(paths, context.direction)]


def _scale(context: Context) -> Scale:
    """The model scale that the bounds ask for, wide enough for what is known and what is forecast."""
    known = context.history.observed.values
    values = trim(np.concatenate([known, context.median, [context.origin.value]]), context.bounds)
    return Scale.of(values, *context.bounds)


def _need(given: Given | None, name: str, right: str) -> Given:
    if given is None:
        raise ScenarioError(f"parameter '{name}' is missing; write {right}")
    return given


def _need_similar(context: Context) -> SimilarChanges:
    if context.similar is None:
        raise ScenarioError(
            "the reference collection holds nothing like this indicator, which needs a bound at 0; use another recipe"
        )
    return context.similar


def _need_group(context: Context, group: str | None) -> str:
    return _need(context.group if group is None else group, "group", "the group of peers that the indicator belongs to")


def _goal(context: Context, target: float | None, due: Period | None, *, after: float) -> Point:
    """Where the way leads: the value and date given, else those of the indicator's own target."""
    own = context.target
    value = target if target is not None or own is None else own.value
    if value is None or (due is None and own is None):
        raise ScenarioError(
            "the indicator has no target in numbers with a due date; write target and due in fixed_target"
        )
    return Point(_due(context, due, after=after), value)


def _due(context: Context, due: Period | None, *, after: float) -> float:
    """When it is due: the date given, else the target's, else the last period; later than the start, or an error."""
    if due is not None:
        time = context.place(due)
    else:
        time = context.target.time if context.target is not None else float(context.times[-1])
    if time > after + SAME_TIME:
        return time
    if due is None:
        raise ScenarioError("the target fell due before the path starts; move it, or write due in fixed_target")
    raise ScenarioError(f"the due date {due} does not lie after the start of the path; write a later one")


def _find_baseline(context: Context, period: Period) -> Point:
    """The last value known at a period or before it, taken as the value of that period."""
    time = context.place(period)
    found = find_value(context.history, time, keep_missing_type=True)
    if found is None:
        raise ScenarioError(f"no value is known at {period} or before it; write a later one")
    return Point(time, found.value)


def _place_path(context: Context, values: Mapping[Period, float]) -> Series:
    return Series.of({context.place(period): value for period, value in values.items()})


def _check_recovery(context: Context, begins: float, name: str) -> None:
    if begins < context.origin.time - SAME_TIME:
        raise ScenarioError(f"the recovery begins before the last value used; write a later {name}")


def _draw_trend(context: Context, shock: float) -> Series:
    """Draw the straight line through the last values known before a shock, over the periods forecast."""
    before = context.history.observed.between(-np.inf, shock - 2 * SAME_TIME)
    times, values = before.times[-TREND:], before.values[-TREND:]
    if times.size < 2:
        raise ScenarioError("fewer than two values are known before the shock; give the earlier trajectory as path")
    level, slope = np.polynomial.polynomial.polyfit(times - times[-1], values, 1)
    return Series(context.times, level + slope * (context.times - times[-1]))


def _measure_peers(context: Context, over: float) -> dict[str, float]:
    changes = measure_changes(context.peers or {}, context.origin.time - over, context.origin.time)
    if not changes:
        raise ScenarioError("no peer has two values in the years looked at; give peers, or more years as over")
    return changes


def _of_group(context: Context, changes: Mapping[str, float], group: str) -> dict[str, float]:
    split = split_by_group(changes, context.groups or {})
    if group not in split:
        raise ScenarioError(f"unknown group '{group}' of peers{nearest(group, split)}")
    return split[group]
