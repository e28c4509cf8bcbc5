"""The facts of a series laid on its values: the error of each, which are exceptional, which come after a break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from math import hypot
from typing import Any

from forecast.plans.series import Link, SeriesFacts
from forecast.schema.exactness import USUAL_REVISION, revision_size, told_error

Row = dict[str, Any]
#: Statuses of what a publisher replaces by a better figure; what was only said is no vintage of it.
PUBLISHED = ("exact", "provisional")


def lay(rows: Sequence[Row], facts: Mapping[str, SeriesFacts], bounds: tuple[float | None, float | None]) -> list[Row]:
    """Add to rows of the table *observations* what is known of their series.

    Parameters
    ----------
    rows : sequence of dict
        All values of one indicator, driver or comparable, ascending in time.
    facts : mapping
        Facts by series; nothing for those without.
    bounds : (lower, upper)
        Of the values.

    Returns
    -------
    list of dict
        The rows with `error`, `exceptional`, `break_from`, `link`, `link_low`, `link_likely` and `link_high`.
    """
    newest = next((i for i in reversed(range(len(rows))) if rows[i]["used"]), None)
    laid = [
        row
        | {"error": measure_error(row, rows, facts, bounds, newest=i == newest)}
        | {"exceptional": is_exceptional(row, facts), "sampling_error": sampling_error(row, facts)}
        for i, row in enumerate(rows)
    ]
    return add_breaks(laid, facts)


def measure_error(
    row: Row,
    rows: Sequence[Row],
    facts: Mapping[str, SeriesFacts],
    bounds: tuple[float | None, float | None],
    *,
    newest: bool,
) -> float:
    """Measure the standard deviation of a value's error: as it was told, and as it may still be revised."""
    told = told_error(row["value"], row["status"], bounds)
    if row["value"] == 0 or row["value"] in bounds:
        return told
    vintages = collect_vintages(rows, row["series"])
    seen = revision_size(vintages.values(), points=row["unit"] == "%")
    revision = seen if row["unit"] == "%" or seen is None else seen * abs(row["value"])
    if row["status"] == "provisional":
        stated = facts[row["series"]].revised if row["series"] in facts else None
        usual = (stated or USUAL_REVISION) / 100 * abs(row["value"])
        return usual if stated or revision is None else revision
    settled = row["period"] in vintages
    return told if revision is None or settled or not newest else hypot(told, revision)


def collect_vintages(rows: Sequence[Row], series: str) -> dict[str, tuple[float, float]]:
    """First and last published value of every period of a series that has several."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row["series"] == series and row["status"] in PUBLISHED:
            found.setdefault(row["period"], []).append(row)
    ordered = {period: sorted(same, key=lambda row: str(row["published"])) for period, same in found.items()}
    return {
        period: (same[0]["value"], same[-1]["value"])
        for period, same in ordered.items()
        if same[0]["published"] != same[-1]["published"]
    }


def sampling_error(row: Row, facts: Mapping[str, SeriesFacts]) -> float | None:
    """Standard error of a value by sampling, where the facts of its series give one; none of an assumed value."""
    return facts[row["series"]].sampling_error if row["series"] in facts and row["status"] != "assumed" else None


def is_exceptional(row: Row, facts: Mapping[str, SeriesFacts]) -> bool:
    """Say whether the date of a stock, or the middle of a flow's period, lies in an exceptional period."""
    stretches = facts[row["series"]].exceptional if row["series"] in facts else ()
    return any(stretch.holds(row["time"]) for stretch in stretches)


def add_breaks(rows: Sequence[Row], facts: Mapping[str, SeriesFacts]) -> list[Row]:
    """Name on every row the last break before it; its link joins all breaks since the used values before that."""
    breaks = sorted((item for found in facts.values() for item in found.breaks), key=lambda item: item.since)
    laid: list[Row] = []
    passed = [sum(item.since < row["time"] for item in breaks) for row in rows]
    for row, count in zip(rows, passed, strict=True):
        before = max((n for other, n in zip(rows, passed, strict=True) if other["used"] and n < count), default=0)
        links = [item.link for item in breaks[before:count]]
        link = reduce(Link.then, links) if links else None
        laid.append(
            row
            | {
                "break_from": breaks[count - 1].start if link else None,
                "link": link.kind if link else None,
                "link_low": link.low if link else None,
                "link_likely": link.likely if link else None,
                "link_high": link.high if link else None,
            }
        )
    return laid
