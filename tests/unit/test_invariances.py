"""The whole board says the same whatever the order of the rows, the unit of the values and the side that is good."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.assessment.board import Assessment, Board, assess, make_board
from forecast.assessment.evidence import Evidence, Point
from forecast.plans.model import Indicator, Target
from forecast.schema.draws import Path, Trajectories
from forecast.schema.periods import Period
from forecast.schema.streams import Streams

#: Eurostat and Statistics Canada put a base or a target of zero at 0.001, in whatever unit, and on the side above zero:
#: of 3 litres that is less than of 3,000 millilitres, and in the mirror it has the wrong sign.
REPLACE_ZERO = ("eurostat_long", "eurostat_short", "statcan")
#: The UN progress assessment counts as met what lies within one point of 0 % or 100 %: points, and these two ends, are
#: of percentages alone. The natural limits of Eurostat and Statistics Canada need no exception: they only bear on
#: series without a target, which never come to the board.
WITHIN_ONE_POINT = ("un_progress",)
TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "up": "down", "down": "up"}
#: Figures of an outlook that have no unit and no side.
BARE = ("status", "probability", "probability_held", "probability_worse", "likelihood", "extreme", "first_plausible")
BARE += ("pace_multiple", "share_done", "share_elapsed")
#: First period of each calendar, and how many a year.
CALENDARS = {"year": ("2010", 1), "fiscal": ("2012-2013", 1), "quarter": ("2021-2022Q1", 4), "month": ("2022-03", 12)}
#: Signs of the values: mostly above zero, else below it, on both sides of it, or with zeros.
SIGNS = ((1,), (1,), (1,), (-1,), (1, -1), (1, 1, 0))
TENTHS = st.integers(1, 999).map(lambda tenths: tenths / 10)
NUMBERS = st.one_of(st.integers(1, 20).map(float), TENTHS)
FACTORS = st.sampled_from([0.001, 0.01, 1 / 3, 3.785, 10.0, 1000.0])


@st.composite
def targets(draw, values: list[float], periods: list[Period]) -> Target:
    """A target on one side, a range, an exact value, or words; now and then a value of the series, zero or 100."""
    due = draw(st.sampled_from(periods)).text
    value = draw(st.one_of(NUMBERS, NUMBERS, st.sampled_from([*values, 0.0, 100.0])))
    kind = draw(st.sampled_from([">=", "<=", ">=", "<=", ">", "<", "=", "range", "text"]))
    if kind == "text":
        return Target(words="plan adopted", due=due, kind="text")
    if kind == "range":
        return Target(words="range", due=due, kind="range", value=value, high=value + draw(NUMBERS))
    return Target(words="level", due=due, value=value, operator=kind)


@st.composite
def evidence(draw) -> Evidence:
    """One target of one series, with or without a forecast, open or past."""
    first, per_year = CALENDARS[draw(st.sampled_from(sorted(CALENDARS)))]
    count, signs = draw(st.integers(1, 14)), draw(st.sampled_from(SIGNS))
    values = [draw(NUMBERS) * draw(st.sampled_from(signs)) for _ in range(count)]
    steady = [round(values[0] + (value - values[0]) / 50, 3) for value in values]
    values = draw(st.sampled_from([values, steady, sorted(values), sorted(values, reverse=True)]))
    periods = [Period.parse(first) + i for i in range(count + 8 * per_year)]
    measure, error = draw(st.sampled_from(["flow", "stock"])), draw(st.sampled_from([None, 0.05, 0.5]))
    times = [(period, period.time(measure)) for period in periods]
    points = tuple(Point(*time, value, sampling_error=error) for time, value in zip(times, values, strict=False))
    target = draw(targets(values, periods[count // 2 :]))
    better = {">": "up", "<": "down"}.get((target.operator or "")[:1]) or draw(st.sampled_from(["up", "down"]))
    unit = "%" if min(values) >= 0 and draw(st.booleans()) else "hours"
    ends = (0.0, 100.0) if unit == "%" else (0.0, None) if min(values) > 0 else (None, None)
    measured = {"unit": unit, "bounds": ends, "better": better, "measure": measure}
    indicator = Indicator(number="1", name={"fr": "Part", "en": "Share"}, **measured)
    steps = np.random.default_rng(5).normal(0, 1 + abs(values[-1]) / 10, (60, len(periods) - count))
    draws = np.round(values[-1] + steps.cumsum(axis=1), 1)  # in tenths, so that some lie on a target
    path = Path(draws, tuple(periods[count:]), periods[count - 1], values[-1], unit, measure, ends, "drift")
    path, start = draw(st.sampled_from([path, path, None])), draw(st.sampled_from([None, 2012, 2015, 2022]))
    as_of = draw(st.sampled_from([periods[count - 1], periods[count], periods[-1]])).end
    return Evidence("share", indicator, target, as_of, points, path, start)


def carry(evidence: Evidence, factor: float) -> Evidence:
    """Write evidence in another unit, all values times a factor; a negative one mirrors it: what was up is down."""
    points = tuple(carry_point(point, factor) for point in evidence.points)
    indicator, target = carry_indicator(evidence.indicator, factor), carry_target(evidence.target, factor)
    path = evidence.path and carry_path(evidence.path, factor)
    return replace(evidence, indicator=indicator, target=target, points=points, path=path)


def carry_point(point: Point, factor: float) -> Point:
    error = None if point.sampling_error is None else point.sampling_error * abs(factor)
    return replace(point, value=point.value * factor, sampling_error=error)


def carry_indicator(indicator: Indicator, factor: float) -> Indicator:
    targets = tuple(carry_target(target, factor) for target in indicator.targets)
    better, bounds = TURNED[indicator.better] if factor < 0 else indicator.better, carry_ends(indicator.bounds, factor)
    return indicator.model_copy(update={"unit": "other", "bounds": bounds, "better": better, "targets": targets})


def carry_target(target: Target, factor: float) -> Target:
    value, high = carry_ends((target.value, target.value if target.high is None else target.high), factor)
    operator = TURNED.get(target.operator, target.operator) if factor < 0 else target.operator
    ends = {"value": value} if target.high is None else {"value": value, "high": high}
    return target.model_copy(update={"operator": operator, **ends})


def carry_path(path: Path, factor: float) -> Path:
    start, bounds = path.origin_value * factor, carry_ends(path.bounds, factor)
    return replace(path, draws=path.draws * factor, origin_value=start, bounds=bounds, unit="other")


def carry_ends(ends: tuple[float | None, float | None], factor: float) -> tuple[float | None, float | None]:
    """Carry a lower and an upper end, which change places in the mirror."""
    low, high = (None if end is None else end * factor for end in ends)
    return (high, low) if factor < 0 else (low, high)


def except_methods(evidence: Evidence) -> set[str]:
    """Name the methods one rule of which depends on the unit in this case."""
    target, values = evidence.target.value, [point.value for point in evidence.points]
    zero = REPLACE_ZERO if 0 in (target, *values) else ()
    near = WITHIN_ONE_POINT if evidence.indicator.unit == "%" and target in (0, 100) else ()
    return {*zero, *near}


def tell(board: Board, left_out: set[str], *, mirrored: bool = False) -> dict[str, object]:
    """All that a board says without unit and side: classes and ratios by method, why some differ, and figures.

    A mirrored icon of the NHS says low where it said high, as it names the side of the values beside the good one.
    """
    swapped = {"high": "low", "low": "high"} if mirrored else {}
    judged = [(method.id, verdict) for method, verdict in board.verdicts if method.id not in left_out]
    classes = {id: "_".join(swapped.get(word, word) for word in verdict.key.split("_")) for id, verdict in judged}
    ratios = {f"{id} ratio": verdict.ratio for id, verdict in judged}
    reasons = {} if left_out else {"reasons": board.agreement.reasons}
    return classes | ratios | reasons | {name: board.outlook.get(name) for name in BARE}


def find_differences(before: dict[str, object], after: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Find what differs: words, or figures by more than the last digits, which another unit may change."""
    pairs = {name: (value, after[name]) for name, value in before.items() if value != after[name]}
    figures = [name for name, pair in pairs.items() if all(isinstance(value, float) for value in pair)]
    close = [name for name in figures if math.isclose(*pairs[name], rel_tol=1e-6, abs_tol=1e-6)]
    return {name: pair for name, pair in pairs.items() if name not in close}


