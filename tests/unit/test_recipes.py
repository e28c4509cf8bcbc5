"""Registered recipes: what always holds, by Hypothesis; numbers worked out by hand; every refusal."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import reference
from forecast.errors import ScenarioError
from forecast.reference.lookup import PROJECTED
from forecast.scenarios.recipes import RECIPES, Context, Point, Series, central_path, check_recipe, compares
from forecast.scenarios.recipes.combine import choose_best
from forecast.scenarios.recipes.lookup import carry_forward
from forecast.scenarios.recipes.peers import average_best, average_quantile, measure_changes
from forecast.scenarios.recipes.rates import limit_rate, measure_latest_rate, measure_rate, spread_percent
from forecast.scenarios.recipes.shocks import average_rate, dip_recover, return_to_trajectory
from forecast.scenarios.recipes.similar import find_peers, find_similar
from forecast.schema.scales import Scale

#: One way to write each recipe; `test_every_recipe_has_an_example` keeps the list whole.
EXAMPLES = {
    "continue_as_is": {},
    "flat": {},
    "as_promised": {},
    "best_tenth": {},
    "worst_tenth": {},
    "shock_like_2020": {"at": "2026", "recovered": "0.5"},
    "rate_of_change": {"rate": "percent_change", "percent": 30, "due": 2029},
    "compound_change": {"percent_per_year": "-4"},
    "fixed_target": {"target": 60, "due": "2028"},
    "percent_of_baseline": {"percent": 20, "baseline": 2021, "due": 2029},
    "halt_rise": {"baseline": "2021"},
    "linear_change": {"per_year": 25, "cap": 90},
    "accelerate_to_target": {},
    "accelerate_by": {"per_year": 2},
    "top_n": {"n": 2},
    "best_in_region": {},
    "quantile_of_peers": {"quantiles": 2},
    "benchmarking": {"scope": "group"},
    "business_as_usual": {"never_worsen": True},
    "with_values": {"values": {"2026": 30, "2028": 50}},
    "dip_recover": {"dip": 2023, "recovery": 2026, "progressive": "true"},
    "rapid_return": {"dip": 2023},
    "delayed_return": {"dip": 2023},
    "never_return": {"dip": 2023},
    "sustained_disruption": {"dip": 2023},
    "return_to_trajectory": {"recovery": 2026, "dip": 2024},
    "best_of": {"recipes": ["flat", {"recipe": "linear_change", "per_year": 1}]},
}
#: Recipes whose model scale or bounds do not mirror with the values.
ON_MODEL_SCALE = {"best_tenth", "worst_tenth", "shock_like_2020"}
TIMES = 2024.5 + np.arange(6.0)

values = st.floats(1, 99)
paths = st.lists(values, min_size=6, max_size=6).map(np.array)
histories = st.lists(values, min_size=4, max_size=4)


def similar(years, share, since=None):
    """A symmetric stand-in: half a logit a year at the tenths, none in the middle."""
    return (share - 0.5) * 1.25 * years if years <= 3 else None


def make_context(origin=40.0, median=None, history=(30.0, 32.0, 36.0), direction=1, **more):
    known = [*history, origin]
    peers = {
        name: Series.of({2018.5: 10.0, 2023.5: end})
        for name, end in {"a": 60.0, "b": 35.0, "c": 15.0, "d": 5.0}.items()
    }
    given_ = {
        "times": TIMES,
        "origin": Point(2023.5, origin),
        "median": np.linspace(41, 46, 6) if median is None else median,
        "history": Series(2024.5 - np.arange(len(known), 0.0, -1), np.array(known)),
        "direction": direction,
        "bounds": (0.0, 100.0),
        "target": Point(2027.5, 70.0 if direction > 0 else 20.0),
        "similar": similar,
        "peers": peers,
        "groups": {"a": "east", "b": "west", "c": "west", "d": "west"},
        "group": "west",
    }
    return Context(**given_ | more)


contexts = st.builds(make_context, origin=values, median=paths, history=histories, direction=st.sampled_from([1, -1]))


def mirror(context):
    """The same, seen from the other side of zero."""
    return replace(
        context,
        origin=Point(context.origin.time, -context.origin.value),
        median=-context.median,
        history=Series(context.history.times, -context.history.values),
        direction=-context.direction,
        bounds=(-100.0, 0.0),
        target=Point(context.target.time, -context.target.value),
        peers={name: Series(peer.times, -peer.values) for name, peer in context.peers.items()},
    )


def mirror_parameters(params):
    """Values in the unit of the indicator change sign, wherever they stand."""
    signed = {"per_year", "cap", "target", "size"}
    mirrored = {name: -float(value) if name in signed else value for name, value in params.items()}
    if "values" in params:
        mirrored["values"] = {period: -value for period, value in params["values"].items()}
    if "recipes" in params:
        mirrored["recipes"] = [part if isinstance(part, str) else mirror_parameters(part) for part in params["recipes"]]
    return mirrored


def test_every_recipe_has_an_example():
    assert list(EXAMPLES) == list(RECIPES)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_speaks_both_languages(name):
    recipe = RECIPES[name]
    texts = [recipe.title, recipe.does, *(parameter.about for parameter in recipe.parameters)]
    assert all(text.fr and text.en and text.fr != text.en for text in texts)
    check_recipe(name, EXAMPLES[name])


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=20)  # of each recipe
@given(context=contexts)
def test_a_recipe_stays_in_its_bounds(name, context):
    path = central_path(name, EXAMPLES[name], context)
    assert path.shape == TIMES.shape
    assert (path >= 0).all()
    assert (path <= 100).all()


@pytest.mark.parametrize("name", sorted(set(RECIPES) - ON_MODEL_SCALE))
@settings(max_examples=20)  # of each recipe
@given(context=contexts)
def test_a_mirrored_series_gets_the_mirrored_path(name, context):
    path = central_path(name, EXAMPLES[name], context)
    mirrored = central_path(name, mirror_parameters(EXAMPLES[name]), mirror(context))
    assert mirrored == pytest.approx(-path, abs=1e-9)


@pytest.mark.parametrize("name", RECIPES)
def test_only_a_recipe_that_compares_needs_something_to_compare_with(name):
    alone = make_context(similar=None, peers=None, groups=None, group=None)
    if compares(name, EXAMPLES[name]):
        with pytest.raises(ScenarioError):
            central_path(name, EXAMPLES[name], alone)
    else:
        assert (central_path(name, EXAMPLES[name], alone) == central_path(name, EXAMPLES[name], make_context())).all()
    assert compares("best_of", {"recipes": ["flat", {"recipe": name, **EXAMPLES[name]}]}) == RECIPES[name].compares


@given(context=contexts)
def test_best_and_worst_tenth_change_places_with_the_direction(context):
    other = replace(context, direction=-context.direction)
    assert (central_path("best_tenth", {}, context) == central_path("worst_tenth", {}, other)).all()


@given(context=contexts)
def test_continue_as_is_is_the_median_exactly(context):
    assert (central_path("continue_as_is", {}, context) == context.median).all()


@given(context=contexts)
def test_flat_is_constant(context):
    assert (central_path("flat", {}, context) == context.origin.value).all()


@given(context=contexts, target=values)
def test_as_promised_is_at_the_target_exactly_when_due_unless_it_is_better_already(context, target):
    path = central_path("as_promised", {}, replace(context, target=Point(2027.5, target)))
    better = max if context.direction > 0 else min
    assert path[3] == path[5] == better(target, context.origin.value)


@pytest.mark.parametrize("maximise", ["path", "end_year"])
@given(context=contexts, per_year=st.floats(-10, 10))
def test_best_of_ends_at_least_as_well_as_each_part(maximise, context, per_year):
    parts = [{"recipe": "linear_change", "per_year": per_year}, "as_promised", "continue_as_is", "flat"]
    best = central_path("best_of", {"recipes": parts, "maximise": maximise}, context)
    for part in parts:
        name = part if isinstance(part, str) else part["recipe"]
        other = central_path(name, {} if isinstance(part, str) else {"per_year": per_year}, context)
        assert context.direction * (best[-1] - other[-1]) >= -1e-9


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=20)  # of each recipe
@given(context=contexts)
def test_keep_better_is_nowhere_worse_than_the_baseline(name, context):
    path = central_path(name, {**EXAMPLES[name], "keep_better": "true"}, context)
    assert (context.direction * (path - context.median) >= 0).all()


@given(st.lists(st.none() | values, min_size=1, max_size=8), st.lists(st.integers(-2, 10), min_size=1, max_size=5))
def test_carrying_forward_looks_back_for_the_last_value(known, wanted):
    series = Series.of({float(time): value for time, value in enumerate(known)})
    for time, found in zip(wanted, carry_forward(series, np.array(wanted, dtype=float)), strict=True):
        before = [value for value in known[: max(time + 1, 0)] if value is not None]
        assert found == before[-1] if before else np.isnan(found)


def test_one_that_nobody_observed_follows_business_as_usual():
    context = make_context()
    imputed = Series(context.history.times, context.history.values, ("imputed",) * 4)
    assert (central_path("flat", {}, replace(context, history=imputed)) == context.median).all()


def test_rates_by_hand():
    assert measure_rate(Point(2020, 100), Point(2022, 121)) == pytest.approx(0.1)
    assert measure_rate(Point(2020, -100), Point(2022, -121)) == pytest.approx(0.1)
    assert measure_rate(Point(2020, 50), Point(2022, 0)) == -1
    assert spread_percent(-50, 18) == pytest.approx(0.5 ** (1 / 18) - 1)
    for first, last in ((Point(0, 0), Point(1, 5)), (Point(0, 5), Point(1, -5)), (Point(1, 5), Point(1, 6))):
        assert np.isnan(measure_rate(first, last))
    quarters = Series.of({2020.0: 100, 2020.75: 500, 2021.0: 110})
    assert measure_latest_rate(quarters, 2021.0) == pytest.approx(0.1)  # of a year, not of a quarter
    assert np.isnan(measure_latest_rate(quarters, 2020.75))


def test_a_limit_holds_one_side_of_a_rate():
    assert [limit_rate(rate, "positive", 0.05) for rate in (-0.2, 0.02, 0.2)] == [-0.2, 0.02, 0.05]
    assert [limit_rate(rate, "negative", -0.05) for rate in (-0.2, 0.02)] == [-0.05, 0.02]
    limited = {"rate": "latest", "limit_sign": "positive", "limit": 0}
    assert (central_path("rate_of_change", limited, make_context()) == 40).all()


def test_dip_and_recovery_grow_linearly_from_the_last_value_before_them():
    history = Series.of(
        {2018.5: 100.0, 2019.5: 110.0, 2020.5: 90.0, 2021.5: 80.0, 2022.5: 95.0},
        dict.fromkeys((2018.5, 2019.5, 2020.5), "reported") | {2021.5: "estimated", 2022.5: "projected"},
    )
    times = 2020.5 + np.arange(8.0)
    path = dip_recover(times, history, 2020.5, 2023.5)
    assert path == pytest.approx([90, 80, 80, 88, 96, 104, 112, 120])
    slow = dip_recover(times, history, 2020.5, 2023.5, progressive=True)
    assert slow == pytest.approx([90, 80, 80, 80 + 2, 80 + 8, 80 + 18, 80 + 32, 80 + 40])
    alone = Series.of({2020.5: 90.0, 2021.5: 80.0})
    assert dip_recover(times, alone, 2020.5, 2022.5) == pytest.approx([90] + [80] * 7)


def test_an_average_rate_counts_a_gap_once():
    series = Series.of({2015.0: 100.0, 2016.0: 110.0, 2017.0: None, 2018.0: 110 * 1.3**2, 2019.0: 1.0})
    assert average_rate(series, 2015, 2018) == pytest.approx((0.1 + 0.3) / 2)
    assert average_rate(series, 2019, 2018) == 0


def test_return_to_an_earlier_trajectory():
    history, earlier = Series.of({2020.0: 44.0, 2021.0: 45.0}), Series.of({2020.0: 52.0, 2024.0: 56.0})
    times = np.arange(2021.0, 2026.0)
    assert return_to_trajectory(times, history, earlier, 2023.0) == pytest.approx([45, 45, 55, 56, 56])
    slow = return_to_trajectory(times, history, earlier, 2023.0, progressive=True)
    assert slow == pytest.approx([45, 45, 47.5, 50.5, 45 + 0.75 * 11])


def test_without_a_path_the_earlier_trajectory_is_the_line_before_the_shock():
    context = make_context(history=(30.0, 32.0, 34.0), origin=20.0)
    path = central_path("return_to_trajectory", {"recovery": "2026", "dip": "2023"}, context)
    assert path == pytest.approx([20, 20, 42, 44, 46, 48])


def test_percent_of_the_baseline_is_paced_from_its_year_and_jumps_after_the_start():
    context = make_context(history=(50.0, 52.0, 54.0), origin=56.0, times=TIMES - 1)
    path = central_path("percent_of_baseline", {"percent": 40, "baseline": "2020", "due": "2027"}, context)
    assert path == pytest.approx([56, *(56 + 14 * share / 7 for share in (4, 5, 6, 7, 7))])


def test_a_cap_never_worsens_the_start():
    assert central_path("linear_change", {"per_year": 4, "cap": 50}, make_context())[:4].tolist() == [44, 48, 50, 50]
    assert (central_path("linear_change", {"per_year": 4, "cap": 30}, make_context()) == 40).all()
    falling = make_context(direction=-1)
    assert central_path("linear_change", {"per_year": -8, "cap": 30}, falling)[:3].tolist() == [32, 30, 30]


def test_a_shock_of_its_own_size_wears_off():
    context = make_context(median=np.full(6, 50.0), bounds=(None, None))
    path = central_path("shock_like_2020", {"at": "2025", "size": -8, "recovery": 4}, context)
    assert path == pytest.approx([50, 42, 44, 46, 48, 50])
    half = central_path("shock_like_2020", {"size": -8, "recovery": 1, "recovered": 0.5}, context)
    assert half == pytest.approx([42, 46, 46, 46, 46, 46])


def test_similar_indicators_move_the_origin_on_the_model_scale():
    path = central_path("best_tenth", {}, make_context(origin=50.0))
    logits = [0.5, 1.0, 1.5, 1.5, 1.5, 1.5]  # level after the longest that was looked up
    assert path == pytest.approx(100 / (1 + np.exp(-np.array(logits))))


def test_the_best_are_averaged_in_either_direction():
    changes = {"a": 10.0, "b": 5.0, "c": 1.0, "d": -1.0}
    assert average_best(changes, 1, n=2) == 7.5
    assert average_best(changes, -1, n=2) == 0
    assert average_best(changes, 1, share=0.5) == 7.5
    assert average_best(changes, 1, share=0.01) == 10
    assert average_best(dict.fromkeys(map(str, range(10)), 1.0), 1, share=0.3) == 1
    assert np.isnan(average_best({}, 1))


def test_peers_by_group_and_by_quantile():
    context = make_context()  # changes a year: a 10, b 5, c 1, d -1
    assert central_path("best_in_region", {}, context)[0] == 45
    assert central_path("benchmarking", {}, context)[0] == 50
    assert central_path("top_n", {"n": 2, "group": "west"}, context)[0] == 43
    peers = {str(first): Series.of({0.0: first, 5.0: 2 * first}) for first in (10.0, 20.0, 30.0, 40.0)}
    changes = measure_changes(peers, 0.0, 5.0)
    assert changes == {"10.0": 2, "20.0": 4, "30.0": 6, "40.0": 8}
    assert average_quantile(peers, changes, 12, 0.0, 2) == 3
    assert average_quantile(peers, changes, 90, 0.0, 2) == 7


def test_best_of_breaks_ties_by_the_whole_path_and_never_takes_one_without_an_end():
    low, high, none = np.array([1.0, 5.0]), np.array([3.0, 5.0]), np.array([9.0, np.nan])
    assert choose_best([none, low, high], 1) == 2
    assert choose_best([none, low, high], 1, "end_year") == 1
    assert choose_best([none, low, high], -1) == 1


def test_best_of_may_compare_another_end():
    parts = [{"recipe": "with_values", "values": {2025: 90, 2029: 10}}, "flat"]
    assert central_path("best_of", {"recipes": parts, "at": 2025}, make_context())[1] == 90
    assert central_path("best_of", {"recipes": parts}, make_context())[1] == 40


@pytest.fixture(scope="module")
def collection(catalogue):
    return reference.load(catalogue.root)


def test_what_similar_indicators_did_agrees_with_the_look_up(collection):
    found = find_similar("%", (0, 100), np.array([27.9]), collection)
    table = reference.similar("percent", collection, value=27.9, direction="up").changes
    assert len(table) == 25
    for row in table.itertuples():
        assert found(row.years, row.quantile) == pytest.approx(row.change)


def test_a_shock_like_2020_takes_the_changes_of_that_year_alone(collection):
    found = find_similar("hours", (0, None), np.array([10.5]), collection)
    of_indicator = {}
    for _, one in collection[collection["kind"] == "rate"].groupby("unique_id"):
        years, y = one["ds"].str[:4].astype(int).tolist(), one["y"].to_numpy()
        if not one["name"].iloc[0].startswith(PROJECTED) and {2019, 2020} <= set(years):
            z = Scale.of(y, 0.0, None).forward(y)
            change = z[years.index(2020)] - z[years.index(2019)]
            of_indicator.setdefault((one["source"].iloc[0], one["indicator"].iloc[0]), []).append(change)
    weighted = sorted((change, 1 / len(found)) for found in of_indicator.values() for change in found)
    reached = np.cumsum([weight for _, weight in weighted]) >= 0.1 * len(of_indicator)
    assert found(1, 0.1, 2019) == pytest.approx(weighted[int(reached.argmax())][0])
    assert found(1, 0.1, 1900) is None


def test_a_count_that_starts_between_whole_numbers_stays_a_count(collection):
    donors = np.array([1200.0, 1100.0])
    assert find_similar("donors", (0, None), donors, collection, start=1050.5).kind == "count"
    peers = find_peers("donors", (0, None), donors, collection, at=2026.5, start=1050.5)
    assert {round(float(peer.values[0]), 6) for peer in peers.series.values()} == {1050.5}


def test_nothing_is_similar_without_a_bound_at_zero(collection):
    assert find_similar("points", (None, None), np.array([3.0]), collection) is None
    assert find_similar("%", (0, 100), np.array([]), collection) is None
    assert find_peers("points", (None, None), np.array([3.0]), collection, at=2023.5).series == {}


def test_peers_of_the_collection_end_at_the_origin_and_read_in_the_unit(collection):
    rates = find_peers("hours", (0, None), np.array([12.0, 10.5]), collection, at=2023.5)
    assert all(peer.values[0] == pytest.approx(10.5) and peer.times[-1] == 2023.5 for peer in rates.series.values())
    shares = find_peers("%", (0, 100), np.array([27.9]), collection, at=2023.5, over=3)
    assert len({float(peer.values[0]) for peer in shares.series.values()}) > 30
    assert {len(peer.times) for peer in shares.series.values()} == {4}
    assert set(shares.groups) == set(shares.series)
