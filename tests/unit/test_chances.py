"""Words for a probability at and beside every limit; the reason of an extreme one, in both directions."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment.chances import SCALE, describe, why_extreme
from forecast.assessment.evidence import Evidence, Point
from forecast.errors import DataError
from forecast.schema.periods import Period

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"

# Words


@pytest.mark.parametrize(
    ("probability", "key"),
    [
        (0.0, "exceptionally_unlikely"),
        (0.01, "exceptionally_unlikely"),
        (0.015, "very_unlikely"),
        (0.10, "very_unlikely"),
        (0.106, "unlikely"),
        (0.324, "unlikely"),
        (0.33, "about_as_likely_as_not"),
        (0.5, "about_as_likely_as_not"),
        (0.66, "about_as_likely_as_not"),
        (0.666, "likely"),
        (0.894, "likely"),
        (0.90, "very_likely"),
        (0.984, "very_likely"),
        (0.99, "virtually_certain"),
        (1.0, "virtually_certain"),
    ],
)
def test_each_limit_belongs_to_one_class(probability, key):
    assert describe(probability).key == key


@pytest.mark.parametrize(
    ("met", "key"), [(3960, "virtually_certain"), (3600, "very_likely"), (40, "exceptionally_unlikely")]
)
def test_a_share_of_draws_on_a_limit_is_on_it(met, key):
    draws = np.zeros(4000, dtype=bool)
    draws[:met] = True
    assert describe(draws.mean()).key == key


def test_the_scale_is_the_published_one():
    """Mastrandrea et al. 2010, table 1, and the French summaries for policymakers."""
    assert [(c.label.en, c.label.fr, round(100 * c.low), round(100 * c.high)) for c in SCALE] == [
        ("virtually certain", "pratiquement certain", 99, 100),
        ("very likely", "très probable", 90, 100),
        ("likely", "probable", 66, 100),
        ("about as likely as not", f"à peu près aussi probable qu{APOSTROPHE}improbable", 33, 66),
        ("unlikely", "improbable", 0, 33),
        ("very unlikely", "très improbable", 0, 10),
        ("exceptionally unlikely", "exceptionnellement improbable", 0, 1),
    ]
    assert [c.key for c in SCALE] == [c.label.en.replace(" ", "_") for c in SCALE]


@given(st.floats(0, 1))
def test_the_class_holds_the_probability_and_no_narrower_one_does(probability):
    found, printed = describe(probability), round(100 * probability) / 100
    assert found.low <= printed <= found.high
    narrower = [c for c in SCALE if round(c.high - c.low, 9) < round(found.high - found.low, 9)]
    assert not any(c.low <= printed <= c.high for c in narrower)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_probability_never_sounds_smaller(one, other):
    small, great = sorted((one, other))
    assert SCALE.index(describe(great)) <= SCALE.index(describe(small))


@pytest.mark.parametrize(
    ("wrong", "written"), [(-0.01, "-0.01"), (1.01, "1.01"), (80, "80"), (math.nan, "nan"), (math.inf, "inf")]
)
def test_what_is_no_probability_has_no_words(wrong, written):
    with pytest.raises(DataError) as caught:
        describe(wrong)
    assert str(caught.value) == f"{written} is not a probability; write a share from 0 to 1, such as 0.8 for 80%"


# Reasons


@pytest.fixture(scope="session")
def make_evidence(make_indicator, make_target, make_path):
    """A share known up to 2023, looked at in 2024; draws of 2024 to 2031 are spread evenly around `center`.

    `down` mirrors everything between the bounds 0 and 100.
    """

    def make(points, center, *, spread=5.0, down=False, due="2028", as_of=date(2024, 6, 30), path=True, **target):
        goal = {"value": 60.0, "operator": ">=", **target}
        draws = np.tile(np.linspace(center - spread, center + spread, 2001)[:, None], (1, 8))
        known = {str(2024 - len(points) + i): value for i, value in enumerate(points)}
        if down:
            draws, known = 100 - draws, {text: 100 - value for text, value in known.items()}
            goal |= {"value": 100 - goal["value"], "operator": goal["operator"].replace(">", "<")}
        wanted = make_target(due=due, **goal)
        points = tuple(
            Point(period, period.time("flow"), float(value))
            for text, value in known.items()
            if (period := Period.parse(text))
        )
        indicator = make_indicator(wanted, better="down" if down else "up")
        forecast = replace(make_path("2024", 8), draws=draws) if path else None
        return Evidence("share", indicator, wanted, as_of, points, forecast, 2020)

    return make


def chance(evidence):
    return float(evidence.target.met_by(evidence.path.at(evidence.target.period)).mean())


LOW = {  # 60 or more by 2028; what was observed, around what the draws lie, and what else differs
    "the last value meets the target, but the forecast falls back from it": ([64, 62], 50, {}),
    "the required pace is beyond what similar public indicators ever did": ([38, 40], 45, {"achieved": 0.0}),
    "similar public indicators seldom kept the required pace": ([38, 40], 45, {"achieved": 0.049}),
    "the values of the last five years move away from the target": ([41, 40], 40, {}),
    "the required pace is several times the recent one": ([39, 40], 45, {}),  # 20 in five years, against 1
    "the target is the very limit of what is possible": ([70, 74], 80, {"value": 100.0}),
    "little time lies between the last value and the due date": ([45, 50], 54, {"due": "2024"}),
    "the target lies far outside the interval of 95%": ([40], 48, {}),
    "the target lies outside the interval of 90%": ([40], 55, {"spread": 5.2}),
}
HIGH = {
    "the last value already meets the target with a wide margin": ([70, 71], 72, {}),
    "the last value already meets the target and little time lies before the due date": ([60, 63], 66, {"due": "2024"}),
    "the last value already meets the target": ([60, 63], 66, {}),
    "similar public indicators nearly always kept the required pace": ([54, 55], 66, {"achieved": 0.951}),
    "the recent pace, kept until the due date, meets the target": ([50, 54], 66, {}),
    "the whole interval of 90% meets the target": ([50, 50], 66, {}),
}


@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("reason", "case"), [*LOW.items(), *HIGH.items()])
def test_each_reason(make_evidence, reason, case, down):
    points, center, other = case
    achieved = other.get("achieved")
    evidence = make_evidence(points, center, down=down, **{k: v for k, v in other.items() if k != "achieved"})
    probability = chance(evidence)
    assert probability < 0.05 if reason in LOW else probability > 0.95
    assert why_extreme(probability, evidence, achieved) == reason


def test_an_exact_value_or_a_narrow_range_is_hit_by_few_draws(make_evidence):
    narrow = "the value or range wanted is narrow beside the spread of what may come"
    exact = make_evidence([55, 56], 60.001, operator="=")
    assert (chance(exact), why_extreme(chance(exact), exact)) == (0.0, narrow)
    slim = {"kind": "range", "value": 60.0, "high": 60.1, "operator": None}
    inside = make_evidence([55, 56], 60, **slim)
    assert 0 < chance(inside) < 0.05
    assert why_extreme(chance(inside), inside) == narrow
    beside = make_evidence([50], 50, **slim)
    assert why_extreme(chance(beside), beside) == "the target lies far outside the interval of 95%"


def test_a_wide_range_holds_the_whole_interval(make_evidence):
    wide = {"kind": "range", "value": 40.0, "high": 80.0, "operator": None}
    assert why_extreme(1.0, make_evidence([30], 60, **wide)) == "the whole interval of 90% meets the target"
    assert why_extreme(1.0, make_evidence([60], 60, **wide)) == "the last value already meets the target"


@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
def test_a_wide_margin_is_wider_than_what_may_be_lost(make_evidence, down):
    """The draws may fall 4.75 below their median, which is half of their interval of 95 %."""
    wide, thin = (make_evidence([60 + margin], 66, down=down) for margin in (4.76, 4.74))
    assert why_extreme(1.0, wide) == "the last value already meets the target with a wide margin"
    assert why_extreme(1.0, thin) == "the last value already meets the target"


def test_a_pace_that_nobody_asks_for_is_no_reason(make_evidence):
    """The last value meets the target: how many similar indicators did what says nothing."""
    evidence = make_evidence([64, 62], 50)
    assert why_extreme(0.0, evidence, 0.0) == why_extreme(0.0, evidence, None)


def test_time_is_not_what_is_missing_where_the_recent_pace_is_enough(make_evidence):
    evidence = make_evidence([40, 55], 50, due="2024")
    assert why_extreme(0.0, evidence) == "the target lies far outside the interval of 95%"


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
def test_other_probabilities_need_no_reason(make_evidence, probability):
    assert why_extreme(probability, make_evidence([39, 40], 45)) is None
    assert why_extreme(np.nextafter(0.05, 0), make_evidence([39, 40], 45)) is not None
    assert why_extreme(np.nextafter(0.95, 1), make_evidence([70, 71], 72)) is not None


def test_no_reason_is_made_up(make_evidence):
    points = [39, 40]
    assert why_extreme(0.0, make_evidence(points, 45, path=False)) is None
    assert (
        why_extreme(0.0, make_evidence(points, 45, due="2024", as_of=date(2025, 1, 1))) is None
    )  # the date has passed
    assert why_extreme(0.0, make_evidence(points, 45, due="2040")) is None  # beyond the forecast
    assert why_extreme(0.0, make_evidence(points, 45, due=None)) is None
    assert why_extreme(0.0, make_evidence([], 45)) is None
    assert why_extreme(0.0, make_evidence(points, 45, kind="text", value=None, operator=None)) is None
    # a probability that the draws do not bear out
    assert why_extreme(0.0, make_evidence([40], 60)) is None
    assert why_extreme(1.0, make_evidence([40], 60)) is None


observed = st.lists(st.integers(1, 99), min_size=1, max_size=5)


@given(points=observed, center=st.integers(10, 90), achieved=st.none() | st.floats(0, 1), low=st.booleans())
def test_mirrored_the_reason_is_the_same(make_evidence, points, center, achieved, low):
    probability = 0.01 if low else 0.99
    up, down = (make_evidence(points, center + 0.25, down=turned) for turned in (False, True))
    assert why_extreme(probability, up, achieved) == why_extreme(probability, down, achieved)


@given(points=observed, center=st.integers(10, 90), value=st.integers(1, 99))
def test_an_extreme_probability_of_the_draws_always_has_a_reason(make_evidence, points, center, value):
    evidence = make_evidence(points, center, value=float(value))
    probability = chance(evidence)
    reason = why_extreme(probability, evidence)
    assert (reason is None) == (0.05 <= probability <= 0.95)
    assert reason is None or reason in (LOW if probability < 0.05 else HIGH)
