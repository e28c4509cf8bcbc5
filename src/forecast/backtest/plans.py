"""Backtests of plans: on each day on which a value became known, what would have been forecast from what was known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from forecast import models as forecasters
from forecast import observations
from forecast.backtest.cases import Backtest, Forecast, Tell, collect, usual_change
from forecast.models import registry
from forecast.models.horizon import grid_step
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Indicator, Plan, Target
from forecast.schema.draws import SAME_TIME, Path
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period, decimal_year
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Columns by which two plans that follow one series are told to give one case twice.
SAME_CASE = ["series", "model", "as_of", "period"]


@dataclass(frozen=True)
class Origin:
    """A day on which something new was known: what was known then of each item, and what happened after it."""

    day: date
    observed: pd.DataFrame
    outcomes: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Task:
    """A plan with its origins, and all values known at the end."""

    plan: Plan
    known: pd.DataFrame
    origins: Sequence[Origin]


def backtest_plan(
    plan: str | Plan,
    catalogue: Catalogue,
    models: Sequence[str] = (),
    *,
    as_of: date | None = None,
    draws: int | None = None,
    seed: int | None = None,
    tell: Tell | None = None,
) -> Backtest:
    """Forecast a plan again as on each day on which one of its values became known.

    On such a day only what was published by then counts, each value as it was then; it is compared with the value that
    is used at `as_of`, for every later period of an indicator or a driver. An indicator is forecast anew only on a day
    on which what was known of it changed. Values from a later change of definition on are not compared.

    Parameters
    ----------
    plan : str or Plan
        Id of the plan, or the plan itself.
    catalogue : Catalogue
        Where its observations lie.
    models : sequence of str
        Names in the registry; the default model, naive and drift when empty.
    as_of : date, optional
        What happened is taken as known on this day; today by default.
    draws, seed : optional
        As in `parameters/defaults.yaml` when not given.
    tell : callable, optional
        Told after each step how many are done, of how many.

    Returns
    -------
    Backtest
        Empty when no period of a forecast has since had a value.

    Raises
    ------
    ForecastError
        If a file is faulty, or the plan or a model is unknown.
    """
    return backtest_plans([plan], catalogue, models, as_of=as_of, draws=draws, seed=seed, tell=tell)


def backtest_plans(
    plans: Sequence[str | Plan],
    catalogue: Catalogue,
    models: Sequence[str] = (),
    *,
    as_of: date | None = None,
    draws: int | None = None,
    seed: int | None = None,
    tell: Tell | None = None,
) -> Backtest:
    """Backtest several plans together; a series that two of them follow counts once. As `backtest_plan`."""
    parameters = Parameters.load(catalogue.root).with_values(draws=draws, seed=seed)
    names = tuple(dict.fromkeys(models)) or default_models(parameters)
    for name in names:
        registry.get(name)
    loaded = [catalogue.plan(plan) if isinstance(plan, str) else plan for plan in plans]
    tasks = [find_origins(plan, catalogue, as_of or date.today()) for plan in loaded]
    found = collect(_forecasts(tasks, names, parameters, tell))
    cases = found.cases.drop_duplicates(SAME_CASE, ignore_index=True)
    events = found.events.drop_duplicates([*SAME_CASE, "kind", "threshold"], ignore_index=True)
    return Backtest(cases, events)


def default_models(parameters: Parameters) -> tuple[str, ...]:
    """Models of a backtest when none is asked for: the default one, and two simple ones to compare it with."""
    return tuple(dict.fromkeys((parameters.model, "naive", "drift")))


def find_origins(plan: Plan, catalogue: Catalogue, as_of: date) -> Task:
    """Find the days on which what was known of an indicator or a driver changed, with a later value to compare with."""
    known = _numeric(observations.load(plan, catalogue, as_of=as_of), plan)
    final = {str(name): _own(plan, str(name), rows) for name, rows in known.groupby("indicator", sort=False)}
    before: dict[str, tuple[tuple[str, float], ...]] = {}
    origins = []
    for day in sorted(set(known["published"])):
        then = _numeric(observations.load(plan, catalogue, as_of=date.fromisoformat(day)), plan)
        then = then[then["used"]]
        outcomes: dict[str, pd.DataFrame] = {}
        for name, rows in then.groupby("indicator", sort=False):
            seen = tuple(zip(rows["period"], rows["value"], strict=True))
            if seen != before.get(str(name)):
                later = _later(final[str(name)], float(rows["time"].max()))
                outcomes |= {str(name): later} if len(later) else {}
            before[str(name)] = seen
        if outcomes:
            origins.append(Origin(date.fromisoformat(day), then[then["indicator"].isin(list(outcomes))], outcomes))
    return Task(plan, known, origins)


def _numeric(observed: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    names = [name for name, item in {**plan.indicators, **plan.drivers}.items() if item.measure in ("flow", "stock")]
    return observed[observed["indicator"].isin(names)]


def _own(plan: Plan, name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Values used of the series that is forecast, a proposed one not being compared with the indicator's own figures.

    `broken` is the first day of the last change of definition before a value, in decimal years.
    """
    own = rows[rows["used"] & (rows["series"] == plan.series_of(name)[-1])]
    starts = [decimal_year(Period.parse(text).start) if isinstance(text, str) else np.nan for text in own["break_from"]]
    return own.assign(broken=starts)


