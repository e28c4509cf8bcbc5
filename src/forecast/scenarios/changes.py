"""What each kind of change does to the draws of a path; every one leaves them as they are where its weight is zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.errors import ScenarioError
from forecast.plans.model import ChangeKind
from forecast.scenarios.model import Change
from forecast.scenarios.profiles import weigh
from forecast.schema.draws import FloatArray, Path
from forecast.schema.periods import PER_YEAR, Period
from forecast.schema.scales import Scale

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Stretch:
    """Where and how strongly a change acts on a path.

    Attributes
    ----------
    first : int
        Position of the first period that it acts on.
    weights : array (periods,)
        0 before the first period; 0 to 1 from it on.
    """

    first: int
    weights: FloatArray


def change_path(path: Path, change: Change, magnitude: FloatArray, goal: tuple[float, int] | None = None) -> Path:
    """Change a path.

    Parameters
    ----------
    path : Path
        Its draws have shape (draws, periods).
    change : Change
        What is done to it.
    magnitude : array (draws,)
        Size of the change in each draw, in its unit.
    goal : (target, direction) or None
        Value to reach and where its good side lies (1 above, -1 below), for `close_gap`.

    Raises
    ------
    ScenarioError
        If the change starts after the last period forecast, or closes a gap to no target.
    """
    stretch = find_stretch(path, change)
    if change.change == "close_gap" and goal is None:
        raise ScenarioError(f"the change on '{change.on}' closes a gap, but it has no target in numbers to reach")
    moved = KINDS[change.change](path, change, magnitude, stretch, goal)
    acts = np.broadcast_to(stretch.weights > 0, path.draws.shape)
    draws = np.where(acts, keep_inside(moved, path.bounds), path.draws)
    return path.changed(draws, assumed=change.assumed)


def find_stretch(path: Path, change: Change) -> Stretch:
    """Find the periods on which a change acts, and its weight on each."""
    first, start = find_start(path, change.start, f"the change on '{change.on}'")
    until = find_end(path, change.until) if change.until else None
    if until is not None and change.start is None:
        start = min(start, until - 1.0)  # over before the forecast begins
    try:
        weights = weigh(change.profile, path.times, start, until)
    except ScenarioError as error:
        raise ScenarioError(f"the change on '{change.on}': {error}") from None
    return Stretch(first, np.where(np.arange(path.times.size) < first, 0.0, weights))


def find_start(path: Path, written: str | None, what: str) -> tuple[int, float]:
    """Find where something starts: position of its first period, and its time, which may lie before the forecast.

    On a path of shorter periods than the one written, it starts with the first of them.

    Raises
    ------
    ScenarioError
        If it starts after the last period forecast; `what` is its name.
    """
    if written is None:
        return path.ahead, float(path.times[path.ahead])
    start = Period.parse(written)
    for i, period in enumerate(path.periods):
        if period.start >= start.start if _is_finer(period, start) else period.end >= start.end:
            passed = (period.start - start.start).days / DAYS_A_YEAR if i == 0 and start.end < period.start else 0.0
            time = path.times[i] - passed if _is_finer(period, start) or not passed else start.time(path.measure)
            return i, float(time)
    raise ScenarioError(f"{what} starts {start}, after the last period forecast, {path.periods[-1]}; start it earlier")


def find_end(path: Path, written: str) -> float:
    """Find the time of the period that ends something; on a path of shorter periods the last one inside it."""
    end = Period.parse(written)
    if not _is_finer(path.periods[0], end):
        return end.time(path.measure)
    inside = [i for i, period in enumerate(path.periods) if period.end <= end.end]
    i = inside[-1] if 0 < len(inside) < len(path.periods) else (len(inside) - 1 if inside else 0)
    beyond = (end.end - path.periods[i].end).days / DAYS_A_YEAR
    return float(path.times[i]) + (0.0 if 0 < len(inside) < len(path.periods) else beyond)


def _is_finer(period: Period, than: Period) -> bool:
    return PER_YEAR.get(period.kind, 0) > PER_YEAR.get(than.kind, 1e9)


def keep_inside(draws: FloatArray, bounds: tuple[float | None, float | None]) -> FloatArray:
    """Keep draws inside the bounds of a path."""
    low, high = bounds
    if low is None and high is None:
        return draws
    return np.clip(draws, low, high)


def scale_of(path: Path, *reached: FloatArray) -> Scale:
    """Give the scale that the bounds ask for, wide enough for the draws and for where they are moved to."""
    low, high = path.bounds
    inside = [keep_inside(np.ravel(values), path.bounds) for values in reached]
    return Scale.of(np.concatenate([path.draws.ravel(), *inside]), low, high)


def move_center(path: Path, center: FloatArray) -> FloatArray:
    """Move the draws onto another central path, (periods,) or (draws, periods); each keeps its distance to the median.

    The distance is kept on the scale on which the path is modelled, so that bounds hold.
    """
    medians = path.medians
    scale = scale_of(path, center)
    distance = scale.forward(path.draws) - scale.forward(medians)
    moved: FloatArray = scale.back(scale.forward(keep_inside(center, path.bounds)) + distance)
    return moved


def _grow(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Let the central path grow from the last period before; where the weight is below one, the forecast's own too.

    `%/year` compounds, any other unit is linear.
    """
    medians = path.medians
    before = [path.origin.time(path.measure), *path.times]
    values = np.concatenate([[path.origin_value], medians])
    center = np.broadcast_to(medians, path.draws.shape).copy()
    level = np.full(path.draws.shape[0], values[stretch.first])
    for i in range(stretch.first, path.times.size):
        years = before[i + 1] - before[i]
        own = values[i + 1] - values[i]
        if change.unit == "%/year":
            rate = np.maximum(1 + magnitude / 100, 0.0) ** years
            own_rate = values[i + 1] / values[i] if values[i] > 0 and values[i + 1] > 0 else 1.0
            level = level * rate ** stretch.weights[i] * own_rate ** (1 - stretch.weights[i])
        else:
            level = level + stretch.weights[i] * magnitude * years + (1 - stretch.weights[i]) * own
        center[:, i] = level
    return move_center(path, center)


