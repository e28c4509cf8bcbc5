"""The JSON Schemas that editors use are those of the models."""

from pathlib import Path

from forecast.plans.skeleton import json_schema as plan_schema
from forecast.plans.skeleton import series_schema
from forecast.scenarios.skeleton import json_schema as scenario_schema

FOLDER = Path(__file__).parents[2] / "data" / "schema"
REMEDY = "make them again: forecast.plans.skeleton.json_schema() and forecast.scenarios.skeleton.json_schema()"


def test_plan_schema_is_current() -> None:
    assert (FOLDER / "plan.schema.json").read_text(encoding="utf-8") == plan_schema(), REMEDY


def test_series_schema_is_current() -> None:
    remedy = "make it again: forecast.plans.skeleton.series_schema()"
    assert (FOLDER / "series.schema.json").read_text(encoding="utf-8") == series_schema(), remedy


def test_scenario_schema_is_current() -> None:
    assert (FOLDER / "scenario.schema.json").read_text(encoding="utf-8") == scenario_schema(), REMEDY
