"""Recipes on paths: the draws move onto the new central path and keep their distance to it."""

import numpy as np
import pytest
from tests.slow_scale import go_forward

from forecast.errors import ScenarioError
from forecast.reference import collection_in
from forecast.scenarios.model import Course
from forecast.schema.periods import Period

WHY = {"fr": "Essai", "en": "Trial"}
BOUNDS = [(0.0, 100.0), (0.0, None), (None, None)]


def course(recipe, **other):
    return Course(**{"on": "share", "recipe": recipe, "reason": WHY, **other})


def never():
    raise AssertionError("the reference collection was loaded for nothing")


@pytest.fixture(scope="module")
def follow(make_scenario, make_plan, make_indicator, make_target, run_scenario):
    """The path `share` under recipes; its target is 42 or more in 2027, unless told otherwise."""

    def follow(path, *courses, target=None, changes=(), collection=never, **other):
        about = {"bounds": path.bounds, "unit": path.unit, **other.pop("about", {})}
        plan = make_plan(share=make_indicator(target or make_target(due="2027"), **about))
        scenario = make_scenario(*changes, recipes=courses)
        return run_scenario(scenario, plan=plan, collection=collection, share=path, **other).paths["share"]

    return follow


def medians(path):
    return np.median(path.draws, axis=0)


# Recipes for a plan


@pytest.mark.parametrize("bounds", BOUNDS)
def test_as_promised_is_at_the_target_by_its_date_in_the_median(make_path, follow, bounds):
    found = follow(make_path(bounds=bounds), course("as_promised"))
    np.testing.assert_allclose(medians(found), [33, 36, 39, 42, 42, 42], rtol=1e-9)
    assert np.median(found.at(Period.parse("2027"))) == pytest.approx(42)
    assert found.notes == ("changed",)


@pytest.mark.parametrize(
    ("better", "goal", "expected"), [("up", 25.0, 30.0), ("down", 25.0, 25.0), ("down", 42.0, 30.0)]
)
def test_as_promised_does_not_give_up_what_is_better_already(make_path, make_target, follow, better, goal, expected):
    target = make_target(due="2027", value=goal)
    found = follow(make_path(), course("as_promised"), target=target, about={"better": better})
    assert medians(found)[3] == pytest.approx(expected)


@pytest.mark.parametrize("bounds", BOUNDS)
def test_flat_stays_at_the_last_value_used(make_path, follow, bounds):
    found = follow(make_path(bounds=bounds), course("flat"))
    np.testing.assert_allclose(medians(found), 30.0, rtol=1e-9)


def test_continue_as_is_leaves_every_draw_to_the_last_digit(make_path, follow):
    path = make_path()
    np.testing.assert_array_equal(follow(path, course("continue_as_is")).draws, path.draws)


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("recipe", ["as_promised", "flat"])
def test_each_draw_keeps_its_distance_to_the_median_on_the_model_scale(make_path, follow, recipe, bounds):
    path = make_path(bounds=bounds)
    found = follow(path, course(recipe))
    for draw in range(0, 401, 40):
        for i in range(6):
            before, after = (
                go_forward(one.draws[draw, i], *bounds) - go_forward(sorted(one.draws[:, i])[200], *bounds)
                for one in (path, found)
            )
            assert after == pytest.approx(before, abs=1e-9)


# From when


def test_a_recipe_starts_from_the_median_of_the_period_before(make_path, follow):
    path = make_path()
    found = follow(path, course("as_promised", **{"from": "2026"}))
    start = np.median(path.draws[:, 1])
    np.testing.assert_allclose(medians(found)[2:], [(start + 42) / 2, 42, 42, 42], rtol=1e-9)
    np.testing.assert_array_equal(found.draws[:, :2], path.draws[:, :2])


def test_on_months_a_year_means_all_of_its_months(make_path, follow):
    path = make_path("2024-01", count=36)
    found = follow(path, course("flat", **{"from": "2025"}))
    assert np.flatnonzero((found.draws != path.draws).any(axis=0)).tolist() == list(range(12, 36))


def test_a_recipe_after_the_last_period_is_refused(make_path, follow):
    with pytest.raises(ScenarioError) as caught:
        follow(make_path(), course("flat", **{"from": "2035"}))
    assert str(caught.value) == (
        "the recipe on 'share' starts 2035, after the last period forecast, 2029; start it earlier"
    )


