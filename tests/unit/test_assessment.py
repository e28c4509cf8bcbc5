"""Assessment: status, gap, pace and probability of each target, against slow plain loops."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.assessment import assess, outlook
from forecast.assessment.dates import spread_chances
from forecast.assessment.evidence import Evidence, Point, gather
from forecast.assessment.government import METHOD as GOVERNMENT
from forecast.assessment.methods import METHODS
from forecast.assessment.outlook import gap, recent_pace, status
from forecast.schema.draws import Trajectories
from forecast.schema.periods import Period
from forecast.schema.streams import Streams
from forecast.schema.tables import COLUMNS, check_table

BEFORE, AFTER = date(2025, 6, 30), date(2026, 1, 1)


def outlook_row(evidence):
    return outlook.outlook_row(evidence, spread_chances(evidence))


def make_points(measure="flow", *, assumed=(), **values):
    return tuple(
        Point(period, period.time(measure), value, text in assumed)
        for text, value in values["of"].items()
        if (period := Period.parse(text))
    )


@pytest.fixture
def make_evidence(make_indicator, make_target, make_path):
    def make(target=None, *, as_of=BEFORE, points=None, path="usual", assumed=(), **indicator):
        target = target or make_target()
        indicator = make_indicator(target, **indicator)
        points = {"2023": 30.0} if points is None else points
        path = make_path(measure=indicator.measure) if path == "usual" else path
        return Evidence(
            "share", indicator, target, as_of, make_points(indicator.measure, assumed=assumed, of=points), path
        )

    return make


# Status


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ({"2023": 30.0, "2025": 42.0}, "met"),
        ({"2023": 30.0, "2025": 41.9}, "missed"),
        ({"2023": 30.0, "2024": 50.0}, "no_value"),  # another year is not the due one
        ({"2023": 30.0, "2025-12": 50.0}, "no_value"),  # nor is a month of it
        ({"2023": 30.0, "2025-2026": 50.0}, "no_value"),
        ({}, "no_value"),
    ],
)
def test_a_past_target_ends_as_met_missed_or_without_value(make_evidence, points, expected):
    assert status(make_evidence(as_of=AFTER, points=points)) == expected


def test_a_target_is_open_until_the_day_it_falls_due(make_evidence):
    points = {"2023": 30.0, "2025": 42.0}
    assert status(make_evidence(as_of=date(2025, 12, 30), points=points)) == "open"
    assert status(make_evidence(as_of=date(2025, 12, 31), points=points)) == "met"


def test_without_anything_to_forecast_from_there_is_no_forecast(make_evidence):
    evidence = make_evidence(points={}, path=None)
    row = outlook_row(evidence)
    assert row["status"] == "no_forecast"
    assert row["model"] == "none"
    assert row["observations"] == 0
    assert not {"probability", "median", "gap", "required_pace"} & {
        key for key, value in row.items() if value is not None
    }


@pytest.mark.parametrize(("kind", "words"), [("text", "Guide IA produit"), ("date", "hiver 2025")])
def test_words_and_dates_are_states_without_a_number(make_evidence, make_target, kind, words):
    target = make_target(words, kind=kind, value=None, operator=None, due="2025-12-31")
    evidence = make_evidence(target, path=None, points={}, measure=kind, better=None, unit=None)
    row = outlook_row(evidence)
    assert (row["status"], row["target"], row["words"]) == ("open", None, words)
    assert (
        status(make_evidence(target, as_of=AFTER, path=None, points={}, measure=kind, better=None, unit=None))
        == "no_value"
    )


def test_a_change_of_an_unknown_baseline_is_never_met_by_accident(make_evidence, make_target):
    target = make_target("+5 %", kind="change", change=5, value=None, reading="points", operator=">=")
    assert status(make_evidence(target, as_of=AFTER, points={"2025": 99.0})) == "no_value"
    assert "probability" not in outlook_row(make_evidence(target))


@pytest.mark.parametrize(
    ("measure", "due", "period", "expected"),
    [
        ("flow", "2027-2028", "2027-2028", "met"),
        ("flow", "2028-03-31", "2027-2028", "met"),  # the flow that ends on the due date
        ("flow", "2027-2028", "2028-03", "no_value"),
        ("flow", "2027-2028", "2028-03-31", "no_value"),
        ("flow", "2028-03-31", "2028-03-31", "met"),
        ("stock", "2027-2028", "2028-03-31", "met"),  # the list on the last day
        ("stock", "2027-2028", "2028-03", "met"),
        ("stock", "2027-2028", "2027-2028Q4", "met"),
        ("stock", "2028-03-31", "2027-2028", "met"),
        ("stock", "2027-2028", "2028-03-30", "no_value"),
        ("stock", "2027", "2027", "met"),
        ("stock", "2027-12-31", "2027", "no_value"),  # a stock dated by a year only has no day
        ("stock", "2027", "2027-12-31", "met"),
    ],
)
def test_which_value_is_published_for_the_due_date(make_evidence, make_target, measure, due, period, expected):
    evidence = make_evidence(make_target(due=due), as_of=date(2030, 1, 1), points={period: 50.0}, measure=measure)
    assert status(evidence) == expected


def test_an_assumed_value_never_meets_a_target(make_evidence):
    assert status(make_evidence(as_of=AFTER, points={"2025": 50.0}, assumed=("2025",))) == "no_value"


def test_the_latest_value_known_is_shown_when_none_was_published_for_the_due_date(make_evidence):
    row = outlook_row(make_evidence(as_of=AFTER, points={"2023": 30.0, "2024-12": 31.0}))
    assert (row["status"], row["latest_period"], row["latest"]) == ("no_value", "2024-12", 31.0)


# Operators and gaps


@pytest.mark.parametrize(
    ("operator", "value", "met"),
    [
        (">=", 42.0, True),
        (">=", 41.999, False),
        (">", 42.0, False),
        (">", 42.001, True),
        ("<=", 42.0, True),
        ("<=", 42.001, False),
        ("<", 42.0, False),
        ("<", 41.999, True),
        ("=", 42.0, True),
        ("=", 42.0 + 1e-12, True),
        ("=", 42.1, False),
    ],
)
def test_strict_operators_are_strict(make_target, operator, value, met):
    target = make_target(operator=operator)
    assert bool(target.met_by(value)) is met
    assert target.met_by(np.array([value])).tolist() == [met]


@pytest.mark.parametrize(
    ("value", "met", "short"), [(44.9, False, 0.1), (45.0, True, 0), (60.0, True, 0), (61.0, False, 1)]
)
def test_a_range_holds_both_ends(make_evidence, make_target, value, met, short):
    target = make_target("45 à 60 %", kind="range", value=45.0, high=60.0, operator=None)
    assert bool(target.met_by(value)) is met
    assert gap(value, make_evidence(target)) == pytest.approx(short)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", 30.0, 12.0),
        (">=", 50.0, -8.0),
        (">", 30.0, 12.0),
        ("<=", 50.0, 8.0),
        ("<", 30.0, -12.0),
        ("=", 40.0, 2.0),
    ],
)
def test_a_gap_is_positive_when_short(make_evidence, make_target, operator, value, expected):
    assert gap(value, make_evidence(make_target(operator=operator))) == expected


# Pace


@pytest.mark.parametrize(
    ("points", "pace"),
    [
        ({"2023": 30.0}, None),
        ({}, None),
        ({"2021": 20.0, "2023": 30.0}, 5.0),
        ({"2015": 0.0, "2020": 20.0, "2023": 30.0}, 10 / 3),  # the last five years only
        ({"2015": 0.0, "2025": 30.0}, 3.0),  # none within five years: the last two
        ({"2018": 10.0, "2023": 20.0}, 2.0),  # exactly five years apart
        ({"2023": 30.0, "2024": 30.0}, 0.0),
    ],
)
def test_recent_pace(make_evidence, points, pace):
    assert recent_pace(make_evidence(points=points)) == (None if pace is None else pytest.approx(pace))


def test_required_pace_is_linear_from_the_origin(make_evidence, make_target):
    row = outlook_row(make_evidence(make_target(due="2028")))
    assert row["required_pace"] == pytest.approx((42 - 30) / 5)  # from 2023


def test_required_pace_of_a_stock_counts_from_day_to_day(make_evidence, make_target, make_path):
    path = make_path("2024-2025", measure="stock", unit="persons", bounds=(0.0, None), value=1500.0)
    target = make_target("1 000", value=1000.0, due="2026-2027", operator="<=")
    row = outlook_row(
        make_evidence(target, path=path, measure="stock", unit="persons", bounds=(0, None), better="down")
    )
    assert row["required_pace"] == pytest.approx(-500 / 3, rel=1e-3)


# Probabilities, against plain loops


def slow_outlook(evidence):
    """The same figures, one draw at a time."""
    target, path = evidence.target, evidence.path
    column = [str(period) for period in path.periods].index(target.due)
    values = sorted(float(draw[column]) for draw in path.draws)

    def quantile(level):
        position = level * (len(values) - 1)
        below = int(position)
        above = min(below + 1, len(values) - 1)
        return values[below] + (position - below) * (values[above] - values[below])

    def met(value):
        comparisons = {">=": value >= target.value, ">": value > target.value, "<=": value <= target.value}
        return {**comparisons, "<": value < target.value}[target.operator]

    count = len(path.draws)
    held = worse = reached = 0
    for draw in path.draws:
        reached += met(draw[column])
        held += met(draw[column]) and met(draw[column + 1])
        last = evidence.points[-1].value
        worse += draw[column] < last if evidence.indicator.better == "up" else draw[column] > last
    plausible = next(
        (str(p) for i, p in enumerate(path.periods) if sum(met(draw[i]) for draw in path.draws) / count >= 0.5), None
    )
    sign = 1 if target.operator in (">=", ">") else -1
    gaps = [sign * (target.value - quantile(level)) for level in (0.1, 0.5, 0.9)]
    return {
        "probability": reached / count,
        "probability_held": held / count,
        "probability_worse": worse / count,
        "low": quantile(0.1),
        "median": quantile(0.5),
        "high": quantile(0.9),
        "gap": gaps[1],
        "gap_low": min(gaps),
        "gap_high": max(gaps),
        "first_plausible": plausible,
    }


@settings(max_examples=30)
@given(
    st.integers(0, 1000),
    st.floats(15, 60).map(lambda value: round(value, 1)),
    st.sampled_from([(">=", "up"), (">", "up"), ("<=", "down"), ("<", "down")]),
    st.sampled_from(["2024", "2025", "2028"]),
)
def test_figures_against_a_slow_plain_loop(make_target, make_indicator, make_path, seed, value, direction, due):
    operator, better = direction
    target = make_target(value=value, operator=operator, due=due)
    indicator = make_indicator(target, better=better)
    points = make_points(of={"2022": 28.0, "2023": 30.0})
    evidence = Evidence("share", indicator, target, date(2024, 6, 30), points, make_path(seed=seed))
    row = outlook_row(evidence)
    for key, expected in slow_outlook(evidence).items():
        assert row[key] == (pytest.approx(expected) if isinstance(expected, float) else expected), key


def test_held_needs_a_period_after_the_due_one(make_evidence, make_target):
    assert outlook_row(make_evidence(make_target(due="2029")))["probability_held"] is None


def test_held_over_quarters_counts_each_of_the_next_year(make_evidence, make_target, make_path):
    path = make_path("2024-2025Q1", count=10)
    target = make_target(value=32.0, due="2024-2025Q4")
    row = outlook_row(make_evidence(target, as_of=date(2024, 4, 1), path=path))
    assert row["probability_held"] == pytest.approx(float((path.draws[:, 3:8] >= 32).all(axis=1).mean()))


@pytest.mark.parametrize(("value", "expected"), [(10.0, "2024"), (1e6, None)])
def test_first_plausible_date(make_evidence, make_target, value, expected):
    evidence = make_evidence(make_target(value=value), as_of=date(2024, 6, 1))
    assert outlook_row(evidence)["first_plausible"] == expected


def test_a_date_that_has_passed_is_no_plausible_one(make_evidence, make_target):
    evidence = make_evidence(make_target(value=10.0), as_of=date(2024, 12, 31))
    assert outlook_row(evidence)["first_plausible"] == "2025"


def test_recent_pace_is_the_slope_of_the_last_five_years(make_evidence):
    evidence = make_evidence(points={"2010": 90.0, "2019": 20.0, "2021": 26.0, "2022": 25.0, "2023": 31.0})
    slope = np.polyfit([0, 2, 3, 4], [20.0, 26.0, 25.0, 31.0], 1)[0]
    assert outlook_row(evidence)["recent_pace"] == pytest.approx(slope)


def test_met_and_missed_add_up(make_evidence, make_target):
    up = outlook_row(make_evidence(make_target(operator=">=")))["probability"]
    down = outlook_row(make_evidence(make_target(operator="<")))["probability"]
    assert up + down == pytest.approx(1)


def test_a_due_period_before_the_last_observation_has_no_probability(make_evidence, make_target):
    # its value is only still to be published: nothing is forecast for it
    row = outlook_row(make_evidence(make_target(due="2023"), as_of=date(2023, 6, 1)))
    assert "probability" not in row
    assert "required_pace" not in row


def test_a_past_target_has_no_probability(make_evidence):
    row = outlook_row(make_evidence(as_of=AFTER))
    assert not {"probability", "median", "gap", "required_pace"} & set(row)


@pytest.mark.parametrize("assumed_path", [True, False])
def test_what_rests_on_an_assumption_says_so(make_evidence, make_path, assumed_path):
    assert outlook_row(make_evidence(path=make_path(assumed=assumed_path)))["assumed"] is assumed_path
    row = outlook_row(make_evidence(points={"2023": 30.0}, assumed=("2023",)))
    assert row["assumed"] is True
    assert row["observations"] == 0


# Government of Canada


@pytest.mark.parametrize(
    ("as_of", "points", "expected"),
    [
        (BEFORE, {"2023": 30.0}, "future"),
        (AFTER, {"2025": 42.0}, "met"),
        (AFTER, {"2025": 41.0}, "not_met"),
        (AFTER, {"2024": 41.0}, "not_available"),
    ],
)
def test_verdict_with_its_labels_and_what_it_rests_on(make_evidence, as_of, points, expected):
    evidence = make_evidence(as_of=as_of, points=points)
    verdict = GOVERNMENT.judge(evidence)
    row, label = GOVERNMENT.row(evidence, verdict), GOVERNMENT.labels[expected]
    assert GOVERNMENT.label(verdict) == label
    assert (row["class"], row["label_fr"], row["label_en"], row["symbol"]) == (
        expected,
        label.fr,
        label.en,
        label.symbol,
    )
    assert (row["base"], row["latest"]) == (None, list(points.values())[-1])
    assert row["rule"]
    assert row["source"]


def test_verdict_and_status_agree(make_evidence):
    pairs = {"met": "met", "missed": "not_met", "no_value": "not_available", "open": "future"}
    for as_of in (BEFORE, AFTER):
        for points in ({"2025": 42.0}, {"2025": 41.0}, {"2024": 50.0}, {}):
            evidence = make_evidence(as_of=as_of, points=points)
            assert GOVERNMENT.judge(evidence).key == pairs[status(evidence)]


# The tables


def test_tables_keep_their_contract(make_plan, make_indicator, make_target, make_observed, make_path):
    plan = make_plan(
        share=make_indicator(make_target(due="2024"), make_target("50 %", value=50.0, due="2026")),
        empty=make_indicator(make_target("–", kind="none", value=None, operator=None)),
        words=make_indicator(
            make_target("Guide", kind="text", value=None, operator=None), measure="text", better=None, unit=None
        ),
    )
    found = assess(
        plan,
        make_observed(share={"2022": 28.0, "2023": 30.0}),
        Trajectories("plan", "baseline", {"share": make_path()}),
        as_of=date(2025, 6, 30),
        rng=Streams(1),
    )
    check_table("outlook", found.outlook)
    check_table("assessment", found.verdicts)
    check_table("chances", found.chances)
    assert list(found.outlook.columns) == list(COLUMNS["outlook"])
    assert list(zip(found.outlook["indicator"], found.outlook["words"], found.outlook["status"], strict=True)) == [
        ("share", "42 %", "no_value"),
        ("share", "50 %", "open"),
        ("words", "Guide", "open"),
    ]
    assert len(found.verdicts) == len(found.outlook) * len(METHODS)
    assert set(found.verdicts["version"]) == {"current"}
    assert set(found.outlook["plan"]) == {"plan"}
    assert set(found.outlook["scenario"]) == {"baseline"}


def test_only_values_that_are_used_count(make_plan, make_indicator, make_target, make_observed):
    observed = make_observed(share={"2022": 28.0, "2023": 30.0})
    observed.loc[1, "used"] = False
    plan = make_plan(share=make_indicator(make_target()))
    (evidence,) = gather(plan, observed, Trajectories("plan", "baseline"), BEFORE)
    assert [point.value for point in evidence.points] == [28.0]
    assert evidence.path is None
