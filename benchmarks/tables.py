"""Print the accuracy table of each subset, and what was asked beside what was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
from benchmarks.naive2 import NAME as NAIVE2
from benchmarks.show import Check
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

SHOWN = {  # metric: title, decimals, factor; shares of coverage in percent
    "mase": ("MASE", 3, 1),
    "smape": ("sMAPE", 2, 1),
    "owa": ("OWA", 3, 1),
    "sql": ("SQL", 3, 1),
    "wis": ("WIS", 3, 1),
    "coverage50": ("50 %", 1, 100),
    "coverage80": ("80 %", 1, 100),
    "coverage95": ("95 %", 1, 100),
    "width80": ("width 80", 2, 1),
    "brier": ("Brier", 3, 1),
    "brier_virtual": ("Brier ±%", 3, 1),
}
CONSOLE = Console(width=205, highlight=False)
PLAIN = {"title_justify": "left", "box": SIMPLE_HEAD, "pad_edge": False}


def print_subset(rows: pd.DataFrame) -> None:
    """Print the rows of one dataset and subset: each figure with its standard error, the best of a column marked *."""
    first = rows.iloc[0]
    most = int(rows["n"].max())
    table = Table(
        title=f"{first['dataset']}, {first['subset']}: {most} series",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("model", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    for title, _, _ in SHOWN.values():
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("s/1000", justify="right", no_wrap=True)
    best = find_best(rows[rows["n"] == most])
    for row in rows.to_dict("records"):
        cells = [format_figure(row, metric, best.get(metric) == row["model"]) for metric in SHOWN]
        table.add_row(row["model"], str(row["n"]), *cells, f"{row['seconds_per_1000']:.3g}")
    CONSOLE.print(table)
    for note in notes(rows, most):
        CONSOLE.print(f"  {note}", style="dim")


def find_best(rows: pd.DataFrame) -> dict[str, str]:
    """Find the best model of each metric: the least loss, the coverage nearest to nominal; width has no best."""
    found = {}
    for metric in SHOWN:
        nominal = float(metric[-2:]) / 100 if metric.startswith("coverage") else 0.0
        values = (rows[metric] - nominal).abs()
        if metric != "width80" and values.notna().any():
            found[metric] = str(rows.loc[values.idxmin(), "model"])
    return found


def format_figure(row: dict[str, float], metric: str, best: bool) -> str:
    """Format one figure with its standard error."""
    _, decimals, factor = SHOWN[metric]
    value, error = row[metric] * factor, row[f"{metric}_se"] * factor
    if not np.isfinite(value):
        return "–"
    text = f"{value:.{decimals}f}±{f'{error:.{decimals}f}'.removeprefix('0')}"
    return f"[bold]{text}*[/]" if best else text


def notes(rows: pd.DataFrame, most: int) -> list[str]:
    """Say which models saw a sample only, where no change stood in, and the versions."""
    found = []
    sampled = rows[rows["n"] < most]
    if len(sampled):
        names = ", ".join(f"{model} ({n})" for model, n in zip(sampled["model"], sampled["n"], strict=True))
        found.append(f"on a random sample only: {names}; all models on that sample: next table")
    refused = rows[(rows["refused"] > 0) & (rows["model"] != NAIVE2)]
    if len(refused):
        names = ", ".join(f"{m} {100 * r:.1f} %" for m, r in zip(refused["model"], refused["refused"], strict=True))
        found.append(f"refused or failed, no change stands in (SCUM: share of its members' forecasts): {names}")
    versions = rows.groupby("version", sort=False)["model"].apply(", ".join)
    found.append("; ".join(f"{names}: {version}" for version, names in versions.items()))
    return found


def print_checks(checks: list[Check], ours: str) -> None:
    """Print what the issue asks of the default model beside what was measured."""
    table = Table(title=f"Asked of {ours}, and measured", **PLAIN)
    for title in ("", "where", "asked", "measured", "reached"):
        table.add_column(title)
    for check in checks:
        mark = "[bold]yes[/]" if check.reached else "no"
        table.add_row(check.point, check.where, check.asked, check.measured, mark)
    CONSOLE.print(table)
    reached = sum(check.reached for check in checks)
    CONSOLE.print(f"{reached} of {len(checks)} reached")
