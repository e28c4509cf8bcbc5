"""What series of the collection that resemble an indicator ever did over a few years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.errors import DataError, nearest
from forecast.plans.model import Bounds
from forecast.reference.collection import KINDS, Array
from forecast.schema.draws import FloatArray
from forecast.schema.scales import NUDGE, Scale

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["percent", "count", "rate"]
Direction = Literal["up", "down"]

YEARS = (1, 2, 3, 4, 5)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: Half width of the band around a percentage, on the logit scale: the first that holds enough indicators is taken.
BANDS = (0.5, 1.0, 2.0, np.inf)
ENOUGH = 30  # indicators
#: Series that are themselves projections or expected values: they did nothing that was measured.
PROJECTED = ("Framskrivning", "Förväntat")
#: A title that its source left unfilled; such a series has no name that could be shown.
UNFILLED = "global_indicators."
CUT = 200  # characters, after which the collection cuts a name


@dataclass(frozen=True)
class Similar:
    """What comparable series ever did.

    Parameters
    ----------
    kind : str
        ``percent``, ``count`` or ``rate``.
    band : tuple of float or None
        Values, in percent, at which the changes of comparable percentages began; None for the other kinds.
    changes : DataFrame
        One row per `years` and `quantile`: `change` on the model scale, `amount` in `unit` (points or %), `toward` the
        share (0 to 1) of changes in the direction asked for; how many `windows`, `series` and `indicators` it rests on.
    examples : DataFrame
        Named series, one per indicator, nearest first: what each did from where it stood nearest to the value.
    """

    kind: str
    band: tuple[float, float] | None
    changes: pd.DataFrame
    examples: pd.DataFrame


def kind_of(unit: str, bounds: Bounds, values: FloatArray) -> Kind | None:
    """Tell which series of the collection an indicator may be compared with; None without a bound at 0.

    The collection's own rule: 0 and 100 make a percentage; whole numbers from 0 a count, unless the unit is a ratio.
    """
    if bounds[0] != 0 or bounds[1] not in (None, 100):
        return None
    if bounds[1] == 100:
        return "percent"
    ratio = re.search(r"[%/]|\bper\b", unit)
    return "count" if not ratio and bool((values == np.round(values)).all()) else "rate"


def similar(
    kind: Kind, collection: pd.DataFrame, *, value: float, direction: Direction, years: int = 3, most: int = 5
) -> Similar:
    """Look up what comparable series ever did over one to five years.

    Every stretch of `h` years of every series counts, test rows and pandemic years included; series that are
    projections do not. A percentage is compared with those that stood near it when the stretch began: a band on the
    logit scale, widened until it holds 30 indicators. Each indicator of a source weighs the same, and in it each
    series, so that many places with one indicator do not outvote the others. A zero counts as half of the smallest
    value of its series.

    Parameters
    ----------
    kind : str
        ``percent``, ``count`` or ``rate``, as `kind_of` tells.
    collection : DataFrame
        As `load` returns it, or some of its series.
    value : float
        Last value, in the unit of its source.
    direction : str
        Where the target lies: ``up`` or ``down``.
    years, most : int
        Length of the stretches that the examples show, 1 to 5, and their number, at most.

    Raises
    ------
    DataError
        If the kind or direction is unknown, the value outside its bounds, or the years not 1 to 5.
    """
    _check_question(kind, value, direction, years)
    series, y, z, indicator = lay_out(kind, collection)
    upper, here = KINDS[kind], place(value, kind)
    away = np.where(y == value, 0.0, z - here)
    width = np.inf if upper is None else _choose_band(away[:, :-1], np.isfinite(z[:, 1:]), indicator)
    edges = band_edges(value, kind, width)
    near = (away >= edges[0]) & (away <= edges[1])
    low, high = (100 / (1 + np.exp(-(here + edge))) for edge in edges)
    return Similar(
        kind,
        None if upper is None else (float(low), float(high)),
        _measure_changes(y, z, near, indicator, kind, direction),
        _choose_examples(y, np.where(near, np.abs(away), np.inf), series, indicator, kind, years, most),
    )


def _check_question(kind: str, value: float, direction: str, years: int) -> None:
    check_value(kind, value)
    if direction not in ("up", "down"):
        raise DataError(f"unknown direction '{direction}'; write up or down")
    if years not in YEARS:
        raise DataError(f"{years} years are not looked up; write 1 to {YEARS[-1]}")


def check_value(kind: str, value: float) -> None:
    """Raise `DataError` if a kind is unknown, or a value outside its bounds."""
    if kind not in KINDS:
        raise DataError(f"unknown kind '{kind}'{nearest(kind, KINDS)}")
    if not 0 <= value <= (KINDS[kind] or np.finfo(float).max):
        raise DataError(f"value {value:g} lies outside the bounds of a {kind}; write it in the unit of its source")


def lay_out(kind: str, collection: pd.DataFrame) -> tuple[pd.DataFrame, FloatArray, FloatArray, Array]:
    """Lay the measured series of a kind out as one row per series, one column per step.

    Returns
    -------
    (series, y, z, indicator)
        What each series is; its values in the unit of the source, and on the model scale, not a number after the last
        one; the number of its indicator.
    """
    kept = collection[(collection["kind"] == kind) & ~collection["name"].str.startswith(PROJECTED)]
    series, step = kept[kept["step"] == 0], kept["step"].to_numpy()
    y = np.full((len(series), max(int(step.max(initial=0)), YEARS[-1]) + 1), np.nan)
    y[np.cumsum(step == 0) - 1, step] = kept["y"].to_numpy()
    indicator = np.unique((series["source"] + " " + series["indicator"]).to_numpy(str), return_inverse=True)[1]
    return series, y, to_model_scale(y, KINDS[kind]), indicator


def place(value: float, kind: str) -> float:
    """Place one value, in the unit of its source, on the model scale."""
    values = np.array([value], dtype=float)
    return float(Scale.of(values, 0.0, KINDS[kind]).forward(values)[0])


def band_edges(value: float, kind: str, width: float) -> tuple[float, float]:
    """Give the edges of a band around a value, as distances on the model scale; at a bound it includes the bound."""
    return -np.inf if value == 0 else -width, np.inf if value == KINDS[kind] else width


def to_model_scale(y: FloatArray, upper: float | None) -> FloatArray:
    """Bring series, one per row, to the scale on which `Scale` models each: logit below an upper bound, else log."""
    rise = np.log(np.maximum(y, _nudges(y, upper)))
    return rise if upper is None else rise - np.log(np.maximum(upper - y, _nudges(upper - y, upper)))


def _nudges(distances: FloatArray, width: float | None) -> FloatArray:
    """Measure as `measure_nudge` does, for every row, how far a value on the bound is moved; shape ``(series, 1)``."""
    floor = 1e-9 * (np.nanmax(distances, axis=1, keepdims=True) if width is None else width)
    half = np.where(distances > floor, distances, np.inf).min(axis=1, keepdims=True) / 2
    return np.where(np.isinf(half), 0.5, half) if width is None else np.minimum(half, NUDGE * width)


def _choose_band(away: FloatArray, goes_on: Array, indicator: Array) -> float:
    """Choose the narrowest band, on the logit scale, in which enough indicators began a change of a year."""
    for width in BANDS:
        inside = (goes_on & (np.abs(away) <= width)).any(axis=1)
        if len(np.unique(indicator[inside])) >= ENOUGH:
            return width
    return BANDS[-1]


def _measure_changes(
    y: FloatArray, z: FloatArray, near: Array, indicator: Array, kind: str, direction: str
) -> pd.DataFrame:
    import pandas as pd

    tables = []
    for h in YEARS:
        row, step = np.nonzero(near[:, :-h] & np.isfinite(z[:, h:]))
        if not row.size:
            continue
        change = z[row, step + h] - z[row, step]
        amount = y[row, step + h] - y[row, step] if kind == "percent" else 100 * np.expm1(change)
        weight = weigh(row, indicator)
        found = {
            "years": h,
            "quantile": QUANTILES,
            "change": _quantiles(change, weight),
            "amount": _quantiles(amount, weight),
            "unit": "points" if kind == "percent" else "%",
            "toward": float(weight[change > 0 if direction == "up" else change < 0].sum() / weight.sum()),
            "windows": row.size,
            "series": len(np.unique(row)),
            "indicators": len(np.unique(indicator[row])),
        }
        tables.append(pd.DataFrame(found))
    if not tables:
        raise DataError(f"no series of kind {kind} in the collection; give the whole collection, as load() returns it")
    return pd.concat(tables, ignore_index=True)


def weigh(row: Array, indicator: Array) -> FloatArray:
    """Weigh stretches so that each indicator counts 1, shared by its series, and in each of them by its stretches."""
    stretches = np.bincount(row, minlength=len(indicator))
    siblings = np.bincount(indicator, weights=stretches > 0)
    weight: FloatArray = 1 / (stretches[row] * siblings[indicator[row]])
    return weight


def _quantiles(values: FloatArray, weight: FloatArray) -> FloatArray:
    found: FloatArray = np.quantile(values, QUANTILES, weights=weight, method="inverted_cdf")
    return found


def _choose_examples(
    y: FloatArray, distance: FloatArray, series: pd.DataFrame, indicator: Array, kind: str, years: int, most: int
) -> pd.DataFrame:
    """Choose by nearness alone, so that no example stands there for having done well."""
    named = np.array([bool(title) for title in series["name"].map(_has_title)])
    away = np.where(np.isfinite(y[:, years:]) & named[:, None], distance[:, :-years], np.inf)
    step = away.argmin(axis=1)
    nearest_first = np.argsort(away.min(axis=1), kind="stable")
    nearest_first = nearest_first[np.isfinite(away.min(axis=1)[nearest_first])]
    row = nearest_first[np.sort(np.unique(indicator[nearest_first], return_index=True)[1])[:most]]
    start, end = y[row, step[row]], y[row, step[row] + years]
    begun = series["ds"].iloc[row].str[:4].astype(int).to_numpy() + step[row]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(start > 0, 100 * (end / start - 1), np.nan)
    examples = series.iloc[row][["source", "cited", "licence", "indicator", "unique_id", "name", "unit", "geography"]]
    told: pd.DataFrame = examples.assign(
        name=examples["name"].map(show_name),
        geography=examples["geography"].str.removeprefix("data."),
        **{"from": begun, "until": begun + years, "start": start, "end": end},
        amount=end - start if kind == "percent" else relative,
    ).reset_index(drop=True)
    return told


def _has_title(name: str) -> bool:
    title = name.split(" | ")[0].strip()
    return bool(title.strip("| ")) and not title.startswith(UNFILLED)


def show_name(name: str) -> str:
    """Write a name for people: no part empty or twice, no key of a translation; `…` where the collection cut it."""
    parts = dict.fromkeys(part.strip().removeprefix("data.") for part in name.split("|"))
    return " | ".join(part for part in parts if part) + ("…" if len(name) >= CUT else "")