def _set(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Put every draw at a level at the start; from there each moves on as it was forecast."""
    scale = scale_of(path, magnitude)
    on_scale = scale.forward(path.draws)
    level = scale.forward(keep_inside(magnitude, path.bounds))
    moved: FloatArray = scale.back(on_scale + stretch.weights * (level - on_scale[:, stretch.first])[:, None])
    if stretch.weights[stretch.first] == 1:  # the level itself, whatever the scale rounds
        moved[:, stretch.first] = magnitude
    return moved


def _hold(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Keep every draw where it stood in the last period before."""
    stood = path.draws[:, stretch.first - 1] if stretch.first else np.broadcast_to(path.start, path.draws.shape[:1])
    return blend(path.draws, stood[:, None], stretch.weights)


def _multiply(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Multiply; half the weight gives half of what the factor adds."""
    return path.draws * (1 + stretch.weights * (magnitude - 1)[:, None])


def _add(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Add, in the unit of the path."""
    return path.draws + stretch.weights * magnitude[:, None]


def _close_gap(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Close a share, in percent, of the gap to the target; a draw beyond it stays."""
    assert goal is not None
    target, direction = goal
    short = direction * (target - path.draws) > 0
    closed = blend(path.draws, np.asarray(target), stretch.weights * (magnitude / 100)[:, None])
    return np.where(short, closed, path.draws)


def _cap(
    path: Path, change: Change, magnitude: FloatArray, stretch: Stretch, goal: tuple[float, int] | None
) -> FloatArray:
    """Let nothing rise above a level."""
    return blend(path.draws, np.minimum(path.draws, magnitude[:, None]), stretch.weights)


def blend(draws: FloatArray, goal: FloatArray, weights: FloatArray) -> FloatArray:
    """Go a share of the way to a goal; all of it is the goal itself, to the last digit."""
    return np.where(weights == 1, goal, draws + weights * (goal - draws))


Act = Callable[[Path, Change, FloatArray, Stretch, tuple[float, int] | None], FloatArray]
#: Kinds in the order in which several act on one path.
KINDS: Mapping[ChangeKind, Act] = {
    "set": _set,
    "hold": _hold,
    "growth": _grow,
    "multiply": _multiply,
    "add": _add,
    "close_gap": _close_gap,
    "cap": _cap,
}
