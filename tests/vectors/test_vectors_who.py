"""Published values of the WHO GPW13 scenario functions: look-ups, trimming, and a path by every recipe."""

import re

import numpy as np
import pytest
from tests.vector_sets import cases, tolerance

from forecast.errors import ScenarioError
from forecast.scenarios.recipes import RECIPES, Context, Point, Series, central_path
from forecast.scenarios.recipes.limits import take_better, trim
from forecast.scenarios.recipes.lookup import carry_forward, find_value
from forecast.scenarios.recipes.peers import average_best, measure_changes, split_by_group

RECIPE_OF = {
    "aroc": "rate_of_change",
    "best_of": "best_of",
    "best_of_linear_capped_and_bau": "accelerate_by",
    "best_of_target_and_bau": "accelerate_to_target",
    "business_as_usual": "business_as_usual",
    "dip_recover": "dip_recover",
    "fixed_target": "fixed_target",
    "halt_rise": "halt_rise",
    "linear_change": "linear_change",
    "percent_baseline": "percent_of_baseline",
    "return_previous_trajectory": "return_to_trajectory",
    "top_n_peers": "top_n",
    "with_values": "with_values",
}
PARAMETER_OF = {
    "baseline_year": "baseline",
    "change_per_year": "per_year",
    "dip_year": "dip",
    "keep_better_observed_path": "keep_better",
    "limit_rate_direction": "limit_sign",
    "limit_rate_value": "limit",
    "percent_change": "percent",
    "progressive_recovery": "progressive",
    "prop": "share",
    "rate_baseline_year": "rate_from",
    "rate_start_year": "rate_from",
    "recovery_year": "recovery",
    "target_value": "target",
    "target_year": "due",
}


def at(year):
    """Middle of a calendar year, where a flow stands."""
    return year + 0.5


def series_of(rows):
    """A series out of `[year, value]` or `[year, value, type]`."""
    types = {at(row[0]): row[2] for row in rows} if len(rows[0]) > 2 else None
    return Series.of({at(row[0]): row[1] for row in rows}, types)


def context_of(given, series, **more):
    """What a recipe is given: it starts from the value of the start year, the series itself is the baseline."""
    params = given["params"]
    known = series.times[np.isfinite(series.values)]
    first, last = params.get("start_year", known[0] - 0.5), params.get("end_year", 2025)
    times = np.arange(max(at(first), known[0]), at(last) + 0.5)
    start = find_value(series, at(first), keep_missing_type=True)
    return Context(
        times=times,
        origin=Point(at(first), start.value if start else np.nan),
        median=carry_forward(series, times),
        history=series,
        direction=-1 if params.get("better") == "low" else 1,
        bounds=(params.get("lower_limit"), params.get("upper_limit")),
        **more,
    )


def parameters_of(recipe, given):
    """The parameters of a case under our names, those that the recipe has."""
    known = {"keep_better", *(parameter.name for parameter in RECIPES[recipe].parameters)}
    renamed = {PARAMETER_OF.get(name, name): value for name, value in given["params"].items()}
    if "previous_trajectory" in given:
        renamed["path"] = dict(given["previous_trajectory"])
    if "candidates" in given:
        paths = given["candidates"].values()
        renamed["recipes"] = [{"recipe": "with_values", "values": dict(path)} for path in paths]
    return {name: value for name, value in renamed.items() if name in known}


def follow(given, context):
    """Value by year; none at all where the recipe refuses."""
    recipe = RECIPE_OF[given["scenario"]]
    try:
        path = central_path(recipe, parameters_of(recipe, given), context)
    except ScenarioError:
        return {}
    return dict(zip((context.times - 0.5).astype(int).tolist(), path.tolist(), strict=True))


def near(expected):
    return None if expected is None else pytest.approx(expected, **tolerance("who_scenarios"))


def answer_alone(given):
    rows = given.get("series") or given.get("observed") or next(iter(given["candidates"].values()))
    found = follow(given, context_of(given, series_of(rows)))
    return lambda year, _: found.get(int(year))


def answer_among_peers(given):
    peers = {name: series_of(rows) for name, rows in given["peers"].items()}
    groups = given["groups"] or dict.fromkeys(peers, "all")
    first, last = map(int, re.findall(r"\d{4}", given["params"]["rate"]))
    more = {"params": {**given["params"], "over": last - first}}

    def answer(year, name):
        context = context_of(given, peers[name], peers=peers, groups=groups, group=groups[name])
        group = {**more["params"], "group": groups[name]}
        return follow({**given, "params": group}, context).get(int(year))

    return answer


@pytest.mark.parametrize("case", cases("who_scenarios"))
def test_vector_of_scenario(case):
    given = case["input"]
    answer = answer_among_peers(given) if "peers" in given else answer_alone(given)
    checked = 0
    for year, expected in case["expected"].items():
        if year == "change_per_year":
            continue
        for name, value in (expected if isinstance(expected, dict) else {"": expected}).items():
            assert answer(year, name) == near(value), f"{year} {name}"
            checked += 1
    assert checked


@pytest.mark.parametrize("case", cases("who_scenarios", scenario="top_n_peers"))
def test_vector_of_change_of_peers(case):
    given, expected = case["input"], case["expected"]["change_per_year"]
    params = given["params"]
    first, last = map(int, re.findall(r"\d{4}", params["rate"]))
    changes = measure_changes({name: series_of(rows) for name, rows in given["peers"].items()}, at(first), at(last))
    direction = -1 if params["better"] == "low" else 1
    split = split_by_group(changes, given["groups"] or dict.fromkeys(changes, "all"))
    asked = {"n": params.get("n", 10), "share": params.get("prop")}
    found = {group: average_best(part, direction, **asked) for group, part in split.items()}
    assert found == near(expected if isinstance(expected, dict) else {"all": expected})


@pytest.mark.parametrize("case", cases("who_baseline_lookup"))
def test_vector_of_lookup(case):
    given = case["input"]
    scenarios = given.get("scenarios") or [None] * len(given["years"])
    rows = zip(given["years"], given["values"], given["types"], scenarios, strict=True)
    series = series_of([row[:3] for row in rows if row[3] == given.get("scenario")])
    found = find_value(
        series,
        at(given["baseline_year"]),
        search=given["direction"],
        types=given["type_filter"],
        keep_missing_type=given.get("keep_missing_type", False),
    )
    expected = case["expected"]
    assert (found.value if found else None) == expected["value"]
    assert (int(found.time) if found else None) == expected["year"]


@pytest.mark.parametrize("case", cases("who_trim"))
def test_vector_of_trimming(case):
    given = case["input"]
    first, last = given["keep_years"]
    kept = slice(first - given["year_range"][0], last - given["year_range"][0] + 1)
    path, observed = (np.array(given[name][kept], dtype=float) for name in ("scenario", "observed"))
    if given["keep_better"]:
        path = take_better(path, observed, 1 if given["better"] == "high" else -1)
    path = trim(path, (given["lower_limit"], given["upper_limit"]))
    found = dict(zip(map(str, range(first, last + 1)), path.tolist(), strict=True))
    assert {year: found[year] for year in case["expected"]} == case["expected"]
