"""Driver trees: what changed drivers make of an indicator, reconciled with what was observed, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.errors import ForecastError, ScenarioError
from forecast.plans.magnitudes import Range
from forecast.plans.model import Side
from forecast.scenarios.magnitudes import draw_magnitude
from forecast.scenarios.trees import align, at_time
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

RATIO = "100 * collected / required"


def side(unit="L", **other):
    return Side(**{"name": {"fr": "a", "en": "a"}, "unit": unit, "bounds": (0, None), "of": "share", **other})


def assumed(value, period="2023", **other):
    return side(assumed={"value": value, "period": period, "reason": {"fr": "a", "en": "a"}}, **other)


@pytest.fixture(scope="module")
def plant(make_plan, make_indicator, make_target):
    """A plan whose indicator `share` has a formula: `plant(formula, drivers, **of_the_indicator)`."""

    def plant(formula=RATIO, drivers=None, **other):
        drivers = {name: side() for name in ("collected", "required")} if drivers is None else drivers
        return make_plan(drivers=drivers, share=make_indicator(make_target(), formula=formula, **other))

    return plant


@pytest.fixture(scope="module")
def litres(make_path):
    """Paths of drivers: from 300 collected and 1,000 required."""

    def make(value, seed, **other):
        return make_path(value=value, seed=seed, **{"unit": "L", "bounds": (0.0, None), **other})

    return {"collected": make(300.0, 11), "required": make(1000.0, 12)}


@pytest.fixture(scope="module")
def more(make_change):
    """A fifth more collected from 2026, unless told otherwise."""

    def more(on="collected", **other):
        return make_change(on=on, **{"change": "multiply", "value": 1.2, "unit": None, **other})

    return more


def ratio(paths):
    return 100 * paths["collected"].draws / paths["required"].draws


# With observations


@pytest.mark.parametrize("bounds", [(0.0, 100.0), (0.0, None), (None, None)])
def test_a_change_of_a_driver_multiplies_the_indicator_as_it_does_the_tree(
    make_path, plant, litres, more, run_scenario, bounds
):
    share = make_path(value=33.0, bounds=bounds)
    change = more(value=Range(low=0.9, high=1.3))
    found = run_scenario(change, plan=plant(bounds=bounds), share=share, **litres)
    size = draw_magnitude(change.value, 401, Streams(1).stream("magnitude", change.key))
    for draw in range(0, 401, 40):
        for i in range(2, 6):
            expected = min(share.draws[draw, i] * size[draw], np.inf if bounds[1] is None else bounds[1])
            assert found.paths["share"].draws[draw, i] == pytest.approx(expected, rel=1e-9)
    np.testing.assert_array_equal(found.paths["share"].draws[:, :2], share.draws[:, :2])
    assert "changed" in found.paths["share"].notes


def test_a_path_that_cannot_fall_below_zero_is_multiplied_as_the_tree_is(make_path, plant, litres, more, run_scenario):
    share = make_path(value=50.0, bounds=(0.0, None))
    found = run_scenario(more(), plan=plant(bounds=(0, None)), share=share, **litres).paths["share"]
    np.testing.assert_allclose(found.draws[:, 2:], 1.2 * share.draws[:, 2:], rtol=1e-9)


def test_a_small_change_of_a_driver_is_small_in_every_draw(make_path, plant, litres, more, run_scenario):
    # also where the tree itself would lie beyond 100 %
    share = replace(make_path(), origin_value=80.0)
    assert (80 / 30 * ratio(litres) > 100).mean() > 0.1
    found = run_scenario(more(value=0.99), plan=plant(), share=share, **litres).paths["share"].draws
    assert float(np.abs(found - share.draws).max()) < 5


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([(0.0, 100.0), (0.0, None), (None, None)]), st.booleans())
def test_without_a_change_every_draw_stays_to_the_last_digit(
    make_path, plant, litres, more, run_scenario, seed, bounds, neutral
):
    share = make_path(seed=seed, bounds=bounds)
    changes = [more(value=1.0)] if neutral else []
    found = run_scenario(*changes, plan=plant(bounds=bounds), share=share, **litres).paths
    np.testing.assert_array_equal(found["share"].draws, share.draws)
    np.testing.assert_array_equal(found["collected"].draws, litres["collected"].draws)
    assert "changed" not in found["share"].notes


@settings(max_examples=20)
@given(st.floats(1e-4, 1e4), st.floats(1e-4, 1e4))
def test_the_units_of_the_drivers_do_not_matter(make_path, plant, litres, more, run_scenario, first, second):
    def run(**scales):
        drivers = {
            name: replace(litres[name], draws=litres[name].draws * by, origin_value=litres[name].origin_value * by)
            for name, by in scales.items()
        }
        return run_scenario(more(), plan=plant(), share=make_path(), **drivers).paths["share"].draws

    np.testing.assert_allclose(run(collected=first, required=second), run(collected=1, required=1), rtol=1e-9)


def test_the_tree_says_by_how_much_it_was_reconciled(make_path, plant, litres, run_scenario):
    (tree,) = run_scenario(plan=plant(), share=make_path(value=33.0), **litres).trees.values()
    assert (tree.formula, tree.drivers, tree.assumed, tree.missing) == (RATIO, ("collected", "required"), (), ())
    assert (tree.computed, tree.observed, tree.undefined) == (pytest.approx(30), 33.0, 0.0)
    assert tree.factor == pytest.approx(1.1)


def test_what_is_done_to_the_indicator_comes_after_the_tree(make_path, plant, litres, more, make_change, run_scenario):
    plan, share = plant(), make_path()
    cap = make_change(change="cap", value=31.0, unit="%")
    found = run_scenario(cap, more(), plan=plan, share=share, **litres).paths["share"].draws
    tree = run_scenario(more(), plan=plan, share=share, **litres).paths["share"].draws
    np.testing.assert_allclose(found[:, 2:], np.minimum(tree[:, 2:], 31.0))


def test_an_assumed_change_of_a_driver_makes_the_indicator_an_assumption(make_path, plant, litres, more, run_scenario):
    cited = more(assumed=False, source=("S001",))
    for change, expected in ((more(), True), (cited, False)):
        found = run_scenario(change, plan=plant(), share=make_path(), **litres).paths
        assert found["collected"].assumed is expected
        assert found["share"].assumed is expected


# Formulas of drivers


@pytest.fixture(scope="module")
def donors(make_path, plant):
    """A plan in which litres are computed from donors, and its paths."""
    drivers = {
        "donors": side("persons"),
        "each": side(),
        "collected": side(formula="donors * each"),
        "required": side(),
    }
    make = lambda value, seed, **other: make_path(value=value, seed=seed, bounds=(0.0, None), **other)  # noqa: E731
    paths = {"donors": make(60.0, 21), "each": make(5.0, 22, unit="L"), "required": make(1000.0, 23, unit="L")}
    return plant(drivers=drivers, bounds=(0, None)), paths


def test_a_driver_is_computed_from_its_own_drivers(make_path, donors, more, run_scenario):
    plan, paths = donors
    share = make_path(bounds=(0.0, None))
    found = run_scenario(more("donors"), plan=plan, share=share, **paths)
    collected = found.paths["collected"]
    expected = paths["donors"].draws * paths["each"].draws
    np.testing.assert_allclose(collected.draws[:, :2], expected[:, :2])
    np.testing.assert_allclose(collected.draws[:, 2:], 1.2 * expected[:, 2:])
    np.testing.assert_allclose(found.paths["share"].draws[:, 2:], 1.2 * share.draws[:, 2:])
    assert list(found.trees) == ["collected", "share"]


def test_at_the_origin_too_a_driver_is_computed_from_its_own_drivers(make_path, donors, run_scenario):
    plan, paths = donors
    trees = run_scenario(plan=plan, share=make_path(value=33.0), **paths).trees
    assert trees["collected"].computed == pytest.approx(60 * 5)
    assert (trees["share"].computed, trees["share"].factor) == (pytest.approx(30), pytest.approx(1.1))


def test_a_change_of_a_driver_that_is_computed_moves_what_is_computed_from_it(make_path, donors, more, run_scenario):
    plan, paths = donors
    share = make_path(bounds=(0.0, None))
    found = run_scenario(more("collected"), plan=plan, share=share, **paths).paths
    np.testing.assert_allclose(
        found["collected"].draws[:, 2:], 1.2 * (paths["donors"].draws * paths["each"].draws)[:, 2:]
    )
    np.testing.assert_allclose(found["share"].draws[:, 2:], 1.2 * share.draws[:, 2:])


# Drivers that nobody measured


def test_an_assumed_driver_is_the_same_in_every_period_and_scenario(make_path, plant, litres, more, run_scenario):
    range_ = Range(low=900, high=1100)
    plan = plant(drivers={"collected": side(), "required": assumed(range_)})
    paths = {"share": make_path(), "collected": litres["collected"]}
    plain, moved = (run_scenario(*changes, plan=plan, **paths) for changes in ((), (more(),)))
    required = plain.paths["required"]
    expected = draw_magnitude(range_, 401, Streams(1).stream("magnitude", "required:assumed"))
    np.testing.assert_array_equal(required.draws, np.repeat(expected[:, None], 6, axis=1))
    np.testing.assert_array_equal(required.draws, moved.paths["required"].draws)
    assert (required.unit, required.model, required.assumed, required.origin_value) == ("L", "assumed", True, 1000.0)
    assert plain.trees["share"].assumed == ("required",)
    np.testing.assert_array_equal(plain.paths["share"].draws, paths["share"].draws)


@pytest.mark.parametrize("period", ["2023", "2026"])
def test_an_assumed_driver_is_the_same_at_every_time_whenever_it_was_assumed(
    make_path, plant, litres, run_scenario, period
):
    drivers = {"collected": side(), "required": assumed(Range(low=900, high=1100), period)}
    paths = {"share": make_path(), "collected": litres["collected"]}
    required = run_scenario(plan=plant(drivers=drivers), **paths).paths["required"]
    for time in (2023.5, 2024.0, 2026.5, 2031.0):
        np.testing.assert_allclose(at_time(required, time), required.draws[:, 0])


def test_a_driver_that_is_missing_is_named_and_there_is_no_tree(make_path, plant, litres, more, run_scenario):
    share = make_path()
    found = run_scenario(more(), plan=plant(), share=share, collected=litres["collected"])
    tree = found.trees["share"]
    assert (tree.missing, tree.computed, tree.observed, tree.factor) == (("required",), None, None, None)
    assert found.paths["share"] is share


def test_a_missing_driver_of_what_nobody_measured_leaves_no_path(plant, litres, run_scenario):
    found = run_scenario(plan=plant(), collected=litres["collected"])
    assert found.trees["share"].missing == ("required",)
    assert "share" not in found.paths


# Without observations of the indicator


def test_without_observations_the_tree_is_the_forecast(plant, litres, more, run_scenario):
    found = run_scenario(more(), plan=plant(), **litres)
    share = found.paths["share"]
    expected = ratio(litres) * np.where(np.arange(6) < 2, 1.0, 1.2)
    np.testing.assert_allclose(share.draws, np.clip(expected, 0, 100))
    assert (share.unit, share.bounds, share.model, share.used) == ("%", (0, 100), "tree", ("tree",))
    assert (share.observations, share.assumed, share.record) == (0, True, None)
    assert (found.trees["share"].computed, found.trees["share"].observed) == (pytest.approx(30), None)
    np.testing.assert_allclose(
        run_scenario(plan=plant(), **litres).paths["share"].draws, np.clip(ratio(litres), 0, 100)
    )


def test_without_observations_a_change_starts_from_what_the_tree_computes(plant, litres, make_change, run_scenario):
    grown = make_change(**{"from": None}, value=1.0)
    share = run_scenario(grown, plan=plant(), **litres).paths["share"]
    assert share.origin_value == pytest.approx(30)
    np.testing.assert_allclose(np.median(share.draws, axis=0), 30 + np.arange(1, 7))


# Stock and flow


def waiting(plant, **other):
    drivers = {name: side("persons") for name in ("arrivals", "operations")}
    return plant("stock(arrivals - operations)", drivers, unit="persons", bounds=(None, None), **other)


def test_a_stock_adds_up_what_a_change_adds_in_every_period(make_path, plant, more, run_scenario):
    flows = {name: make_path(value=100.0, bounds=(0.0, None)) for name in ("arrivals", "operations")}
    share = make_path(value=500.0, bounds=(None, None))
    found = run_scenario(more("operations"), plan=waiting(plant), share=share, **flows)
    for draw in range(0, 401, 40):
        total = 0.0
        for i in range(6):
            total -= 0.2 * flows["operations"].draws[draw, i] if i >= 2 else 0.0
            assert found.paths["share"].draws[draw, i] == pytest.approx(share.draws[draw, i] + total)
    tree = found.trees["share"]
    assert (tree.computed, tree.observed, tree.factor) == (500.0, 500.0, 1.0)


def test_a_stock_that_nobody_counted_has_nothing_to_add_up_on(make_path, plant, run_scenario):
    flows = {name: make_path(value=100.0, bounds=(0.0, None)) for name in ("arrivals", "operations")}
    with pytest.raises(ForecastError, match="stock needs the last known value of the indicator; observe or assume one"):
        run_scenario(plan=waiting(plant), **flows)


# Draws without a value


def with_zeros(litres, share, periods=slice(None)):
    """The drivers, of which nothing is required in a share of the draws."""
    draws = litres["required"].draws.copy()
    draws[: round(share * 401), periods] = 0.0
    return litres | {"required": replace(litres["required"], draws=draws)}


def test_a_few_draws_without_a_value_keep_their_own_forecast(make_path, plant, litres, more, run_scenario):
    share = make_path(bounds=(0.0, None))
    drivers = with_zeros(litres, 0.04)
    found = run_scenario(more(), plan=plant(bounds=(0, None)), share=share, **drivers)
    np.testing.assert_array_equal(found.paths["share"].draws[:16], share.draws[:16])
    np.testing.assert_allclose(found.paths["share"].draws[16:, 2:], 1.2 * share.draws[16:, 2:])
    assert found.trees["share"].undefined == pytest.approx(16 / 401)


def test_beyond_all_numbers_a_draw_keeps_its_own_forecast(make_path, plant, litres, more, run_scenario):
    share = make_path(bounds=(0.0, None))
    least = replace(litres["collected"], draws=np.full_like(litres["collected"].draws, 1e-308))
    add = more(change="add", value=1e6, unit="L")
    found = run_scenario(add, plan=plant(bounds=(0, None)), share=share, **{**litres, "collected": least})
    np.testing.assert_array_equal(found.paths["share"].draws, share.draws)


def test_without_observations_a_draw_without_a_value_gets_the_median(make_path, plant, litres, run_scenario):
    drivers = with_zeros(litres, 0.04)
    share = run_scenario(plan=plant(bounds=(None, None)), **drivers).paths["share"].draws
    np.testing.assert_allclose(share[:16], np.repeat([np.median(ratio(litres)[16:], axis=0)], 16, axis=0))
    np.testing.assert_allclose(share[16:], ratio(litres)[16:])


@pytest.mark.parametrize("periods", [slice(None), slice(5, 6)], ids=["always", "in one period"])
@pytest.mark.parametrize("observed", [True, False])
def test_many_draws_without_a_value_are_refused(make_path, plant, litres, run_scenario, periods, observed):
    drivers = with_zeros(litres, 0.2, periods)
    with pytest.raises(ScenarioError) as caught:
        run_scenario(plan=plant(), **drivers, **({"share": make_path()} if observed else {}))
    assert str(caught.value) == (
        "the formula of 'share' has no value in 20% of the draws (a division by zero?);"
        " change its drivers, or keep them away from zero with max()"
    )


# Other periods


def test_monthly_drivers_are_read_at_the_times_of_a_yearly_indicator(make_path):
    months, years = make_path("2024-01", count=24), make_path(count=3)
    found = align(months, years)
    for i, year in enumerate((2024, 2025)):  # the middle of a year lies between those of June and July
        june, july = (Period.parse(f"{year}-{month}").midpoint for month in ("06", "07"))
        part = (year + 0.5 - june) / (july - june)
        before, after = months.draws[:, 12 * i + 5], months.draws[:, 12 * i + 6]
        np.testing.assert_allclose(found[:, i], before + part * (after - before))
    np.testing.assert_array_equal(found[:, 2], months.draws[:, -1])  # its end is held
    assert align(months, months) is months.draws


def test_before_the_forecast_a_driver_goes_straight_from_its_last_value(make_path):
    path = make_path()
    np.testing.assert_array_equal(at_time(path, 2020.0), 30.0)
    np.testing.assert_array_equal(at_time(path, 2023.5), 30.0)
    np.testing.assert_allclose(at_time(path, 2023.75), 30 + 0.25 * (path.draws[:, 0] - 30))


def test_monthly_drivers_move_a_yearly_indicator(make_path, plant, more, run_scenario):
    share = make_path(bounds=(0.0, None))
    months = {
        name: make_path("2024-01", count=72, seed=seed, value=value, bounds=(0.0, None))
        for seed, (name, value) in enumerate({"collected": 25.0, "required": 1000 / 12}.items())
    }
    found = run_scenario(more(**{"from": "2026-01"}), plan=plant(bounds=(0, None)), share=share, **months)
    np.testing.assert_allclose(found.paths["share"].draws[:, 2:], 1.2 * share.draws[:, 2:])
    np.testing.assert_array_equal(found.paths["share"].draws[:, :2], share.draws[:, :2])
    assert found.paths["share"].periods == share.periods
