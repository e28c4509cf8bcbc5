"""What the explorer's benchmark makes of its times: which paint answers which step, and how they spread."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.explorer import histogram, percentiles, slower
from benchmarks.explorer_hand import LEG, Times, follow, walk
from benchmarks.explorer_lab import COMPUTED, LEVER, LEVERS, SCENARIO, TREE, copy_catalogue
from benchmarks.explorer_people import PEOPLE, gather_people

from forecast.study import open_bench


def test_a_step_ends_with_the_last_paint_before_the_next():
    assert follow([0.0, 100.0, 200.0], [130.0, 40.0, 45.0]) == [45.0, 30.0, np.inf]


def test_a_paint_before_every_step_answers_none():
    assert follow([10.0], [5.0, 10.0]) == [np.inf]


def test_percentiles_are_times_that_were_taken():
    found = percentiles([*range(1, 100), np.inf])
    assert found == {"median": 50.0, "90 %": 90.0, "95 %": 95.0, "99 %": 99.0, "most": np.inf}


def test_one_time_is_every_percentile():
    assert set(percentiles([7.0]).values()) == {7.0}


def test_a_distribution_is_drawn_to_its_95th_percentile_and_the_rest_in_one_line():
    lines = histogram([12.0] * 9 + [25.0] * 10 + [480.0], width=20)
    assert lines == [
        f"  10–20   {'█' * 18} 9",
        f"  20–30   {'█' * 20} 10",
        f"  30 up   {'█' * 2} 1",
    ]


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_what_never_came_is_in_the_last_line(share):
    lost = round(20 * share)
    assert histogram([15.0] * (20 - lost) + [np.inf] * lost)[-1].endswith(f" {lost}")


def test_of_two_clocks_the_larger_counts():
    assert slower(Times(own=[10.0, 12.0], outside=[11.0, 9.0])) == [11.0, 12.0]


def test_the_clock_from_outside_counts_where_the_page_missed_a_step():
    assert slower(Times(own=[10.0], outside=[11.0, 40.0])) == [11.0, 40.0]


def test_steps_go_to_and_fro():
    directions = np.cumsum(walk(200))
    assert directions.min() == 0
    assert directions.max() == LEG


def test_eight_levers_act_on_what_is_measured_and_it_is_due_in_2028(tmp_path):
    catalogue = copy_catalogue(tmp_path / "catalogue", notebooks=1)
    bench = open_bench(TREE, only=COMPUTED, draws=200, catalogue=catalogue)
    plan, paths = bench.apply(bench.scenario(SCENARIO, {LEVER: 9.0}))
    acting = [one for one in plan.levers.values() if one.on in plan.named_by(COMPUTED)]
    assert len(acting) == LEVERS
    assert plan.indicators[COMPUTED].targets[-1].due == "2028"
    assert COMPUTED in paths.paths
    assert len({person.key for person in gather_people(catalogue)}) == PEOPLE
