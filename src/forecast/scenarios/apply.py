"""What a scenario does: targets moved, starting values assumed, paths changed on the same draws."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

import numpy as np

from forecast.errors import ScenarioError
from forecast.plans.model import DateReading, Indicator, Plan, Target
from forecast.scenarios.model import Change, Scenario, TargetChange
from forecast.schema.draws import FloatArray, Path, Trajectories
from forecast.schema.language import Text
from forecast.schema.periods import PER_YEAR, Period
from forecast.schema.scales import Scale

if TYPE_CHECKING:
    import pandas as pd

#: Why a target is due on another date than the plan's when a reader asked.
ASKED = Text(fr="échéance demandée par le lecteur", en="date asked for by the reader")


def resolve(scenario: Scenario, plan: Plan, *, by: Period | None = None) -> Plan:
    """Return the plan with its targets as the scenario has them, and as `by` asks.

    `by` replaces the due date of the last target of every indicator that is measured in numbers. A change of an
    unknown baseline (`+5 %`) gets its level from an assumed starting value.
    """
    indicators = {}
    for name, indicator in plan.indicators.items():
        targets = _with_levels(indicator, scenario, name)
        for change in (scenario.targets.get(name), TargetChange(due=by.text, reason=ASKED) if by else None):
            if change is not None:
                check_due(name, indicator, change)
                targets = _moved(targets, change)
        indicators[name] = indicator.model_copy(update={"targets": targets})
    return plan.model_copy(update={"indicators": indicators})


def check_due(name: str, indicator: Indicator, change: TargetChange) -> None:
    """Refuse to move the target of a yearly flow to a month or a day: a year's hours are not a month's."""
    dues = [target.period for target in indicator.targets if target.numeric and target.period]
    if change.due is None or indicator.measure != "flow" or not dues:
        return
    due = Period.parse(change.due)
    if PER_YEAR.get(dues[-1].kind, 0) == 1 and PER_YEAR.get(due.kind, 0) != 1:
        raise ScenarioError(
            f"'{name}' is measured over a year: {due} cannot be its due date; write a year, such as 2028 or 2027-2028"
        )


def _with_levels(indicator: Indicator, scenario: Scenario, name: str) -> tuple[Target, ...]:
    assumed = scenario.assumptions.get(name)
    if assumed is None:
        return indicator.targets
    return tuple(_with_level(target, assumed.value, indicator) for target in indicator.targets)


def _with_level(target: Target, start: float, indicator: Indicator) -> Target:
    if target.kind != "change" or target.value is not None or target.change is None:
        return target
    level = start + target.change if "points" in target.reading else start * (1 + target.change / 100)
    operator = target.operator or (">=" if indicator.better == "up" else "<=")
    return target.model_copy(update={"value": level, "operator": operator})


def _moved(targets: tuple[Target, ...], change: TargetChange) -> tuple[Target, ...]:
    """Change the last target in numbers; the others stay, in the order of their dates."""
    numeric = [i for i, target in enumerate(targets) if target.numeric]
    if not numeric:
        return targets
    changed = targets[numeric[-1]]
    own = changed if changed.reason is None else changed.before  # the plan's, also when it is changed once more
    update: dict[str, object] = {"reason": change.reason, "before": own}
    if change.due is not None:
        kept = tuple(reading for reading in changed.reading if reading not in get_args(DateReading))
        update |= {"due": change.due, "reading": kept}
    if change.value is not None:
        update["value"] = change.value
    last = changed.model_copy(update=update)
    rest = [target for i, target in enumerate(targets) if i != numeric[-1]]
    return tuple(sorted([*rest, last], key=lambda target: target.due_date or date.max))


def assume(scenario: Scenario, plan: Plan, observed: pd.DataFrame) -> pd.DataFrame:
    """Add a scenario's assumed starting values to what was observed, marked as such."""
    import pandas as pd

    from forecast.schema.tables import make_table

    followed = {**plan.indicators, **plan.drivers}
    assumptions = {name: assumed for name, assumed in scenario.assumptions.items() if name in followed}
    if not assumptions:
        return observed
    rows = [
        {
            "series": plan.series_of(name)[0],
            "period": assumed.period,
            "value": assumed.value,
            "unit": assumed.unit,
            "source": None,
            "published": "",
            "status": "assumed",
            "note": assumed.reason.en,
            "note_fr": assumed.reason.fr,
            "indicator": name,
            "time": Period.parse(assumed.period).time(plan.item(name).measure),
            "used": True,
            "why": None,
        }
        for name, assumed in assumptions.items()
    ]
    added = make_table("observations", rows)
    pairs = set(zip(added["indicator"], added["period"], strict=True))
    replaced = [pair in pairs for pair in zip(observed["indicator"], observed["period"], strict=True)]
    kept = observed.assign(
        used=observed["used"] & ~np.array(replaced, dtype=bool),
        why=observed["why"].where(~np.array(replaced, dtype=bool), "replaced by an assumption"),
    )
    return pd.concat([kept, added], ignore_index=True).sort_values(
        ["indicator", "time"], kind="stable", ignore_index=True
    )


def apply(scenario: Scenario, baseline: Trajectories) -> Trajectories:
    """Change the paths that a scenario names, in the order of its file, on the baseline's own draws.

    Raises
    ------
    ScenarioError
        If a change starts after the last period forecast.
    """
    paths = dict(baseline.paths)
    for change in scenario.changes:
        if change.on in paths:
            paths[change.on] = _change_path(paths[change.on], change)
    return baseline.with_paths(paths, scenario.id)


def _change_path(path: Path, change: Change) -> Path:
    start = Period.parse(change.start)
    changed = [i for i, period in enumerate(path.periods) if period.end >= start.end]
    if not changed:
        raise ScenarioError(
            f"the change on '{change.on}' starts {change.start}, after the last period forecast, {path.periods[-1]};"
            " start it earlier"
        )
    first = changed[0]
    act = _grow if change.change == "growth" else _set
    draws = path.draws.copy()
    draws[:, first:] = act(path, change, first)
    return path.changed(draws, assumed=change.assumed)


def _grow(path: Path, change: Change, first: int) -> FloatArray:
    """Let the central path grow from the last period before the change; each draw keeps its distance to it.

    The distance is kept on the scale on which the path is modelled, so that bounds hold. `%/year` compounds,
    any other unit is linear.
    """
    medians = np.median(path.draws, axis=0)
    times = path.times
    if first:
        start, base = times[first - 1], medians[first - 1]
    else:
        start, base = path.origin.time(path.measure), path.origin_value
    years = times[first:] - start
    rate = change.value
    central = base * (1 + rate / 100) ** years if change.unit == "%/year" else base + rate * years
    scale = _scale(path, central)
    distance = scale.forward(path.draws[:, first:]) - scale.forward(medians[first:])
    moved: FloatArray = scale.back(scale.forward(central) + distance)
    return moved


def _scale(path: Path, central: FloatArray) -> Scale:
    """The scale that the bounds ask for, wide enough for the draws and for where they are moved to."""
    low, high = path.bounds
    inside = np.clip(central, -np.inf if low is None else low, np.inf if high is None else high)
    return Scale.of(np.concatenate([path.draws.ravel(), inside]), low, high)


def _set(path: Path, change: Change, first: int) -> FloatArray:
    """Put every draw at a level at the start; from there each moves on as it was forecast."""
    scale = _scale(path, np.array([change.value]))
    on_scale = scale.forward(path.draws[:, first:])
    level = scale.forward(np.array(change.value))
    moved: FloatArray = scale.back(level + on_scale - on_scale[:, :1])
    return moved
