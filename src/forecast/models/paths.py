"""From the observations of a plan to the forecast paths of its indicators and drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forecast.models.horizon import forecast_periods, grid_step
from forecast.models.network import find_record
from forecast.models.panel import Break, Prediction, Series, predict
from forecast.models.pooled import POOLED, is_yearly
from forecast.plans.model import Indicator, Plan
from forecast.plans.series import Link
from forecast.schema.draws import FloatArray, Path, Record, Trajectories
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Observations nearer than this share of a step are one date to a model: the later row stands.
SAME_DATE = 0.1


def forecast(observed: pd.DataFrame, plan: Plan, *, model: str, draws: int, rng: Streams) -> Trajectories:
    """Forecast every indicator and driver of a plan that has at least one observation.

    Parameters
    ----------
    observed : DataFrame
        Table *observations*.
    model : str
        Name in the registry.
    draws : int
        Predictive draws of each.
    rng : Streams
        One stream per series, so that draws depend on nothing else.

    Returns
    -------
    Trajectories
        One path per indicator or driver, under the scenario `baseline`; nothing for those without an observation.
    """
    items = {**plan.indicators, **plan.drivers}
    panel: dict[str, tuple[Series, tuple[Period, ...], pd.DataFrame]] = {}
    for name, item in items.items():
        rows = observed[(observed["indicator"] == name) & observed["used"]]
        if item.measure in ("flow", "stock") and len(rows):
            panel[name] = _prepare(name, plan, rows)
    predictions = _predict({name: series for name, (series, _, _) in panel.items()}, model, draws, rng)
    paths = {
        name: _path(plan, name, rows, periods, predictions[name], model, _record(series, predictions[name]))
        for name, (series, periods, rows) in panel.items()
    }
    return Trajectories(plan.id, "baseline", paths)


def _predict(panel: dict[str, Series], model: str, draws: int, rng: Streams) -> dict[str, Prediction]:
    """Predict in one call; names that follow one series, with the same draws, in calls of their own."""
    first = {series.id: name for name, series in reversed(panel.items())}
    found = predict(model, [panel[name] for name in first.values()], draws, rng)
    again = {name: series for name, series in panel.items() if first[series.id] != name}
    return {name: found[id_] for id_, name in first.items()} | {
        name: predict(model, [series], draws, rng)[series.id] for name, series in again.items()
    }


def _prepare(name: str, plan: Plan, rows: pd.DataFrame) -> tuple[Series, tuple[Period, ...], pd.DataFrame]:
    item = plan.item(name)
    observed = [Period.parse(text) for text in rows["period"]]
    of = getattr(item, "of", None)
    leader = plan.indicators.get(of) if of else None
    periods = forecast_periods(item, observed, leader)
    times = rows["time"].to_numpy(dtype=float)
    step, season = grid_step(observed, times)
    kept = _distinct(times, SAME_DATE * step)
    seen = rows.iloc[kept]
    series = Series(
        id=plan.series_of(name)[-1],
        times=times[kept],
        values=rows["value"].to_numpy(dtype=float)[kept],
        step=step,
        season=season,
        lower=item.bounds[0],
        upper=item.bounds[1],
        ahead=np.array([period.time(item.measure) for period in periods]),
        errors=seen["error"].to_numpy(dtype=float),
        rounded=(seen["status"] == "rounded").to_numpy(dtype=bool),
        exceptional=seen["exceptional"].to_numpy(dtype=bool),
        breaks=_breaks(seen),
    )
    return series, periods, rows


def _breaks(rows: pd.DataFrame) -> tuple[Break, ...]:
    """Breaks between rows: where the last break before a value is another than before the value that precedes it."""
    found = []
    names = rows["break_from"].ffill().astype(object).where(lambda name: name.notna(), None).tolist()
    for at in range(1, len(names)):
        row = rows.iloc[at]
        if names[at] != names[at - 1]:
            numbers = () if row["link"] == "unknown" else (row["link_low"], row["link_likely"], row["link_high"])
            found.append(Break(at, Link(row["link"], *(float(number) for number in numbers))))
    return tuple(found)


def _distinct(times: FloatArray, nearest: float) -> list[int]:
    """Positions of the dates a model sees: of dates that are almost the same, the last one."""
    return [i for i in range(len(times)) if i == len(times) - 1 or times[i + 1] - times[i] > nearest]


def _record(series: Series, prediction: Prediction) -> Record | None:
    """How the default model fared in such a situation; nothing for other models."""
    if prediction.used != (POOLED.name,):
        return None
    return find_record(series.values.size, yearly=is_yearly(series))


def _path(
    plan: Plan,
    name: str,
    rows: pd.DataFrame,
    periods: tuple[Period, ...],
    prediction: Prediction,
    model: str,
    record: Record | None,
) -> Path:
    item = plan.item(name)
    last = rows.iloc[-1]
    notes = list(prediction.notes)
    if isinstance(item, Indicator) and item.identification is not None:
        notes.append("identification")
    return Path(
        draws=prediction.draws,
        periods=periods,
        origin=Period.parse(last["period"]),
        origin_value=float(last["value"]),
        unit=str(item.unit),
        measure=item.measure,
        bounds=item.bounds,
        model=model,
        used=prediction.used,
        notes=tuple(notes),
        observations=int((rows["status"] != "assumed").sum()),
        assumed=bool((rows["status"] == "assumed").any()),
        record=record,
    )
