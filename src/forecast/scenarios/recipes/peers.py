"""What others did: the best of them, their group, their quantile.

WHO GPW13 measures a peer by its linear AROC, (last - first) / years, in the unit of the series, and lets the series
change by as much every year.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.scenarios.recipes.context import Direction, Series
from forecast.scenarios.recipes.lookup import find_value


def measure_changes(peers: Mapping[str, Series], first: float, last: float) -> dict[str, float]:
    """Measure the mean yearly change of each peer between two times, in its unit per year.

    A peer whose values do not reach from one end to the other is measured on those that it has; one with fewer than
    two is left out.
    """
    known = {name: series.between(first, last) for name, series in peers.items()}
    return {
        name: float((series.values[-1] - series.values[0]) / (series.times[-1] - series.times[0]))
        for name, series in known.items()
        if series.times.size > 1
    }


def average_best(
    changes: Mapping[str, float], direction: Direction, *, n: int = 10, share: float | None = None
) -> float:
    """Average the best yearly changes: so many, or the best share of them (rounded down, at least one).

    WHO GPW13 `top_n_iso3` and with n = 1 in a region `best_in_region`; its
    benchmarking takes the best fifth. Not a number without peers.
    """
    if not changes:
        return np.nan
    best_first = sorted(changes.values(), key=lambda change: -direction * change)
    # a share such as 0.3 of 10 is not quite 3 in binary
    count = n if share is None else max(1, int(share * len(best_first) + 1e-9))
    return float(np.mean(best_first[:count]))


def split_by_group(changes: Mapping[str, float], groups: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Split the changes of peers by their group; a peer without one is left out."""
    split: dict[str, dict[str, float]] = {}
    for name, change in changes.items():
        if name in groups:
            split.setdefault(groups[name], {})[name] = change
    return split


def average_quantile(
    peers: Mapping[str, Series], changes: Mapping[str, float], value: float, at: float, count: int
) -> float:
    """Average the yearly changes of the peers that stand in the same quantile as a value.

    WHO GPW13 `quantile`. The peers are cut into `count` groups of one size by their value at a time, the
    last one known at or before it; the limits of the groups are quantiles of those values. Not a number where no
    peer stands in the group.
    """
    standing = {name: find_value(peers[name], at, keep_missing_type=True) for name in changes}
    values = {name: point.value for name, point in standing.items() if point is not None}
    if not values:
        return np.nan
    edges = np.quantile(list(values.values()), np.arange(1, count) / count)
    own = np.searchsorted(edges, value)
    same = [changes[name] for name, found in values.items() if np.searchsorted(edges, found) == own]
    return float(np.mean(same)) if same else np.nan
