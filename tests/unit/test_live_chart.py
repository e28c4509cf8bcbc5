"""A live chart is the report's own: with its rows and axes put in, it gives the same picture to the byte."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
import vl_convert

from forecast.plans.catalogue import Catalogue
from forecast.reporting.drawing import _VEGA_ARIA, render_svg
from forecast.reporting.figures import figure
from forecast.reporting.live import LiveChart, make_live, make_still
from forecast.study import run_study

AS_OF = date(2026, 11, 23)


def put_in(chart: LiveChart) -> dict[str, Any]:
    """What the browser does: give rows and signals to the compiled chart."""
    vega = copy.deepcopy(chart.compiled())
    for source in vega["data"]:
        if source["name"] in chart.data:
            source["values"] = chart.data[source["name"]]
    for signal in vega["signals"]:
        if signal["name"] in chart.signals:
            signal["value"] = chart.signals[signal["name"]]
    return vega


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("plan", "scenario", "indicator"),
    [
        ("hema_quebec_2021_2025", "two_centres_demand_8", "plasma_self_sufficiency"),
        ("msss_2023_2027", "baseline", "surgeries_waiting_over_one_year"),
        ("msss_2023_2027", "baseline", "home_care_hours"),
        ("ptn_ssss_2023_2027", "baseline", "data_inventory_updated"),
        ("sante_quebec_2025_2028", "baseline", "flagship_3"),
    ],
)
def test_the_live_chart_is_the_printed_one(
    catalogue: Catalogue, plan: str, scenario: str, indicator: str, language: str
) -> None:
    study = run_study(plan, scenario, as_of=AS_OF, only=indicator, draws=200, catalogue=catalogue)
    spec = figure(study, indicator, language)
    assert spec is not None
    assert _VEGA_ARIA.sub("", vl_convert.vega_to_svg(put_in(make_live(spec)))) == render_svg(spec)


def test_a_lever_changes_rows_and_axes_and_not_the_structure(catalogue: Catalogue) -> None:
    charts = []
    for centres in (2.0, 10.0):
        study = run_study(
            "hema_quebec_2021_2025",
            "two_centres_demand_8",
            levers={"new_centres": centres, "demand_growth": -5.0},
            as_of=AS_OF,
            only="plasma_self_sufficiency",
            draws=200,
            catalogue=catalogue,
        )
        spec = figure(study, "plasma_self_sufficiency", "en")
        assert spec is not None
        charts.append(make_live(spec))
    few, many = charts
    assert few.id == many.id
    assert few.data != many.data
    assert set(few.signals) == {"x_domain", "x_ticks", "y_domain", "y_ticks"}
    assert all(param["value"] == [0, 1] for param in json.loads(few.structure)["params"])


def test_a_chart_in_which_nothing_moves_is_taken_as_it_is() -> None:
    spec = {"mark": "point", "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a", "type": "quantitative"}}}
    still = make_still(spec)
    assert (still.data, still.signals) == ({}, {})
    assert json.loads(still.structure) == spec
