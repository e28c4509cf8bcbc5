"""Columns of the long tables and the checks of each; units are a column, never part of a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

TARGET_STATUSES = ("open", "met", "missed", "no_value", "no_forecast")

#: Columns of each table with their types: text, number, count or flag; `?` where a value may be absent.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "observations": {
        "series": "text",
        "period": "text",
        "value": "number",
        "unit": "text",
        "source": "text?",
        "published": "text",
        "status": "text",
        "note": "text?",
        "note_fr": "text?",
        "indicator": "text",
        "time": "number",
        "used": "flag",
        "why": "text?",
        "error": "number",
        "exceptional": "flag",
        "break_from": "text?",
        "link": "text?",
        "link_low": "number?",
        "link_likely": "number?",
        "link_high": "number?",
        "sampling_error": "number?",
    },
    "trajectories": {
        "plan": "text",
        "indicator": "text",
        "scenario": "text",
        "model": "text",
        "origin": "text",
        "period": "text",
        "quantile": "number",
        "value": "number",
        "unit": "text",
    },
    "outlook": {
        "plan": "text",
        "indicator": "text",
        "scenario": "text",
        "model": "text",
        "as_of": "text",
        "due": "text?",
        "words": "text",
        "target": "number?",
        "operator": "text?",
        "unit": "text?",
        "observations": "count",
        "assumed": "flag",
        "probability": "number?",
        "probability_held": "number?",
        "probability_worse": "number?",
        "low": "number?",
        "median": "number?",
        "high": "number?",
        "gap": "number?",
        "gap_low": "number?",
        "gap_high": "number?",
        "required_pace": "number?",
        "recent_pace": "number?",
        "first_plausible": "text?",
        "status": "text",
        "latest_period": "text?",
        "latest": "number?",
        "likelihood": "text?",
        "extreme": "text?",
        "required_compound": "number?",
        "required_logit": "number?",
        "required_pace_base": "number?",
        "required_compound_base": "number?",
        "required_logit_base": "number?",
        "pace_multiple": "number?",
        "pace_percentile": "number?",
        "share_done": "number?",
        "share_elapsed": "number?",
        "methods_on_track": "count",
        "methods_counted": "count",
        "dissent": "text?",
    },
    "assessment": {
        "plan": "text",
        "indicator": "text",
        "scenario": "text",
        "due": "text?",
        "target": "number?",
        "method": "text",
        "class": "text",
        "label_fr": "text",
        "label_en": "text",
        "symbol": "text",
        "ratio": "number?",
        "distance": "number?",
        "base_period": "text?",
        "base": "number?",
        "latest_period": "text?",
        "latest": "number?",
        "rule": "text",
        "reason": "text?",
        "source": "text",
        "question": "text",
        "favourable": "text?",
        "translated": "text?",
        "chosen": "text?",
        "version": "text",
        "since_period": "text?",
        "since": "number?",
        "assumed": "flag",
        "break_from": "text?",
    },
    "chances": {
        "plan": "text",
        "indicator": "text",
        "scenario": "text",
        "due": "text?",
        "period": "text",
        "probability": "number",
        "probability_by": "number",
    },
}

#: What holds of a row that does not say it: an assumed value has no error of its own.
UNSAID: Mapping[str, Any] = {"error": 0.0, "exceptional": False}


def make_table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make a table of the contract from its rows, columns in order and of their types."""
    import pandas as pd

    columns = COLUMNS[name]
    table = pd.DataFrame([{**UNSAID, **row} for row in rows], columns=list(columns))
    kinds = {"text": "str", "number": "float64", "count": "int64", "flag": "bool"}
    return table.astype({column: kinds[kind.rstrip("?")] for column, kind in columns.items()})


def check_table(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Check a table against its contract; raise pandera's `SchemaErrors` with all faults at once."""
    import pandera.pandas as pa

    kinds: dict[str, Any] = {"text": "str", "number": float, "count": int, "flag": bool}
    columns = {
        column: pa.Column(kinds[kind.rstrip("?")], nullable=kind.endswith("?"), coerce=True)
        for column, kind in COLUMNS[name].items()
    }
    checks = [] if name != "outlook" else [pa.Check(lambda t: t["status"].isin(TARGET_STATUSES))]
    schema = pa.DataFrameSchema(columns, checks=checks, strict=False, ordered=False, unique_column_names=True)
    return schema.validate(table, lazy=True)
