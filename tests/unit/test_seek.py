"""What it would take: the answer put back gives the probability, and less effort does not."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lever_plan import AS_OF, FILES, PLAN, write_catalogue

from forecast import scenarios
from forecast.errors import PlanError, ScenarioError
from forecast.reporting.seeking import seek_text
from forecast.scenarios.model import LeverMove
from forecast.schema.periods import Period
from forecast.seek import Answer, seek
from forecast.study import open_bench, run_study

#: Lever, its indicator, and where it means no effort; None where that is what the forecast does by itself.
LEVERS = {
    "more_served": ("share", 0.0),
    "requests": ("share", None),
    "push": ("waiting", 0.0),
    "times": ("waiting", 1.0),
    "closing": ("waiting", 0.0),
    "level": ("waiting", None),
    "lid": ("waiting", None),
    "pace": ("waiting", None),
    "hire_doctors": ("staff", 0.0),
}
DRAWS = 400


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    return write_catalogue(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(scope="module")
def bench(catalogue):
    return open_bench("trial", as_of=AS_OF, catalogue=catalogue)


@pytest.fixture(scope="module")
def ask(bench):
    """Ask on the one bench, each question once."""
    made: dict[tuple[object, ...], Answer] = {}

    def one(indicator, probability=0.8, lever=None, scenario="baseline", **levers):
        key = (indicator, probability, lever, scenario, *levers.items())
        if key not in made:
            made[key] = seek(bench, scenario, indicator, probability, lever=lever, levers=levers)
        return made[key]

    return one


def chance(bench, scenario, indicator) -> float:
    """Probability of meeting the last target under a scenario, by the long way."""
    plan, trajectories = bench.apply(scenario)
    target = plan.indicators[indicator].targets[-1]
    return float(target.met_by(trajectories.paths[indicator].at(target.period)).mean())


def with_lever(bench, name, value, scenario="baseline"):
    return scenarios.with_levers(bench.scenario(scenario), bench.plan, {name: value})


# The answer put back


@pytest.mark.parametrize("probability", [0.02, 0.3, 0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("indicator", ["share", "waiting", "staff"])
def test_the_pace_put_back_gives_the_probability_to_one_draw(bench, ask, indicator, probability):
    answer = ask(indicator, probability)
    assert chance(bench, answer.moved, indicator) == answer.reached
    assert probability <= answer.reached < probability + 1 / DRAWS


@pytest.mark.parametrize("probability", [0.02, 0.5])
@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_put_back_gives_at_least_the_probability(bench, ask, lever, probability):
    indicator, rest = LEVERS[lever]
    answer = ask(indicator, probability, lever)
    assert chance(bench, with_lever(bench, lever, answer.magnitude), indicator) == answer.reached
    assert answer.reached >= probability
    assert rest is None or answer.settings[0].rest == rest


def test_the_pace_written_into_a_scenario_file_gives_it_in_a_study(bench, ask, catalogue):
    answer = ask("share", 0.8)
    text = f"""
title: {{fr: Réponse, en: Answer}}
description: {{fr: Réponse., en: Answer.}}
changes:
  - {{on: share, change: growth, value: {answer.magnitude!r}, unit: points/year, reason: {{fr: Essai, en: Trial}}}}
