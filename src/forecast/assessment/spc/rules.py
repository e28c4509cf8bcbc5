"""Rules that tell a signal from ordinary variation: outside the limits, runs, trends, two in three.

Flags are one per point: 1 above or rising, -1 below or falling, 0 not flagged. Two published conventions are kept
apart. *Making Data Count* (NHSRplotthedots) looks for seven points and marks all points of a run; two in three needs
all three points on one side of the mean, and counts points between the near and the process limits. PowerBI-SPC takes
the number of points as a setting; two in three counts points beyond the near limit, each on the other side taking one
away. A point on the mean breaks a run, and equal neighbours a trend, in both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from forecast.assessment.spc.limits import Band
from forecast.errors import DataError

#: Points of a run or a trend in *Making Data Count*.
SEVEN = 7
#: Relative difference under which two floating-point numbers are the same value.
SAME = 1e-12

Kind = Literal["outside", "trend", "two_in_three", "one_side", "common"]


class Cause(NamedTuple):
    """Why a point is special, or that it is not.

    Attributes
    ----------
    kind : str
        Rule that flags it, the first in the order of priority; `common` where none does.
    side : int
        1 above or rising, -1 below or falling, 0 for common causes.
    """

    kind: Kind
    side: int


COMMON = Cause("common", 0)
#: Causes in the words of NHSRplotthedots.
CAUSE_LABELS = {
    Cause("outside", 1): "Above UCL",
    Cause("outside", -1): "Below LCL",
    Cause("trend", 1): "7 Point Trend (Increasing)",
    Cause("trend", -1): "7 Point Trend (Decreasing)",
    Cause("two_in_three", 1): "2 in 3 Above CL",
    Cause("two_in_three", -1): "2 in 3 Below CL",
    Cause("one_side", 1): "7 Points Above CL",
    Cause("one_side", -1): "7 Points Below CL",
    COMMON: "Common Cause",
}


# One point at a time


def find_sides(values: Sequence[float], centre: Sequence[float]) -> list[int]:
    """Find on which side of the centre line each point lies: 1 above, -1 below, 0 on it."""
    return [_compare(value, middle) for value, middle in zip(values, centre, strict=True)]


def flag_outside(values: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> list[int]:
    """Flag points beyond a pair of limits; a point on a limit is inside."""
    return [
        1 if _compare(value, high) > 0 else min(_compare(value, low), 0)
        for value, low, high in zip(values, lower, upper, strict=True)
    ]


def _compare(value: float, other: float) -> int:
    away, same = value - other, SAME * max(abs(value), abs(other))
    return int(away > same) - int(away < -same)  # numpy's truth values do not subtract


# Runs and trends


def end_one_side(side: Sequence[int], n: int = SEVEN) -> list[int]:
    """Flag the points that complete a run of `n` on one side of the centre line."""
    _check_run(n, 1)
    return _end_runs(side, n)


def end_trend(values: Sequence[float], n: int = SEVEN) -> list[int]:
    """Flag the points that complete `n` points that all rise, or all fall."""
    _check_run(n, 2)
    steps = [_compare(later, earlier) for earlier, later in pairwise(values)]
    return [0, *_end_runs(steps, n - 1)] if values else []


def spread_back(ends: Sequence[int], n: int = SEVEN) -> list[int]:
    """Spread flags at the ends of runs over their `n` points; where two overlap the later one stands."""
    flags = [0] * len(ends)
    for last, end in enumerate(ends):
        if end:
            first = max(0, last - n + 1)
            flags[first : last + 1] = [end] * (last + 1 - first)
    return flags


def _end_runs(signs: Iterable[int], n: int) -> list[int]:
    ends, previous, run = [], 0, 0
    for sign in signs:
        run = run + 1 if sign == previous else 1
        previous = sign
        ends.append(sign if run >= n else 0)
    return ends


def _check_run(n: int, least: int) -> None:
    if n < least:
        raise DataError(f"a run of {n} points says nothing; take at least {least}")


# Two in three


def window_two_in_three(near: Sequence[int], side: Sequence[int]) -> list[int]:
    """Flag all points of windows of three on one side of the mean, two of them near a limit (*Making Data Count*).

    Parameters
    ----------
    near : sequence of int
        Not 0 where the point lies between a near and a process limit.
    side : sequence of int
        Side of the mean.
    """
    ends = [0] * len(near)
    for last in range(2, len(near)):
        window = slice(last - 2, last + 1)
        if sum(map(bool, near[window])) >= 2 and abs(sum(side[window])) == 3:
            ends[last] = side[last]
    return spread_back(ends, 3)


def flag_two_in_three(near: Sequence[int], side: Sequence[int]) -> list[int]:
    """Flag the points near a limit of the windows of `window_two_in_three`."""
    return [flag if close else 0 for flag, close in zip(window_two_in_three(near, side), near, strict=True)]


def flag_two_in_three_beyond(beyond: Sequence[int], *, flag_whole_window: bool = False) -> list[int]:
    """Flag windows of three points with two more beyond one near limit than beyond the other (PowerBI-SPC).

    Parameters
    ----------
    beyond : sequence of int
        1 above the upper near limit, -1 below the lower one, process limits left out of account.
    flag_whole_window : bool
        Whether a third point that lies inside is flagged with the two.
    """
    sums = [sum(beyond[max(0, last - 2) : last + 1]) for last in range(len(beyond))]
    flags = spread_back([(total >= 2) - (total <= -2) for total in sums], 3)
    return flags if flag_whole_window else [flag if far else 0 for flag, far in zip(flags, beyond, strict=True)]


# All rules together


def find_causes(values: Sequence[float], band: Band) -> list[Cause]:
    """Find the cause of each point of one group by the rules of *Making Data Count*."""
    count = len(values)
    side = find_sides(values, [band.centre] * count)
    outside = flag_outside(values, [band.lower] * count, [band.upper] * count)
    beyond = flag_outside(values, [band.near_lower] * count, [band.near_upper] * count)
    near = [0 if out else flag for out, flag in zip(outside, beyond, strict=True)]
    trend, one_side = spread_back(end_trend(values)), spread_back(end_one_side(side))
    return order_causes(values, side, outside, trend, flag_two_in_three(near, side), one_side)


def order_causes(
    values: Sequence[float],
    side: Sequence[int],
    outside: Sequence[int],
    trend: Sequence[int],
    two_in_three: Sequence[int],
    one_side: Sequence[int],
) -> list[Cause]:
    """Give each point the first cause that flags it: outside the limits, trend, two in three, one side.

    The side is that of the point; of a trend, where the values go.
    """
    causes: list[Cause] = []
    for position, away in enumerate(side):
        where = 1 if away > 0 else -1
        if outside[position]:
            causes.append(Cause("outside", where))
        elif trend[position]:
            causes.append(Cause("trend", _heading(values, trend, position)))
        elif two_in_three[position]:
            causes.append(Cause("two_in_three", where))
        else:
            causes.append(Cause("one_side", where) if one_side[position] else COMMON)
    return causes


def _heading(values: Sequence[float], trend: Sequence[int], position: int) -> int:
    """Where a trend goes at a point: to the next point if that is in a trend too, else from the one before."""
    steps = []
    if position + 1 < len(values) and trend[position + 1]:
        steps.append(_compare(values[position + 1], values[position]))
    if position:
        steps.append(_compare(values[position], values[position - 1]))
    return next((step for step in steps if step), -1)


def name_point_type(cause: Cause, improvement: int) -> str:
    """Name the type of a point as NHSRplotthedots does; `improvement` 1 up, -1 down, 0 neither."""
    if not cause.side:
        return "common_cause"
    if not improvement:
        return "special_cause_neutral_high" if cause.side > 0 else "special_cause_neutral_low"
    return "special_cause_improvement" if cause.side == improvement else "special_cause_concern"
