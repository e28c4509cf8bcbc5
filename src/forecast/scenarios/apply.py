"""What a scenario does: targets moved, starting values assumed, paths changed on the same draws.

Paths change from the leaves of the driver trees up: what a formula computes is changed after it is computed, and before
anything is computed from it. On one path recipes come first, then set, hold, growth, multiply, add, close_gap and cap,
then judgment; of one kind, what starts earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, get_args

import numpy as np

from forecast.errors import ScenarioError
from forecast.plans.magnitudes import Magnitude, Range, middle, quantile
from forecast.plans.model import DateReading, Indicator, Plan, Side, Target
from forecast.scenarios.changes import KINDS, change_path
from forecast.scenarios.courses import follow_recipe
from forecast.scenarios.judging import judge_path
from forecast.scenarios.magnitudes import draw_magnitude
from forecast.scenarios.memo import Memo
from forecast.scenarios.model import Assumption, Change, Course, Scenario, TargetChange
from forecast.scenarios.trees import Root, grow_trees, root_trees
from forecast.schema.draws import FloatArray, Path, Trajectories
from forecast.schema.language import Text
from forecast.schema.periods import PER_YEAR, Period
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Why a target is due on another date than the plan's when a reader asked.
ASKED = Text(fr="échéance demandée par le lecteur", en="date asked for by the reader")


def resolve(scenario: Scenario, plan: Plan, *, by: Period | None = None) -> Plan:
    """Return the plan with its targets and its assumed drivers as the scenario has them, and as `by` asks.

    `by` replaces the due date of the last target of every indicator that is measured in numbers. A change of an
    unknown baseline (`+5 %`) gets its level from an assumed starting value. What the plan assumes of a driver, in every
    period alike, a scenario may assume otherwise.
    """
    indicators = {}
    for name, indicator in plan.indicators.items():
        targets = _with_levels(indicator, scenario, name)
        for change in (scenario.targets.get(name), TargetChange(due=by.text, reason=ASKED) if by else None):
            if change is not None:
                check_due(name, indicator, change)
                targets = _moved(name, targets, change)
        indicators[name] = indicator.model_copy(update={"targets": targets})
    drivers = {name: _assumed_otherwise(side, scenario.assumptions.get(name)) for name, side in plan.drivers.items()}
    return plan.model_copy(update={"indicators": indicators, "drivers": drivers})


def _assumed_otherwise(side: Side, assumption: Assumption | None) -> Side:
    if assumption is None or side.assumed is None:
        return side
    return side.model_copy(update={"assumed": side.assumed.model_copy(update={"value": assumption.value})})


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
    return tuple(_with_level(target, middle(assumed.value), indicator) for target in indicator.targets)


def _with_level(target: Target, start: float, indicator: Indicator) -> Target:
    if target.kind != "change" or target.value is not None or target.change is None:
        return target
    level = start + target.change if "points" in target.reading else start * (1 + target.change / 100)
    operator = target.operator or (">=" if indicator.better == "up" else "<=")
    return target.model_copy(update={"value": level, "operator": operator})


def _moved(name: str, targets: tuple[Target, ...], change: TargetChange) -> tuple[Target, ...]:
    """Change the last target in numbers; the others stay, in the order of their dates."""
    numeric = [i for i, target in enumerate(targets) if target.numeric]
    if not numeric:
        return targets
    changed = targets[numeric[-1]]
    if message := change.clash(changed):
        raise ScenarioError(f"target of '{name}': {message}")
    own = changed if changed.reason is None else changed.before  # the plan's, also when it is changed once more
    update: dict[str, object] = {"reason": change.reason, "before": own}
    if change.due is not None:
        kept = tuple(reading for reading in changed.reading if reading not in get_args(DateReading))
        update |= {"due": change.due, "reading": kept}
    if change.value is not None:
        # a level that is said is not computed from the starting value any more
        update |= {"value": change.value, "kind": "level" if changed.kind == "change" else changed.kind}
    if change.operator is not None:
        update["operator"] = change.operator
    last = changed.model_copy(update=update)
    rest = [target for i, target in enumerate(targets) if i != numeric[-1]]
    return tuple(sorted([*rest, last], key=lambda target: target.due_date or date.max))


def assume(scenario: Scenario, plan: Plan, observed: pd.DataFrame) -> pd.DataFrame:
    """Add a scenario's assumed starting values to what was observed, marked as such."""
    import pandas as pd

    from forecast.schema.tables import make_table

    assumed_by_plan = {name for name, side in plan.drivers.items() if side.assumed is not None}
    followed = {**plan.indicators, **plan.drivers}.keys() - assumed_by_plan  # these stay the same in every period
    assumptions = {name: assumed for name, assumed in scenario.assumptions.items() if name in followed}
    if not assumptions:
        return observed
    rows = [
        {
            "series": plan.series_of(name)[0],
            "period": assumed.period,
            "value": middle(assumed.value),
            "error": spread(assumed.value),
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


def spread(value: Magnitude) -> float:
    """Give the standard deviation of an assumed value that its 80 % interval stands for; 0 of a number."""
    if not isinstance(value, Range):
        return 0.0
    low, high = quantile(value, (0.1, 0.9))
    return float(high - low) / (2 * 1.2815515655446004)


def apply(
    scenario: Scenario,
    plan: Plan,
    observed: pd.DataFrame,
    baseline: Trajectories,
    *,
    rng: Streams,
    collection: Callable[[], pd.DataFrame | None] = lambda: None,
    ground: Ground | None = None,
) -> Trajectories:
    """Change the paths that a scenario names, on the baseline's own draws.

    Parameters
    ----------
    scenario : Scenario
        Its changes, recipes and judgments.
    plan : Plan
        Its formulas, and the targets that a share of a gap or a recipe aims at.
    observed : DataFrame
        Table *observations*, for recipes that look at the history.
    baseline : Trajectories
        Paths as they were forecast.
    rng : Streams
        One stream per uncertain magnitude.
    collection : callable
        Gives the public reference collection when a recipe first asks for it; None where it is not at hand.
    ground : Ground, optional
        What `lay_ground` makes of this plan and baseline, where several scenarios are applied to them.

    Raises
    ------
    ScenarioError
        If something acts after the last period forecast, or a formula has no value in too many draws.
    """
    ground = ground or lay_ground(plan, baseline, rng)
    act = partial(
        _act, scenario=scenario, plan=plan, observed=observed, rng=rng, collection=collection, memo=ground.memo
    )
    leaves = {name: path if plan.item(name).formula else act(name, path) for name, path in ground.before.items()}
    grown, trees = grow_trees(ground.roots, ground.before, leaves, act, ground.memo)
    return replace(baseline.with_paths({**leaves, **grown}, scenario.id), trees=trees)


@dataclass(frozen=True)
class Ground:
    """What scenarios are applied to, and what none of them changes.

    Attributes
    ----------
    before : mapping of str to Path
        Paths as they were forecast, and those of drivers that the plan assumes.
    roots : mapping of str to Root
        Formulas computed on them.
    memo : Memo
        Paths that the scenarios applied so far made: where the next one changes the same, they are not made again.
    supposed : Memo
        The same ground with assumed drivers at other values.
    """

    before: Mapping[str, Path]
    roots: Mapping[str, Root]
    memo: Memo = field(default_factory=Memo, repr=False)
    supposed: Memo = field(default_factory=Memo, repr=False)

    def only(self, names: Collection[str]) -> Ground:
        """The same of some paths, and of the formulas of these."""
        before = {name: path for name, path in self.before.items() if name in names}
        return replace(self, before=before, roots={name: one for name, one in self.roots.items() if name in names})


def lay_ground(plan: Plan, baseline: Trajectories, rng: Streams) -> Ground:
    """Bring in what the plan assumes of its drivers and compute its formulas, once for all scenarios.

    Raises
    ------
    ScenarioError
        If a formula has no value in too many draws.
    """
    before = {**assumed_paths(plan, baseline, rng), **baseline.paths}
    return Ground(before, root_trees(plan, before))


def assumed_paths(plan: Plan, baseline: Trajectories, rng: Streams) -> dict[str, Path]:
    """Make paths of drivers that nobody measured: what the plan assumes of them, the same in every period."""
    found = {}
    for name, side in plan.drivers.items():
        leader = baseline.paths.get(side.of or "") or max(
            baseline.paths.values(), key=lambda path: len(path.periods), default=None
        )
        if side.assumed is None or name in baseline.paths or leader is None:
            continue
        size = _draw(side.assumed.value, f"{name}:assumed", leader, rng)
        found[name] = Path(
            draws=np.repeat(size[:, None], len(leader.periods), axis=1),
            periods=leader.periods,
            origin=leader.origin,
            ahead=leader.ahead,
            origin_value=middle(side.assumed.value),
            unit=str(side.unit),
            measure=side.measure,
            bounds=side.bounds,
            model="assumed",
            used=("assumed",),
            notes=("assumed",),
            assumed=True,
        )
    return found


def _act(
    name: str,
    path: Path,
    *,
    scenario: Scenario,
    plan: Plan,
    observed: pd.DataFrame,
    rng: Streams,
    collection: Callable[[], pd.DataFrame | None],
    memo: Memo,
) -> Path:
    """Do to one path what a scenario says of it, in the stated order."""
    courses = [one for one in scenario.recipes if one.on == name]
    changes = [one for one in scenario.changes if one.on == name]
    judgments = [one for one in scenario.judgments if one.on == name]
    if not (courses or changes or judgments):
        return path

    def make() -> Path:
        acted = path
        for course in sorted(courses, key=lambda course: _starts(course, acted)):
            acted = follow_recipe(acted, course, plan, observed, collection)
        acted = _change(acted, changes, _goal(plan, name), rng)
        for judgment in judgments:
            acted = judge_path(acted, judgment, _draw(judgment.value, judgment.key, acted, rng))
        return acted

    aims = [target for target in plan.indicators[name].targets if target.numeric] if name in plan.indicators else []
    return memo.recall(repr((name, courses, changes, judgments, aims)), (path,), make)


def _change(path: Path, changes: list[Change], goal: tuple[float, int] | None, rng: Streams) -> Path:
    """Make the changes of one path, in the order of their kinds, then of their starts."""
    kinds = list(KINDS)
    for change in sorted(changes, key=lambda change: (kinds.index(change.change), _starts(change, path))):
        size = _draw(0.0 if change.value is None else change.value, change.key, path, rng)
        path = change_path(path, change, size, goal)
    return path


def _draw(value: Magnitude, key: str, path: Path, rng: Streams) -> FloatArray:
    """Draw a magnitude for each draw of a path; a number needs no stream, which takes longer to make than it."""
    draws = path.draws.shape[0]
    if not isinstance(value, Range):
        return np.full(draws, float(value))
    return draw_magnitude(value, draws, rng.stream("magnitude", key))


def _starts(one: Change | Course, path: Path) -> date:
    return Period.parse(one.start).end if one.start else path.periods[path.ahead].end


def _goal(plan: Plan, name: str) -> tuple[float, int] | None:
    """Value of the last target in numbers of an indicator, and where its good side lies."""
    indicator = plan.indicators.get(name)
    targets = [target for target in indicator.targets if target.numeric] if indicator else []
    if not targets or targets[-1].value is None or indicator is None:
        return None
    return targets[-1].value, 1 if indicator.better == "up" else -1


def without_judgment(scenario: Scenario) -> Scenario:
    """The same scenario before an analyst adjusted it."""
    return scenario.model_copy(update={"judgments": ()})
