"""A trial gives the draws of the whole method, for one indicator and again and again."""

from __future__ import annotations

import numpy as np
import pytest
from tests.lever_plan import AS_OF, write_catalogue

from forecast import scenarios
from forecast.errors import PlanError
from forecast.scenarios.trials import Trial
from forecast.schema.periods import Period
from forecast.study import open_bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return open_bench("trial", as_of=AS_OF, catalogue=write_catalogue(tmp_path_factory.mktemp("catalogue")))


def prepare(bench, indicator, scenario="baseline") -> Trial:
    return Trial.prepare(*bench.forecast(bench.scenario(scenario)), indicator, rng=bench.rng)


@pytest.mark.parametrize("indicator", ["share", "waiting", "staff", "band"])
@pytest.mark.parametrize(
    "levers", [{}, {"more_served": 40.0, "requests": -2.0}, {"push": -200.0}, {"hire_nurses": 12.0, "nudge": 3.0}]
)
def test_the_draws_are_those_of_the_whole_plan(bench, indicator, levers):
    moved = scenarios.with_levers(bench.scenario("later"), bench.plan, levers)
    plan, trajectories = bench.apply(moved)
    period = plan.indicators[indicator].targets[-1].period
    expected = trajectories.paths[indicator].at(period)
    np.testing.assert_array_equal(prepare(bench, indicator, "later").at_due(moved), expected)


def test_only_what_acts_on_the_indicator_is_kept(bench):
    assert set(prepare(bench, "staff").baseline.paths) == {"doctors", "nurses", "clerks"}
    assert set(prepare(bench, "waiting").baseline.paths) == {"waiting"}


def test_without_a_forecast_or_a_target_in_numbers_there_are_no_draws(bench):
    baseline = bench.scenario("baseline")
    assert prepare(bench, "unseen").at_due(baseline) is None
    assert prepare(bench, "milestone").target is None
    assert prepare(bench, "milestone").at_due(baseline) is None
    assert prepare(bench, "unseen").draws == 0


def test_a_thin_trial_keeps_draws_evenly_out_of_all(bench):
    whole, thin = prepare(bench, "waiting"), prepare(bench, "waiting").thin(50)
    assert (whole.draws, thin.draws, whole.thin(1000).draws) == (400, 50, 400)
    kept = np.linspace(0, 399, 50).round().astype(int)
    draws = whole.baseline.paths["waiting"].draws
    np.testing.assert_array_equal(thin.baseline.paths["waiting"].draws, draws[kept])


def test_a_supposed_driver_stands_at_its_value_in_every_draw(bench):
    trial = prepare(bench, "staff").suppose({"nurses": 111.0})
    path = trial.run(bench.scenario("baseline")).paths["nurses"]
    assert set(path.draws.ravel()) == {111.0}
    assert path.origin_value == 111.0
    assert trial.target.period == Period.parse("2027")


def test_an_unknown_indicator_is_an_error(bench):
    with pytest.raises(PlanError, match="unknown indicator 'shar' of plan 'trial'; did you mean 'share'"):
        prepare(bench, "shar")
