"""Backtests of a panel of series: each history cut at one origin after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.backtest.cases import Backtest, Forecast, Tell, collect, usual_change
from forecast.errors import DataError
from forecast.models.horizon import grid_step
from forecast.models.panel import Prediction, Series, predict
from forecast.schema.draws import FloatArray
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

if TYPE_CHECKING:
    import pandas as pd

#: Steps a year that dates alone may tell: years, quarters, months, four-week periods.
STEPS_A_YEAR = (1, 4, 12, 13)
NEEDED = "a panel needs unique_id, time (decimal year) or period, and y; lower and upper are optional"


def backtest_panel(
    panel: Sequence[Series],
    models: Sequence[str],
    *,
    origins: int | None = None,
    horizon: int = 5,
    draws: int = 4000,
    seed: int = 0,
    tell: Tell | None = None,
) -> Backtest:
    """Forecast every series of a panel again from earlier origins, all series in one call per model and origin.

    Parameters
    ----------
    panel : sequence of Series
        Series with distinct ids; their own dates to forecast do not matter. One with a single value is left out.
    models : sequence of str
        Names in the registry.
    origins : int, optional
        How many origins: the last 1, 2, 3 … values are held back in turn, as long as one is left; all by default.
    horizon : int
        Values forecast after each origin, at most.
    draws, seed : int
        As everywhere.
    tell : callable, optional
        Told after each call how many are done, of how many.

    Raises
    ------
    DataError
        If an id is repeated, a model is unknown, or `origins` or `horizon` is less than one.
    """
    for name, count in (("origins", origins), ("horizon", horizon)):
        if count is not None and count < 1:
            raise DataError(f"{name} is {count}; ask for at least 1")
    return collect(_forecasts(panel, models, origins, horizon, draws, seed, tell))


def _forecasts(
    panel: Sequence[Series],
    models: Sequence[str],
    origins: int | None,
    horizon: int,
    draws: int,
    seed: int,
    tell: Tell | None,
) -> Iterator[Forecast]:
    longest = max((series.values.size for series in panel), default=0)
    held_back = range(1, min(origins or longest, longest - 1) + 1)
    done = 0
    for model in models:
        for held in held_back:
            cut = {series.id: cut_series(series, held, horizon) for series in panel if series.values.size > held}
            found = predict(model, list(cut.values()), draws, Streams(seed))
            whole = {series.id: series for series in panel}
            for id_, series in cut.items():
                yield _case(whole[id_], series, model, found[id_])
            done += 1
            if tell:
                tell(done, len(models) * len(held_back))


def cut_series(series: Series, held: int, horizon: int) -> Series:
    """Hold back the last values of a series, and ask for the dates of the first of them."""
    names = ("times", "values", "errors", "rounded", "exceptional")
    kept = {name: getattr(series, name)[:-held] for name in names}
    breaks = tuple(item for item in series.breaks if item.at < series.values.size - held)
    return replace(series, **kept, breaks=breaks, ahead=series.times[-held:][:horizon])


def _case(whole: Series, series: Series, model: str, prediction: Prediction) -> Forecast:
    first = series.values.size
    return Forecast(
        labels={
            "series": series.id,
            "indicator": series.id,
            "model": model,
            "used": " ".join(prediction.used),
            "origin": f"{series.times[-1]:.8g}",
            "observations": first,
        },
        draws=prediction.draws,
        periods=[f"{time:.8g}" for time in series.ahead],
        lead=series.ahead - series.times[-1],
        outcomes=whole.values[first : first + series.ahead.size],
        last=float(series.values[-1]),
        scale=usual_change(series.values, whole.values, series.season),
        bounds=(series.lower, series.upper),
    )


def read_panel(path: Path) -> list[Series]:
    """Read a panel from a long table, CSV or Parquet.

    Parameters
    ----------
    path : Path
        Columns `unique_id`, `time` in decimal years or `period` in its canonical text, `y`; optionally the bounds
        `lower` and `upper`, the same in every row of a series. A row without `y` is left out; other columns are too.

    Raises
    ------
    DataError
        With the file, the faults of all its series, and what would be right.
    """
    table = _read_table(path)
    missing = [name for name in ("unique_id", "y") if name not in table]
    missing += [] if {"time", "period"} & set(table) else ["time"]
    if missing:
        raise DataError(f"{path}: column '{missing[0]}' is missing; {NEEDED}")
    for name in {"y", "time", "lower", "upper"} & set(table):
        table[name] = _numbers(path, table, name)
    panel, faults = [], []
    for id_, rows in table.dropna(subset="y").groupby("unique_id", sort=False):
        try:
            panel.append(_series(str(id_), rows))
        except DataError as error:
            faults += [f"{path}: {line}" for line in str(error).splitlines()]
    if faults:
        raise DataError("\n".join(faults))
    return panel


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    text = {"unique_id": str, "period": str}
    try:
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=text)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); name a CSV or Parquet file") from None
    except ValueError as error:  # what pandas and pyarrow raise for a file that is no such table
        raise DataError(f"{path}: not a table ({str(error).splitlines()[0]}); {NEEDED}") from None


def _numbers(path: Path, table: pd.DataFrame, name: str) -> pd.Series[float]:
    import pandas as pd

    numbers = pd.to_numeric(table[name], errors="coerce")
    wrong = table[name].notna() & numbers.isna()
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy()))
        given = table[name].iloc[row]
        raise DataError(
            f"{path}: row {row + 1}: {name} '{given}' is not a number; write digits with a point, such as 27.9"
        )
    return numbers


def _series(id_: str, rows: pd.DataFrame) -> Series:
    if "period" in rows:
        periods = [Period.parse(text) for text in rows["period"]]
        times = np.array([period.time("flow") for period in periods])
        step, season = grid_step(periods, times)
    else:
        times = rows["time"].to_numpy(dtype=float)
        step, season = guess_grid(times)
    low, high = (float(rows[name].iloc[0]) if name in rows else np.nan for name in ("lower", "upper"))
    return Series(
        id=id_,
        times=times,
        values=rows["y"].to_numpy(dtype=float),
        step=step,
        season=season,
        lower=None if np.isnan(low) else low,
        upper=None if np.isnan(high) else high,
        ahead=times[-1:] + step,
    )


def guess_grid(times: FloatArray) -> tuple[float, int]:
    """Tell the step, in years, and the steps a year from the usual distance between dates."""
    if times.size < 2:
        return 1.0, 1
    spacing = float(np.median(np.diff(np.sort(times))))
    season = min(STEPS_A_YEAR, key=lambda steps: abs(1 / steps - spacing))
    return 1 / season, season
