"""One case: a forecast of one series, for one date, by one model, from one origin, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.assessment import scores
from forecast.plans.model import Bounds, Target
from forecast.schema.draws import FloatArray

if TYPE_CHECKING:
    import pandas as pd

#: Levels of the weighted interval score: the median and the ends of the intervals of 50, 80 and 95 %.
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
#: Intervals scored, in percent, with their ends in `LEVELS`.
INTERVALS = {50: (2, 4), 80: (1, 5), 95: (0, 6)}
#: Virtual targets: at least a rise, or at most a fall, of so much a year.
PACES = (0.01, 0.02, 0.04)
#: Draws held at once, cases times draws: 32 MB.
AT_ONCE = 4_000_000

LABELS = ("plan", "series", "indicator", "unit", "model", "used", "as_of", "origin", "observations")
CASES = (*LABELS, "period", "lead", "outcome", "median", "scale", "absolute_error", "smape", "wis", "crps")
EVENTS = (*LABELS, "period", "lead", "kind", "threshold", "probability", "happened", "brier")

#: Told after each step: how many are done, of how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Backtest:
    """What a backtest found.

    Attributes
    ----------
    cases : DataFrame
        One row per series, model, origin and date, with its scores in the unit of the series; `lead` is in years;
        `scale` is the usual change of the series, by which scores are divided where units differ.
    events : DataFrame
        One row per case and threshold: the stated `probability`, whether it `happened`, and whose threshold it is:
        a `target` of the plan or a `virtual` one.
    """

    cases: pd.DataFrame
    events: pd.DataFrame

    def __len__(self) -> int:
        return len(self.cases)


@dataclass(frozen=True)
class Forecast:
    """A forecast and what happened at its dates.

    Attributes
    ----------
    labels : mapping
        Columns that name it, as in `LABELS`.
    draws : array (draws, dates)
        In the unit of the series.
    periods : sequence of str
        Dates as shown.
    lead : array (dates,)
        Years from the origin.
    outcomes : array (dates,)
        What happened, in the unit of the series.
    last : float
        Value at the origin, from which virtual targets are made.
    scale : float
        Usual change of the series, in its unit; NaN when it never changed.
    bounds : (lower, upper)
        Virtual targets outside them are left out.
    targets : sequence of (position, Target)
        Targets of the plan that fall due at one of the dates.
    """

    labels: Mapping[str, Any]
    draws: FloatArray
    periods: Sequence[str]
    lead: FloatArray
    outcomes: FloatArray
    last: float
    scale: float
    bounds: Bounds = (None, None)
    targets: Sequence[tuple[int, Target]] = field(default=())


def usual_change(history: FloatArray, known: FloatArray, season: int) -> float:
    """Scale of a series: the mean absolute change from one season to the next in its history, as in MASE.

    Where the history is too short or never changed, the changes of all values known now: the scale is the same for
    every model, so that nothing is favoured by it. NaN for a series that never changed.
    """
    found = [float(scores.naive_scale(history, season)), float(scores.naive_scale(known, 1))]
    return next((scale for scale in found if scale > 0), np.nan)


def collect(forecasts: Iterable[Forecast]) -> Backtest:
    """Score forecasts as they come, a few at a time, so that memory does not grow with their draws."""
    found: list[Backtest] = []
    waiting: list[Forecast] = []
    for forecast in forecasts:
        waiting.append(forecast)
        if sum(item.draws.size for item in waiting) >= AT_ONCE:
            found.append(score(waiting))
            waiting = []
    return join([*found, *([score(waiting)] if waiting else [])])


def join(parts: Sequence[Backtest]) -> Backtest:
    """Put backtests together; none gives empty tables with all columns."""
    import pandas as pd

    parts = [part for part in parts if len(part)]
    if not parts:
        columns = [
            *CASES,
            *(f"{name}_{percent}" for percent in INTERVALS for name in ("low", "high", "covered", "width")),
        ]
        return Backtest(pd.DataFrame(columns=columns), pd.DataFrame(columns=list(EVENTS)))
    cases, events = (
        pd.concat([getattr(part, name) for part in parts], ignore_index=True) for name in ("cases", "events")
    )
    return Backtest(cases, events)


def score(forecasts: Sequence[Forecast]) -> Backtest:
    """Score forecasts against what happened: one row per date, and one per date and threshold."""
    import pandas as pd

    draws = np.concatenate([item.draws.T for item in forecasts])
    outcomes = np.concatenate([item.outcomes for item in forecasts])
    labels = _labels(forecasts)
    quantiles = np.quantile(draws, LEVELS, axis=-1).T
    median = quantiles[:, LEVELS.index(0.5)]
    columns: dict[str, Any] = {
        "outcome": outcomes,
        "median": median,
        "scale": _repeat(forecasts, [item.scale for item in forecasts]),
        "absolute_error": scores.absolute_error(median, outcomes),
        "smape": scores.smape(median, outcomes),
        "wis": scores.weighted_interval_score(LEVELS, quantiles, outcomes),
        "crps": scores.crps(draws, outcomes),
    }
    for percent, (first, last) in INTERVALS.items():
        low, high = quantiles[:, first], quantiles[:, last]
        columns |= {f"low_{percent}": low, f"high_{percent}": high, f"width_{percent}": high - low}
        columns[f"covered_{percent}"] = scores.interval_covers(low, high, outcomes)
    cases = pd.concat([labels, pd.DataFrame(columns)], axis=1)
    events = pd.concat([_virtual(forecasts, labels, draws, outcomes), _own(forecasts, labels, draws, outcomes)])
    return Backtest(cases, events.assign(brier=scores.brier(events["probability"], events["happened"])))


def _labels(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {
        name: _repeat(forecasts, [item.labels.get(name) for item in forecasts]) for name in LABELS
    }
    columns["period"] = [period for item in forecasts for period in item.periods]
    columns["lead"] = np.concatenate([item.lead for item in forecasts])
    return pd.DataFrame(columns)


def _repeat(forecasts: Sequence[Forecast], values: Sequence[Any]) -> list[Any]:
    """One value of each forecast for each of its dates."""
    return [value for item, value in zip(forecasts, values, strict=True) for _date in item.periods]


def _virtual(
    forecasts: Sequence[Forecast], labels: pd.DataFrame, draws: FloatArray, outcomes: FloatArray
) -> pd.DataFrame:
    """Chances of a rise of at least, or a fall of at least, 1, 2 and 4 % a year, where the bounds allow it."""
    import pandas as pd

    last = np.array(_repeat(forecasts, [item.last for item in forecasts]))
    low, high = (
        np.array(_repeat(forecasts, [other if item.bounds[i] is None else item.bounds[i] for item in forecasts]))
        for i, other in ((0, -np.inf), (1, np.inf))
    )
    lead = labels["lead"].to_numpy()
    parts = []
    for sign in (1, -1):
        for pace in PACES:
            threshold = last + np.abs(last) * ((1 + sign * pace) ** lead - 1)
            met = (sign * draws >= sign * threshold[:, None]).mean(axis=-1)
            asked = (threshold > low) & (threshold < high) & (last != 0)
            found = labels.assign(
                kind="virtual", threshold=threshold, probability=met, happened=sign * outcomes >= sign * threshold
            )
            parts.append(found[asked])
    together: pd.DataFrame = pd.concat(parts)
    return together


def _own(forecasts: Sequence[Forecast], labels: pd.DataFrame, draws: FloatArray, outcomes: FloatArray) -> pd.DataFrame:
    """Chances of the plan's own targets that fell due at a date with a known outcome."""
    import pandas as pd

    rows, start = [], 0
    for item in forecasts:
        for position, target in item.targets:
            case = start + position
            found = {
                "kind": "target",
                "threshold": target.value,
                "probability": float(target.met_by(draws[case]).mean()),
                "happened": bool(target.met_by(outcomes[case])),
            }
            rows.append(dict(zip(labels.columns, labels.iloc[case], strict=True)) | found)
        start += len(item.periods)
    return pd.DataFrame(rows, columns=[column for column in EVENTS if column != "brier"]) if rows else labels.iloc[:0]