def test_a_recipe_that_cannot_be_computed_says_so(make_path, make_target, follow):
    text = make_target("Guide produit", kind="text", value=None, operator=None)
    with pytest.raises(ScenarioError) as caught:
        follow(make_path(), course("as_promised"), target=text)
    assert str(caught.value) == (
        "recipe 'as_promised': the indicator has no target in numbers with a due date;"
        " write target and due in fixed_target"
    )


# With other things


def test_changes_come_after_a_recipe(make_path, make_change, follow):
    five = make_change(change="add", value=5.0, unit="points")
    found = follow(make_path(), course("flat"), changes=[five])
    np.testing.assert_allclose(medians(found), [30, 30, 35, 35, 35, 35], rtol=1e-9)


def test_the_later_recipe_starts_from_the_earlier_one(make_path, follow):
    found = follow(make_path(), course("flat"), course("as_promised", **{"from": "2026"}))
    np.testing.assert_allclose(medians(found), [30, 30, 36, 42, 42, 42], rtol=1e-9)


def test_recipes_act_by_their_start_however_they_are_written(make_path, follow):
    written = [course("flat"), course("as_promised", **{"from": "2026"})]
    found, other = (follow(make_path(), *courses) for courses in (written, written[::-1]))
    np.testing.assert_array_equal(found.draws, other.draws)


def test_a_recipe_on_a_driver_moves_what_is_computed_from_it(
    make_path, make_scenario, make_plan, make_indicator, run_scenario
):
    drivers = {"collected": {"name": WHY, "unit": "L", "bounds": (0, None)}}
    plan = make_plan(drivers=drivers, share=make_indicator(formula="collected / 10", bounds=(0, None)))
    paths = {
        name: make_path(value=value, unit=unit, bounds=(0.0, None))
        for name, value, unit in (("share", 30.0, "%"), ("collected", 300.0, "L"))
    }
    found = run_scenario(make_scenario(recipes=[course("flat", on="collected")]), plan=plan, **paths).paths
    np.testing.assert_allclose(medians(found["collected"]), 300.0, rtol=1e-9)
    np.testing.assert_allclose(medians(found["share"]), 30.0, rtol=1e-9)


@pytest.mark.parametrize(("source", "assumed"), [((), True), (("S001",), False)])
def test_without_a_source_the_path_rests_on_an_assumption(make_path, follow, source, assumed):
    assert follow(make_path(), course("flat", source=source)).assumed is assumed


def test_a_recipe_looks_at_the_history(make_path, make_observed, follow):
    observed = make_observed(share={"2018": 20.0, "2020": 22.0, "2022": 26.0, "2023": 30.0})
    back = course("halt_rise", parameters={"baseline": "2020", "due": "2027"})
    found = follow(make_path(), back, about={"better": "down"}, observed=observed)
    np.testing.assert_allclose(medians(found), [28, 26, 24, 22, 22, 22], rtol=1e-9)


# The reference collection


@pytest.fixture(scope="module")
def counted(catalogue):
    """The real collection, and how often it was asked for."""
    calls = []

    def collection():
        calls.append(1)
        return collection_in(catalogue.root)

    return collection, calls


@pytest.mark.parametrize(
    ("recipe", "parameters"),
    [("best_tenth", {}), ("best_of", {"recipes": [{"recipe": "flat"}, {"recipe": "best_tenth"}]})],
)
def test_only_a_recipe_of_peers_loads_the_collection(make_path, make_observed, follow, counted, recipe, parameters):
    collection, calls = counted
    calls.clear()
    observed = make_observed(share={"2021": 28.0, "2022": 29.0, "2023": 30.0})
    found = follow(make_path(), course(recipe, parameters=parameters), observed=observed, collection=collection)
    assert len(calls) == 1
    assert (np.diff(medians(found)) > 0).all()
    assert medians(found)[0] > 30


def test_best_and_worst_tenth_lie_on_both_sides(make_path, make_observed, follow, counted):
    observed = make_observed(share={"2021": 28.0, "2022": 29.0, "2023": 30.0})
    best, worst = (
        medians(follow(make_path(), course(recipe), observed=observed, collection=counted[0]))
        for recipe in ("best_tenth", "worst_tenth")
    )
    assert (best > 30).all()
    assert (worst < 30).all()


def test_without_a_collection_a_recipe_of_peers_is_refused(make_path, follow):
    with pytest.raises(ScenarioError) as caught:
        follow(make_path(), course("best_tenth"), collection=lambda: None)
    assert str(caught.value) == (
        "recipe 'best_tenth': the reference collection holds nothing like this indicator, which needs a bound at 0;"
        " use another recipe"
    )
