"""What recipes refuse, and in which words."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import ScenarioError
from forecast.scenarios.recipes import Context, Point, Series, central_path, check_recipe
from forecast.scenarios.recipes.parameters import RIGHT

PEERS = {"a": Series.of({2018.5: 10.0, 2023.5: 60.0}), "b": Series.of({2018.5: 10.0, 2023.5: 20.0})}
CONTEXT = Context(
    times=2024.5 + np.arange(6.0),
    origin=Point(2023.5, 40.0),
    median=np.linspace(41, 46, 6),
    history=Series.of({2021.5: 36.0, 2022.5: 0.0, 2023.5: 40.0}),
    direction=1,
    bounds=(0.0, None),
    target=Point(2027.5, 70.0),
    peers=PEERS,
    groups={"a": "east", "b": "west"},
)
NO_TARGET = replace(CONTEXT, target=None)
NEW = replace(CONTEXT, history=Series.of({2023.5: 40.0}))


@pytest.mark.parametrize(
    ("recipe", "params", "message"),
    [
        ("as_promist", {}, "unknown recipe 'as_promist'; did you mean 'as_promised'?"),
        (
            "linear_change",
            {"per_yaer": 1},
            "recipe 'linear_change': unknown parameter 'per_yaer'; did you mean 'per_year'?\n"
            "recipe 'linear_change': parameter 'per_year' is missing; write a number, such as 1.5",
        ),
        (
            "best_of",
            {"recipes": ["flat", {"recipe": "linear_change", "per_year": "1,5"}]},
            "recipe 'best_of': recipe 'linear_change': parameter 'per_year' is '1,5'; write a number, such as 1.5",
        ),
        (
            "rate_of_change",
            {"rate": "last"},
            "recipe 'rate_of_change': parameter 'rate' is 'last'; write one of latest, target, percent_change",
        ),
    ],
)
def test_a_recipe_written_wrongly_is_refused_without_an_indicator(recipe, params, message):
    with pytest.raises(ScenarioError) as caught:
        check_recipe(recipe, params)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("recipe", "params", "kind"),
    [
        ("linear_change", {"per_year": 1, "cap": "1_000"}, "number"),
        ("linear_change", {"per_year": 1, "cap": True}, "number"),
        ("linear_change", {"per_year": 1, "cap": "nan"}, "number"),
        ("linear_change", {"per_year": 1, "cap": 10**400}, "number"),
        ("top_n", {"over": 0}, "years"),
        ("top_n", {"n": 1.5}, "whole"),
        ("top_n", {"share": 20}, "share"),
        ("top_n", {"group": " "}, "text"),
        ("fixed_target", {"due": "2028x"}, "period"),
        ("fixed_target", {"due": 2028.5}, "period"),
        ("flat", {"keep_better": "yes"}, "flag"),
        ("with_values", {"values": {}}, "path"),
        ("with_values", {"values": {"2028": "a"}}, "path"),
        ("best_of", {"recipes": "flat"}, "recipes"),
        ("best_of", {"recipes": [{"per_year": 1}]}, "recipes"),
        ("best_of", {"recipes": [3]}, "recipes"),
    ],
)
def test_a_value_of_another_kind_is_refused(recipe, params, kind):
    with pytest.raises(ScenarioError) as caught:
        check_recipe(recipe, params)
    assert str(caught.value).endswith(f"; write {RIGHT[kind]}")


@pytest.mark.parametrize(
    ("recipe", "params", "context", "message"),
    [
        (
            "as_promised",
            {},
            NO_TARGET,
            "the indicator has no target in numbers with a due date; write target and due in fixed_target",
        ),
        (
            "fixed_target",
            {"target": 50},
            NO_TARGET,
            "the indicator has no target in numbers with a due date; write target and due in fixed_target",
        ),
        (
            "as_promised",
            {},
            replace(CONTEXT, target=Point(2023.5, 70.0)),
            "the target fell due before the path starts; move it, or write due in fixed_target",
        ),
        (
            "fixed_target",
            {"due": "2023"},
            CONTEXT,
            "the due date 2023 does not lie after the start of the path; write a later one",
        ),
        (
            "best_tenth",
            {},
            CONTEXT,
            "the reference collection holds nothing like this indicator, which needs a bound at 0; use another recipe",
        ),
        (
            "worst_tenth",
            {},
            replace(CONTEXT, similar=lambda *asked: None),
            "too few similar public indicators were watched for a year; use another recipe",
        ),
        (
            "shock_like_2020",
            {},
            replace(CONTEXT, similar=lambda *asked: None),
            "too few similar public indicators were watched in 2020; give the shock its own size",
        ),
        (
            "shock_like_2020",
            {"at": "2031", "size": -5},
            CONTEXT,
            "the shock of 2031 does not lie among the periods forecast; write another at",
        ),
        (
            "shock_like_2020",
            {"at": "2020", "size": -5},
            CONTEXT,
            "the shock of 2020 does not lie among the periods forecast; write another at",
        ),
        (
            "rate_of_change",
            {"rate": "latest"},
            CONTEXT,
            "no compound rate can be computed from these values; use linear_change or fixed_target",
        ),
        (
            "rate_of_change",
            {"rate": "percent_change"},
            CONTEXT,
            "parameter 'percent' is missing; write a number, such as -30",
        ),
        (
            "rate_of_change",
            {"rate": "target", "limit_sign": "positive"},
            CONTEXT,
            "parameter 'limit' is missing; write a share per year, such as 0.05",
        ),
        (
            "halt_rise",
            {"baseline": "2015"},
            CONTEXT,
            "no value is known at 2015 or before it; write a later one",
        ),
        (
            "dip_recover",
            {"recovery": "2022"},
            CONTEXT,
            "the recovery begins before the last value used; write a later recovery",
        ),
        ("rapid_return", {}, CONTEXT, "the recovery begins before the last value used; write a later dip"),
        (
            "dip_recover",
            {"dip": 2023, "recovery": 2026, "rate": "average_of_years"},
            CONTEXT,
            "parameter 'rate_from' is missing; write a period, such as 2015",
        ),
        (
            "return_to_trajectory",
            {"recovery": 2026},
            CONTEXT,
            "parameter 'dip' is missing; write the period of the shock, or a path",
        ),
        (
            "return_to_trajectory",
            {"recovery": 2026, "dip": 2024},
            NEW,
            "fewer than two values are known before the shock; give the earlier trajectory as path",
        ),
        (
            "top_n",
            {},
            replace(CONTEXT, peers=None),
            "no peer has two values in the years looked at; give peers, or more years as over",
        ),
        ("top_n", {"group": "eastern"}, CONTEXT, "unknown group 'eastern' of peers; did you mean 'east'?"),
        (
            "best_in_region",
            {},
            CONTEXT,
            "parameter 'group' is missing; write the group of peers that the indicator belongs to",
        ),
        (
            "quantile_of_peers",
            {"quantiles": 9},
            replace(NEW, origin=Point(2023.5, 40.0)),
            "no peer stands in its quantile of 9; write fewer quantiles",
        ),
        (
            "best_of",
            {"recipes": ["flat"], "at": 2020},
            CONTEXT,
            "2020 lies before the first period forecast; write a later at",
        ),
        (
            "compound_change",
            {"percent_per_year": "1e300"},
            CONTEXT,
            "no finite value can be computed; write smaller numbers, or look at the values observed",
        ),
    ],
)
def test_a_recipe_that_does_not_fit_the_indicator_is_refused(recipe, params, context, message):
    with pytest.raises(ScenarioError) as caught:
        central_path(recipe, params, context)
    assert str(caught.value) == f"recipe '{recipe}': {message}"