"""
    (catalogue.root / "parameters/trial/answer.yaml").write_text(text, "utf-8")
    outlook = run_study("trial", "answer", as_of=AS_OF, catalogue=catalogue, only="share").assessment.outlook
    assert outlook["probability"].tolist() == [answer.reached]


def test_a_lever_moved_by_a_reader_gives_it_in_a_study(ask, catalogue):
    answer = ask("waiting", 0.5, "push")
    study = run_study("trial", levers={"push": answer.magnitude}, as_of=AS_OF, catalogue=catalogue, only="waiting")
    assert study.assessment.outlook["probability"].tolist() == [answer.reached] == [0.5]


def test_an_answer_is_the_same_for_the_indicator_alone(ask, catalogue):
    alone = open_bench("trial", as_of=AS_OF, catalogue=catalogue, only="share")
    assert seek(alone, "baseline", "share", 0.8).magnitude == ask("share", 0.8).magnitude
    one = seek(alone, "baseline", "share", 0.5, lever="more_served")
    assert one.magnitude == ask("share", 0.5, "more_served").magnitude


# The least effort, against a slow search


@pytest.mark.parametrize("lever", LEVERS)
def test_no_value_of_a_grid_nearer_to_no_effort_is_enough(bench, ask, lever):
    indicator, _ = LEVERS[lever]
    answer = ask(indicator, 0.5, lever)
    (setting,) = answer.settings
    reach = abs(setting.magnitude - setting.rest)
    grid = [value for value in np.linspace(*setting.bounds, 60) if abs(value - setting.rest) < reach * (1 - 1e-9)]
    assert len(grid) > 3
    assert all(chance(bench, with_lever(bench, lever, float(value)), indicator) < 0.5 for value in grid)


@pytest.mark.parametrize("lever", LEVERS)
def test_a_little_less_is_not_enough(bench, ask, lever):
    indicator, _ = LEVERS[lever]
    (setting,) = ask(indicator, 0.5, lever).settings
    less = setting.magnitude - 1e-6 * (setting.magnitude - setting.rest)
    assert chance(bench, with_lever(bench, lever, less), indicator) < 0.5


def test_more_probability_takes_more_effort(ask):
    efforts = [abs(ask("waiting", p, "push").magnitude) for p in (0.1, 0.3, 0.5, 0.8, 0.9)]
    assert all(less < more for less, more in itertools.pairwise(efforts))


@settings(max_examples=12)
@given(probability=st.integers(20, 380).map(lambda count: count / DRAWS))
def test_any_probability_that_draws_can_make_is_met_exactly(ask, probability):
    assert ask("waiting", probability, "pace").reached == probability


# Nothing is needed


def test_what_is_reached_already_takes_no_effort(ask):
    answer = ask("share", 0.3, "more_served")
    assert answer.already
    assert (answer.magnitude, answer.reached, answer.delays) == (0.0, answer.before, ())


@pytest.mark.parametrize("lever", ["requests", "pace", "level"])
def test_of_a_growth_or_a_level_it_is_then_how_little_would_be_enough(bench, ask, lever):
    indicator, _ = LEVERS[lever]
    answer = ask(indicator, 0.02, lever)
    (setting,) = answer.settings
    assert answer.already
    assert answer.reached == pytest.approx(0.02, abs=1 / DRAWS)
    worse = setting.magnitude + 1e-6 * (setting.magnitude - setting.rest)
    assert chance(bench, with_lever(bench, lever, worse), indicator) < 0.02


def test_no_effort_of_a_growth_is_the_pace_of_the_forecast(bench, ask):
    (setting,) = ask("waiting", 0.5, "pace").settings
    path = bench.apply(bench.scenario("baseline"))[1].paths["waiting"]
    due = [str(period) for period in path.periods].index("2027-2028")
    median = float(np.median(path.draws[:, due]))
    assert setting.rest == pytest.approx((median - 1310) / (path.times[due] - path.origin.time("stock")), rel=1e-9)
    rested = bench.apply(with_lever(bench, "pace", setting.rest))[1].paths["waiting"]
    assert np.median(rested.draws[:, due]) == pytest.approx(median, rel=1e-9)


# Several levers


@pytest.mark.parametrize("weights", [{"more_served": 1.0, "requests": 1.0}, {"more_served": 1.0, "requests": 3.0}])
def test_several_levers_use_shares_of_their_room_by_weight(bench, ask, weights):
    answer = ask("share", 0.8, **weights)
    room = {
        one.lever: (one.magnitude - one.rest)
        / ((one.bounds[1] if one.magnitude > one.rest else one.bounds[0]) - one.rest)
        for one in answer.settings
    }
    assert room["more_served"] == pytest.approx(room["requests"] * weights["requests"], rel=1e-9)
    assert chance(bench, answer.moved, "share") == answer.reached == 0.8
    assert answer.magnitude is None


def test_no_other_combination_has_a_smaller_largest_weighted_share(bench, ask):
    weights = {"more_served": 1.0, "requests": 2.0}
    answer = ask("share", 0.8, **weights)
    ends = {one.lever: one.bounds[1] if one.magnitude > one.rest else one.bounds[0] for one in answer.settings}
    rests = {one.lever: one.rest for one in answer.settings}
    effort = answer.settings[0].magnitude / ends["more_served"]
    for shares in itertools.product(np.linspace(0, 0.999, 6), repeat=2):
        values = {
            name: rests[name] + (ends[name] - rests[name]) * share * effort / weights[name]
            for (name, share) in zip(ends, shares, strict=True)
        }
        assert chance(bench, scenarios.with_levers(bench.scenario("baseline"), bench.plan, values), "share") < 0.8


def test_a_lever_at_its_bound_stays_while_the_others_go_on(ask):
    answer = ask("share", 0.95, more_served=0.2, requests=1.0)
    served, requests = answer.settings
    assert served.magnitude == 300
    assert -15 < requests.magnitude < requests.rest


def test_a_lever_that_does_nothing_is_not_moved_among_several(ask):
    assert [one.lever for one in ask("share", 0.8, more_served=1.0, push=1.0).settings] == ["more_served"]


# Delay


def test_every_year_of_delay_asks_for_a_faster_pace(ask):
    answer = ask("share", 0.8)
    assert [(delay.years, delay.start) for delay in answer.delays] == [(1, "2026"), (2, "2027"), (3, "2028")]
    paces = [answer.magnitude, *(delay.settings[0].magnitude for delay in answer.delays)]
    assert all(sooner < later for sooner, later in itertools.pairwise(paces))
    assert {delay.reached for delay in answer.delays} == {0.8}


def test_a_delayed_answer_put_back_gives_the_probability(bench, ask):
    (delay,) = [one for one in ask("share", 0.8, "requests").delays if one.start == "2026"]
    (setting,) = delay.settings
    baseline = bench.scenario("baseline")
    later = LeverMove.model_validate({"value": 0, "from": "2026", "reason": {"fr": "x", "en": "x"}})
    started = baseline.model_copy(update={"levers": {"requests": later}})
    moved = scenarios.with_levers(started, bench.plan, {"requests": setting.magnitude})
    assert chance(bench, moved, "share") == delay.reached == 0.8


def test_a_start_after_the_due_date_is_too_late(ask):
    *_, last = ask("waiting", 0.8, "pace").delays
    assert (last.years, last.start, last.settings, last.reached) == (3, "2028-2029", (), None)


def test_starts_that_have_passed_are_not_told(catalogue):
    late = open_bench("trial", as_of=date(2027, 2, 1), catalogue=catalogue, only="share")
    delays = seek(late, "baseline", "share", 0.8).delays
    assert [(one.start, len(one.settings)) for one in delays] == [("2028", 1), ("2029", 0)]


# No answer


def test_out_of_reach_says_the_best(bench, ask):
    answer = ask("staff", 0.9, "hire_doctors")
    assert (answer.refusal, answer.magnitude, answer.delays) == ("out_of_reach", None, ())
    best = max(chance(bench, with_lever(bench, "hire_doctors", float(v)), "staff") for v in np.linspace(0, 80, 41))
    assert answer.reached == best
    assert chance(bench, answer.moved, "staff") == best
    (setting,) = answer.settings
    assert chance(bench, with_lever(bench, "hire_doctors", setting.magnitude - 1e-3), "staff") < best


def test_a_range_between_two_values_of_the_search_is_found(bench, ask):
    answer = ask("band", 0.5, "nudge")
    grid = [chance(bench, with_lever(bench, "nudge", float(v)), "band") for v in np.linspace(-20, 50, 141)]
    assert (answer.refusal, answer.rising) == ("out_of_reach", False)
    assert answer.reached >= max(grid) - 2 / DRAWS
    enough = ask("band", answer.reached, "nudge")
    assert enough.refusal is None
    assert enough.magnitude == pytest.approx(answer.settings[0].magnitude, rel=1e-6)


@pytest.mark.parametrize(("indicator", "lever"), [("share", "push"), ("band", "more_served")])
def test_a_lever_without_effect_says_so(ask, indicator, lever):
    answer = ask(indicator, 0.8, lever)
    assert (answer.refusal, answer.settings, answer.moved.changes) == ("no_effect", (), ())
    assert answer.reached == answer.before


def test_several_levers_without_effect_say_so(ask):
    assert ask("share", 0.8, push=1.0, nudge=1.0).refusal == "no_effect"


@pytest.mark.parametrize(
    ("indicator", "refusal", "following"),
    [("over", "past", "2025"), ("unseen", "no_forecast", "2027"), ("milestone", "no_target", None)],
)
def test_a_question_without_an_answer_is_refused_with_the_reason(ask, indicator, refusal, following):
    answer = ask(indicator)
    assert (answer.refusal, answer.magnitude, answer.reached) == (refusal, None, None)
    assert answer.following == (following and Period.parse(following))


@pytest.mark.parametrize(
    ("due", "following"),
    [
        ("2024-2025", "2025-2026"),
        ("2024-2025Q3", "2025-2026Q2"),
        ("2025-05", "2025-07"),
        ("2024-02-29", "2026-02-28"),
        ("2024-12-31", "2025-12-31"),
        ("2020/2024", "2025"),
    ],
)
def test_the_next_due_date_is_of_the_same_kind(tmp_path, due, following):
    old = '{words: "800", due: "2027-2028"'
    assert PLAN.count(old) == 1
    files = FILES | {"data/plans/trial.yaml": PLAN.replace(old, f'{{words: "800", due: "{due}"')}
    bench = open_bench("trial", as_of=AS_OF, catalogue=write_catalogue(tmp_path, files), only="waiting")
    answer = seek(bench, "baseline", "waiting")
    assert (answer.refusal, str(answer.following)) == ("past", following)
    assert seek(bench, "baseline", "waiting", 0.5, by=answer.following).refusal is None


def test_a_due_date_that_is_observed_already_leaves_nothing_to_move(tmp_path):
    rows = FILES["data/observations/publisher.csv"] + "over,2025,42,%,S001,,exact,,\n"
    files = FILES | {"data/observations/publisher.csv": rows}
    bench = open_bench("trial", as_of=AS_OF, catalogue=write_catalogue(tmp_path, files), only="over")
    answer = seek(bench, "baseline", "over", by=Period.parse("2025"))
    assert (answer.refusal, str(answer.following)) == ("observed", "2026")
    said = "Over: the last known value is not before the due date, 2025 (plan: 2024); try --by 2026."
    assert seek_text(answer, bench, "en") == said


def test_by_asks_about_another_date(ask, bench):
    answer = seek(bench, "baseline", "over", 0.6, by=Period.parse("2027"))
    assert (answer.refusal, answer.target.due, answer.reached) == (None, "2027", 0.6)
    assert bench.by is None
    assert ask("over").refusal == "past"


# The scenario around it


def test_of_a_lever_that_the_scenario_moves_only_the_dates_count(bench, ask):
    answer = ask("share", 0.8, "more_served", "later")
    assert answer.settings[0].start == "2026"
    assert answer.before == ask("share", 0.8, "more_served").before
    assert chance(bench, with_lever(bench, "more_served", answer.magnitude, "later"), "share") == answer.reached


def test_the_pace_takes_the_place_of_a_growth_of_the_scenario(ask):
    assert ask("waiting", 0.8, scenario="later").magnitude == ask("waiting", 0.8).magnitude


# Wrong questions


@pytest.mark.parametrize("probability", [0, 1, 1.2, -0.1])
def test_a_probability_lies_between_nothing_and_certainty(bench, probability):
    with pytest.raises(ScenarioError) as caught:
        seek(bench, "baseline", "share", probability)
    said = f"a probability of {probability:g} cannot be sought; write a share such as 0.8 for 80%"
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        (
            {"lever": "push", "levers": {"times": 1.0}},
            ScenarioError,
            "name one lever, or several with their weights, not both",
        ),
        ({"levers": {"push": 0.0}}, ScenarioError, "the weight of lever 'push' is 0; write a number above 0"),
        (
            {"levers": {"push": float("nan")}},
            ScenarioError,
            "the weight of lever 'push' is nan; write a number above 0",
        ),
        ({"lever": "pusch"}, ScenarioError, "unknown lever 'pusch' of plan 'trial'; did you mean 'push'?"),
    ],
)
def test_a_wrong_question_is_an_error(bench, asked, error, message):
    with pytest.raises(error) as caught:
        seek(bench, "baseline", "waiting", **asked)
    assert str(caught.value) == message


def test_an_unknown_indicator_is_an_error(bench):
    with pytest.raises(PlanError, match="unknown indicator 'shar' of plan 'trial'; did you mean 'share'"):
        seek(bench, "baseline", "shar")


def test_a_lever_that_holds_has_no_magnitude(bench):
    hold = bench.plan.levers["push"].model_copy(update={"change": "hold", "unit": None})
    plan = bench.plan.model_copy(update={"levers": {**bench.plan.levers, "hold_it": hold}})
    with pytest.raises(ScenarioError) as caught:
        seek(replace(bench, plan=plan), "baseline", "waiting", lever="hold_it")
    assert str(caught.value) == "lever 'hold_it' keeps a path where it stands: it has no magnitude to seek"
