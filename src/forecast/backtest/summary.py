"""Scores of a backtest together: by model, and by length of history, lead time or series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from forecast.assessment import scores
from forecast.backtest.cases import INTERVALS, Backtest
from forecast.errors import DataError, nearest

if TYPE_CHECKING:
    import pandas as pd

By = Literal["model", "observations", "lead", "series"]
GROUPS: tuple[By, ...] = ("model", "observations", "lead", "series")
#: Classes of history, fewest observations of each; classes of lead time, fewest whole years of each.
HISTORIES = (1, 2, 5, 10, 20)
LEADS = (1, 2, 3, 4, 6, 11)
#: Cases below which a figure says little; it is shown with its count and a caution.
FEW = 20
#: Unit of scores over series of several units: the usual change of each series, see `usual_change`.
USUAL_CHANGE = "usual change"
#: A case falls into the class of its whole years, a little late included: 1.01 years is one year.
LATE = 0.02


def summarise(found: Backtest, by: str = "model") -> pd.DataFrame:
    """Average the scores of a backtest by model, and by one more thing if asked.

    Parameters
    ----------
    found : Backtest
        Cases and events.
    by : str
        `model`; `observations`, the length of the history: 1, 2–4, 5–9, 10–19, 20 or more; `lead`, years begun
        since the origin: 1, 2, 3, 4–5, 6–10, 11 or more; or `series`.

    Returns
    -------
    DataFrame
        One row per model and group, in this order: `model`, `group` (empty when by model alone), `cases`, `series` (how
        many), `unit`, `mae`, `smape` (%), `mase`, `wis`, `crps`, `coverage_50`, `_80`, `_95` (0 to 1), `width_50`,
        `_80`, `_95`, `events`, `targets` (events that are targets of a plan), `brier`, `few` (fewer than 20 cases).
        `mae`, `wis`, `crps` and widths are in `unit`; where the cases have several units, or an unknown one, each is
        divided by the usual change of its series first, and `unit` says so.

    Raises
    ------
    DataError
        If `by` is none of these.
    """
    import pandas as pd

    if by not in GROUPS:
        raise DataError(f"by: unknown grouping '{by}'{nearest(by, GROUPS)}")
    models = list(dict.fromkeys(found.cases["model"]))
    events = dict(iter(_grouped(found.events, models, by)))
    one_unit = by == "series" or _has_one_unit(found.cases)
    rows = [
        {"model": models[position], "group": str(group)} | _row(part, events.get((position, group)), one_unit=one_unit)
        for (position, group), part in _grouped(found.cases, models, by)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS = [
    *("model", "group", "cases", "series", "unit", "mae", "smape", "mase", "wis", "crps"),
    *(f"coverage_{percent}" for percent in INTERVALS),
    *(f"width_{percent}" for percent in INTERVALS),
    *("events", "targets", "brier", "few"),
]


def _grouped(table: pd.DataFrame, models: Sequence[str], by: str) -> Any:
    """Cases or events by position of the model and by group, in this order."""
    import pandas as pd

    if by in ("observations", "lead"):
        group = _history(table) if by == "observations" else _years(table)
    else:
        group = table["series"] if by == "series" else pd.Series("", index=table.index)
    return table.groupby([table["model"].map(models.index), group], observed=True)


def _has_one_unit(cases: pd.DataFrame) -> bool:
    return len(set(cases["unit"])) == 1 and bool(cases["unit"].notna().all())


def _history(rows: pd.DataFrame) -> pd.Series[Any]:
    return _classes(rows["observations"], HISTORIES)


def _years(rows: pd.DataFrame) -> pd.Series[Any]:
    """Class of the whole years that a lead time fills or begins."""
    return _classes((rows["lead"].astype(float) - LATE).clip(lower=0.5), LEADS)


def _classes(values: pd.Series[Any], first: Sequence[int]) -> pd.Series[Any]:
    """Class of each value, ordered: `1`, `2-4`, `20+`."""
    import pandas as pd

    ends = [*(after - 1 for after in first[1:]), np.inf]
    names = [f"{one}" if one == end else f"{one}-{end:g}" for one, end in zip(first, ends, strict=True)]
    names[-1] = f"{first[-1]}+"
    return pd.Series(pd.cut(values.astype(float), [0, *ends], labels=names), index=values.index)


def _row(part: pd.DataFrame, events: pd.DataFrame | None, *, one_unit: bool) -> dict[str, Any]:
    """Average one group; `one_unit` keeps the unit where the group has but one."""
    own = one_unit and _has_one_unit(part)
    by_which = 1.0 if own else part["scale"]
    row: dict[str, Any] = {
        "cases": len(part),
        "series": part["series"].nunique(),
        "unit": part["unit"].iloc[0] if own else USUAL_CHANGE,
        "mae": (part["absolute_error"] / by_which).mean(),
        "smape": part["smape"].mean(),
        "mase": (part["absolute_error"] / part["scale"]).mean(),
        "wis": (part["wis"] / by_which).mean(),
        "crps": (part["crps"] / by_which).mean(),
        "few": len(part) < FEW,
    }
    for percent in INTERVALS:
        row[f"coverage_{percent}"] = part[f"covered_{percent}"].mean()
        row[f"width_{percent}"] = (part[f"width_{percent}"] / by_which).mean()
    if events is None:
        return row | {"events": 0, "targets": 0}
    targets = int((events["kind"] == "target").sum())
    return row | {"events": len(events), "targets": targets, "brier": events["brier"].mean()}


def reliability_of(found: Backtest) -> pd.DataFrame:
    """Compare stated probabilities with how often things happened, by model and tenth of probability.

    Columns as `scores.reliability`, `model` first and `few` (fewer than 20 cases) last; cases of one series are not
    independent, so the error is clustered by series.
    """
    import pandas as pd

    parts = [
        scores.reliability(part["probability"], part["happened"], part["series"].to_numpy()).assign(model=model)
        for model, part in found.events.groupby("model", sort=False)
    ]
    columns = ["model", "low", "high", "cases", "groups", "probability", "share", "error"]
    table = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    return table.assign(few=table["cases"] < FEW)