def assert_same(evidence: Evidence, factor: float, left_out: set[str]) -> None:
    before, after = make_board(evidence), make_board(carry(evidence, factor))
    assert find_differences(tell(before, left_out, mirrored=factor < 0), tell(after, left_out)) == {}


@settings(max_examples=250)
@given(evidence(), FACTORS)
def test_another_unit_gives_the_same_verdicts_and_probability(evidence, factor):
    assert_same(evidence, factor, except_methods(evidence))


@settings(max_examples=250)
@given(evidence())
def test_the_mirrored_direction_gives_the_same_verdicts_and_probability(evidence):
    assert_same(evidence, -1.0, except_methods(evidence))


@pytest.fixture(scope="module")
def make_evidence(make_indicator):
    """Two yearly values, of 2020 and 2024, of what should rise; the target is due in 2024 and has passed."""

    def make(base: float, latest: float, value: float, unit: str = "hours") -> Evidence:
        target = Target(words="level", due="2024", value=value, operator=">=")
        points = tuple(Point(Period.parse(str(y)), y + 0.5, v) for y, v in ((2020, base), (2024, latest)))
        indicator = make_indicator(target, unit=unit, bounds=(None, None))
        return Evidence("share", indicator, target, date(2025, 6, 30), points, None, 2020)

    return make