def _later(rows: pd.DataFrame, origin: float) -> pd.DataFrame:
    """Rows after an origin, before any change of definition after it; of rows that stand at one time, the last."""
    later = rows[(rows["time"] > origin + SAME_TIME) & ~(rows["broken"] > origin)]
    return later[~(later["time"].diff(-1).abs() < SAME_TIME)]


def _forecasts(
    tasks: Sequence[Task], names: Sequence[str], parameters: Parameters, tell: Tell | None
) -> Iterator[Forecast]:
    done, total = 0, sum(len(task.origins) for task in tasks) * len(names)
    for task in tasks:
        for origin in task.origins:
            asking = ask_for(task.plan, origin.outcomes)
            for model in names:
                rng = Streams(parameters.seed)
                drawn = forecasters.forecast(origin.observed, asking, model=model, draws=parameters.draws, rng=rng)
                for name, path in drawn.paths.items():
                    yield _case(task, name, path, origin)
                done += 1
                if tell:
                    tell(done, total)


def ask_for(plan: Plan, outcomes: Mapping[str, pd.DataFrame]) -> Plan:
    """Make the plan whose models are asked for the periods that have an outcome, and told nothing of it.

    Models forecast at the due dates of targets, so each outcome's period becomes one; the level does not matter to
    them, and is zero. A driver is asked for in the same way.
    """
    asked = {}
    for name, rows in outcomes.items():
        dues = tuple(Target(words=period, due=period, value=0.0, operator=">=") for period in rows["period"])
        item = plan.item(name)
        if not isinstance(item, Indicator):
            shared = {key: getattr(item, key) for key in ("name", "unit", "measure", "bounds", "series", "note")}
            item = Indicator(**shared, number="", better="up")
        asked[name] = item.model_copy(update={"targets": dues})
    return plan.model_copy(update={"indicators": asked, "drivers": {}, "comparables": {}})


def _case(task: Task, name: str, path: Path, origin: Origin) -> Forecast:
    plan, known = task.plan, task.known
    item, outcomes = plan.item(name), origin.outcomes[name]
    history = origin.observed[origin.observed["indicator"] == name]
    every = known[(known["indicator"] == name) & known["used"]]
    periods = [Period.parse(text) for text in history["period"]]
    _step, season = grid_step(periods, history["time"].to_numpy(dtype=float))
    dates = [Period.parse(text) for text in outcomes["period"]]
    drawn = [path.at(period) for period in dates]
    assert all(column is not None for column in drawn)  # `ask_for` made each of them a date to forecast
    values = history["value"].to_numpy(dtype=float)
    return Forecast(
        labels={
            "plan": plan.id,
            "series": plan.series_of(name)[-1],
            "indicator": name,
            "unit": path.unit,
            "model": path.model,
            "used": " ".join(path.used),
            "as_of": origin.day.isoformat(),
            "origin": path.origin.text,
            "observations": len(history),
        },
        draws=np.column_stack([column for column in drawn if column is not None]),
        periods=[period.text for period in dates],
        lead=outcomes["time"].to_numpy(dtype=float) - path.origin.time(path.measure),
        outcomes=outcomes["value"].to_numpy(dtype=float),
        last=path.origin_value,
        scale=usual_change(values, every["value"].to_numpy(dtype=float), season),
        bounds=item.bounds,
        targets=_due(item, dates) if isinstance(item, Indicator) else (),
    )


def _due(item: Indicator, dates: Sequence[Period]) -> list[tuple[int, Target]]:
    """Targets in numbers that fall due at one of the dates, by the position of that date."""
    times = np.array([period.time(item.measure) for period in dates])
    return [
        (int(near.argmax()), target)
        for target in item.targets
        if target.numeric and target.period is not None
        for near in [np.abs(times - target.period.time(item.measure)) < SAME_TIME]
        if near.any()
    ]
