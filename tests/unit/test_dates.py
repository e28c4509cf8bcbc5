"""Probability by date, against a plain loop over draws; its order, its median, its invariances."""

from dataclasses import replace
from datetime import date
from timeit import repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.dates import spread_chances
from forecast.assessment.evidence import Evidence
from forecast.schema.periods import Period

BEFORE = date(2023, 12, 31)
small_draws = st.lists(st.lists(st.integers(20, 60).map(float), min_size=4, max_size=4), min_size=1, max_size=30)
operators = st.sampled_from([">=", ">", "<=", "<", "="])


@pytest.fixture(scope="session")
def make_evidence(make_indicator, make_target, make_path):
    """Forecast of 2024 to 2027 known by the end of 2023; draws one row each, one column a year."""

    def make(draws=None, *, as_of=BEFORE, path="usual", indicator=None, **target):
        wanted = make_target(**{"due": "2027", **target})
        usual = make_path("2024", 4)
        path = usual if path == "usual" else path
        if draws is not None:
            path = replace(usual, draws=np.array(draws, dtype=float))
        return Evidence("share", make_indicator(wanted, **(indicator or {})), wanted, as_of, (), path)

    return make


def slow_spread(evidence):
    """The same figures, one draw and one period at a time."""
    periods = [period for period in evidence.path.periods if period.end > evidence.as_of]
    columns = [evidence.path.periods.index(period) for period in periods]
    met, reached = [0] * len(periods), [0] * len(periods)
    firsts = []
    for draw in evidence.path.draws.tolist():
        first = None
        for place, column in enumerate(columns):
            if evidence.target.met_by(draw[column]):
                met[place] += 1
                first = place if first is None else first
            if first is not None:
                reached[place] += 1
        firsts.append(len(periods) if first is None else first)
    count = len(evidence.path.draws)
    median = sorted(firsts)[(count - 1) // 2]  # of two middle ones, the earlier
    expected = periods[median] if median < len(periods) else None
    return [n / count for n in met], [n / count for n in reached], expected


def test_four_draws_by_hand(make_evidence):
    found = spread_chances(
        make_evidence(
            [
                [42, 30, 30, 30],  # reached at once and lost
                [30, 43, 44, 45],
                [30, 30, 30, 42],
                [30, 30, 30, 30],  # never
            ]
        )
    )
    assert [period.text for period in found.periods] == ["2024", "2025", "2026", "2027"]
    assert found.met.tolist() == [0.25, 0.25, 0.25, 0.5]
    assert found.reached.tolist() == [0.25, 0.5, 0.5, 0.75]
    assert found.expected == Period.parse("2025")


def test_a_target_that_half_of_the_draws_never_reach_has_no_expected_date(make_evidence):
    found = spread_chances(make_evidence([[30, 30, 30, 42], [30, 30, 30, 30], [30, 30, 30, 30]]))
    assert found.expected is None
    assert found.reached[-1] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (date(2024, 12, 30), "2024"),  # the year that ends after the as-of counts
        (date(2024, 12, 31), "2025"),
        (date(2027, 12, 30), "2027"),
    ],
)
def test_only_periods_that_end_after_the_as_of_count(make_evidence, as_of, first):
    found = spread_chances(make_evidence([[50, 30, 30, 30]], as_of=as_of))
    assert found.periods[0].text == first
    # met in 2024 only: once that is over, it no longer counts as reached
    assert found.reached[0] == (1.0 if first == "2024" else 0.0)
    assert len(found.met) == len(found.reached) == len(found.periods)


def test_nothing_is_spread_without_a_forecast_that_goes_on(make_evidence):
    assert spread_chances(make_evidence(as_of=date(2027, 12, 31))) is None
    assert spread_chances(make_evidence(path=None)) is None


@pytest.mark.parametrize("kind", ["text", "date"])
def test_words_and_dates_have_no_chances(make_evidence, kind):
    words = {"measure": kind, "unit": None, "better": None}
    assert spread_chances(make_evidence(indicator=words, kind=kind, value=None, operator=None)) is None


def test_a_range_is_left_on_either_side(make_evidence):
    found = spread_chances(make_evidence([[39, 40, 45, 46]], kind="range", value=40.0, high=45.0, operator=None))
    assert found.met.tolist() == [0, 1, 1, 0]
    assert found.reached.tolist() == [0, 1, 1, 1]


@given(draws=small_draws, operator=operators, value=st.integers(20, 60).map(float), year=st.integers(2023, 2026))
def test_as_a_plain_loop(make_evidence, draws, operator, value, year):
    evidence = make_evidence(draws, operator=operator, value=value, as_of=date(year, 12, 31))
    found, (met, reached, expected) = spread_chances(evidence), slow_spread(evidence)
    assert found.met.tolist() == met
    assert found.reached.tolist() == reached
    assert found.expected == expected


@given(draws=small_draws, operator=operators, value=st.integers(20, 60).map(float))
def test_reached_never_falls_and_is_never_below_met(make_evidence, draws, operator, value):
    found = spread_chances(make_evidence(draws, operator=operator, value=value))
    assert (np.diff(found.reached) >= 0).all()
    assert (found.reached >= np.maximum.accumulate(found.met)).all()
    assert found.reached[0] == found.met[0]


@given(
    draws=small_draws, operator=st.sampled_from([">=", ">", "<=", "<"]), value=st.floats(20, 60), more=st.floats(0, 20)
)
def test_a_harder_target_is_never_likelier_nor_earlier(make_evidence, draws, operator, value, more):
    harder = value + more if operator[0] == ">" else value - more
    easy = spread_chances(make_evidence(draws, operator=operator, value=value))
    hard = spread_chances(make_evidence(draws, operator=operator, value=harder))
    assert (hard.met <= easy.met).all()
    assert (hard.reached <= easy.reached).all()
    assert hard.expected is None or easy.expected.end <= hard.expected.end


@given(draws=small_draws, operator=operators, value=st.integers(20, 60).map(float), power=st.integers(-8, 8))
def test_scaling_changes_nothing(make_evidence, draws, operator, value, power):
    factor = 2.0**power
    free = {"bounds": (0, None), "unit": "persons"}
    one = spread_chances(make_evidence(draws, operator=operator, value=value, indicator=free))
    other = spread_chances(
        make_evidence((np.array(draws) * factor).tolist(), operator=operator, value=value * factor, indicator=free)
    )
    assert one.met.tolist() == other.met.tolist()
    assert one.reached.tolist() == other.reached.tolist()
    assert one.expected == other.expected


@given(draws=small_draws, operator=st.sampled_from([">=", ">"]), value=st.integers(20, 60).map(float))
def test_the_other_direction_mirrored_is_the_same(make_evidence, draws, operator, value):
    up = spread_chances(make_evidence(draws, operator=operator, value=value))
    down = spread_chances(make_evidence((-np.array(draws)).tolist(), operator=operator.replace(">", "<"), value=-value))
    assert up.met.tolist() == down.met.tolist()
    assert up.reached.tolist() == down.reached.tolist()
    assert up.expected == down.expected


def test_the_order_of_the_draws_does_not_matter(make_evidence):
    evidence = make_evidence()
    turned = replace(evidence, path=replace(evidence.path, draws=evidence.path.draws[::-1]))
    assert spread_chances(evidence).reached.tolist() == spread_chances(turned).reached.tolist()


def test_four_thousand_draws_take_a_fraction_of_a_millisecond(make_evidence, make_path):
    evidence = make_evidence(path=make_path("2024", 8, draws=4000))
    assert min(repeat(lambda: spread_chances(evidence), number=10, repeat=20)) / 10 < 300e-6