@given(base=TENTHS, way=st.integers(1, 40), share=st.sampled_from([0.1, 0.5, 0.6, 0.9, 0.95]), factor=FACTORS)
def test_a_share_on_a_limit_in_decimal_figures_is_on_it_in_every_unit(make_evidence, base, way, share, factor):
    evidence = make_evidence(base, round(base + share * way, 10), round(base + way, 10))
    assert find_breaking_methods(evidence, factor) == set()


def find_breaking_methods(evidence: Evidence, factor: float) -> set[str]:
    before, after = (tell(make_board(one), set()) for one in (evidence, carry(evidence, factor)))
    return {name.removesuffix(" ratio") for name in find_differences(before, after).keys() - {"reasons"}}


@pytest.mark.parametrize("factor", [0.001, -1.0])
def test_a_zero_is_replaced_by_an_amount_in_the_unit_at_hand(make_evidence, factor):
    assert find_breaking_methods(make_evidence(0.0, 0.9, 1.0), factor) == set(REPLACE_ZERO)


@pytest.mark.parametrize("factor", [0.01, -1.0])
def test_within_one_point_of_an_end_is_said_of_percentages_alone(make_evidence, factor):
    assert find_breaking_methods(make_evidence(40.0, 99.5, 100.0, unit="%"), factor) == set(WITHIN_ONE_POINT)


@pytest.fixture(scope="module")
def plan(make_plan, make_indicator, make_target):
    """A yearly share, a yearly length of stay, and a stock known by the month and by the fiscal year."""
    share = make_indicator(make_target(due="2023"), make_target(due="2027", value=60.0))
    free = {"better": "down", "unit": "hours", "bounds": (None, None)}
    stay = make_indicator(make_target(due="2026-2027", value=14.5, operator="<="), **free)
    stock = make_indicator(make_target(due="2025-12", value=30.0, operator="<="), measure="stock", **free)
    return make_plan(share=share, stay=stay, stock=stock)


@pytest.fixture(scope="module")
def observed(make_observed) -> pd.DataFrame:
    """Its values, 28 rows ascending in time; one period has two of them, and one day two periods."""
    share = {str(2016 + i): value for i, value in enumerate([30, 31, 33, 32, 36, 38, 41, 44])}
    stay = {f"{2017 + i}-{2018 + i}": value for i, value in enumerate([17.1, 16.8, 18.1, 17.4, 16.9, 16.2])}
    stock = {f"2024-{1 + i:02}": 50.0 - i + 3 * (i % 3) for i in range(12)} | {"2023-2024": 49.0}
    flows, stocks = make_observed(share=share, stay=stay), make_observed(measure="stock", stock=stock)
    twice = flows.iloc[[2]].assign(value=35.0, used=False, why="more exact status")
    return pd.concat([flows, twice, stocks]).sort_values(["indicator", "time", "used"], ignore_index=True)


@pytest.fixture(scope="module")
def paths(make_path) -> dict[str, Path]:
    stay = make_path("2023-2024", 5, 16.0, seed=7, bounds=(None, None))
    stock = make_path("2025-01", 24, 40.0, measure="stock", seed=9, bounds=(None, None))
    return {"share": make_path(value=44.0), "stay": stay, "stock": stock}


def study(plan, observed, paths) -> Assessment:
    return assess(plan, observed, Trajectories("plan", "base", paths), as_of=date(2025, 1, 31), rng=Streams(1))


@settings(max_examples=30)
@given(order=st.permutations(range(28)) | st.just(range(28)[::-1]))
def test_the_order_of_the_rows_changes_no_table(plan, observed, paths, order):
    before, after = (study(plan, rows, paths) for rows in (observed, observed.iloc[list(order)]))
    for table in ("verdicts", "outlook", "chances"):
        pd.testing.assert_frame_equal(getattr(before, table), getattr(after, table))
    assert before.portfolio.record() == after.portfolio.record()
    assert before.audit == after.audit


@pytest.mark.parametrize("factor", [0.001, 3.785, 1000.0, -1.0, -10.0])
def test_a_plan_in_another_unit_or_mirrored_stands_the_same(plan, observed, paths, factor):
    turned = {name: carry_indicator(indicator, factor) for name, indicator in plan.indicators.items()}
    values = observed.assign(value=observed["value"] * factor, unit="other")
    moved = {name: carry_path(path, factor) for name, path in paths.items()}
    before, after = study(plan, observed, paths), study(plan.model_copy(update={"indicators": turned}), values, moved)
    for one, other in zip(before.boards, after.boards, strict=True):
        assert find_differences(tell(one, set(), mirrored=factor < 0), tell(other, set())) == {}
    assert before.portfolio.record()["last"] == after.portfolio.record()["last"]
    assert [finding.kind for finding in before.audit.findings] == [finding.kind for finding in after.audit.findings]
