"""Results in the words of the Government of Canada and of Québec: edge cases, both directions, what always holds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.assessment import government, quebec
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.verdict import NOT_APPLICABLE
from forecast.schema.periods import Period

BEFORE, DUE, AFTER = date(2025, 6, 30), date(2025, 12, 31), date(2026, 1, 1)
NUMBERS = st.integers(-50, 150).map(float)
MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}


@pytest.fixture(scope="session")
def make_evidence(make_indicator, make_target):
    """A level of 42 to reach in 2025, from 30 in 2022, unless told otherwise."""

    def make(result=None, *, as_of=AFTER, base=30.0, start=2022, other=None, assumed=False, **target):
        target = make_target(**target)
        values = {} if base is None else {"2022": base}
        values |= (other or {}) | ({} if result is None else {"2025": result})
        points = tuple(
            Point(period, period.time("flow"), value, assumed)
            for text, value in values.items()
            if (period := Period.parse(text))
        )
        indicator = make_indicator(target, bounds=(None, None))
        return Evidence("share", indicator, target, as_of, points, None, start)

    return make


def text_of(kind, due="2025-12-31"):
    return {"words": "Guide IA produit", "kind": kind, "value": None, "operator": None, "due": due}


RANGE = {"kind": "range", "value": 45.0, "high": 60.0, "operator": None}

# Government of Canada: the rule


@pytest.mark.parametrize(
    ("result", "low", "high", "due", "expected"),
    [
        (50.0, 42.0, None, None, "future"),  # no date
        (50.0, None, None, DUE, "future"),  # no target value yet
        (50.0, 42.0, None, date(2026, 1, 2), "future"),  # a good result before its date is not met yet
        (None, 42.0, None, date(2026, 1, 2), "future"),
        (None, 42.0, None, AFTER, "not_available"),  # due on the last day that counts
        (50.0, 42.0, None, AFTER, "met"),
        (42.0, 42.0, None, DUE, "met"),
        (41.9, 42.0, None, DUE, "not_met"),
        (42.0, None, 42.0, DUE, "met"),
        (42.1, None, 42.0, DUE, "not_met"),
        (45.0, 45.0, 60.0, DUE, "met"),
        (60.0, 45.0, 60.0, DUE, "met"),
        (44.9, 45.0, 60.0, DUE, "not_met"),
        (60.1, 45.0, 60.0, DUE, "not_met"),
        (100.0, 100.0, 100.0, DUE, "met"),
        (99.0, 100.0, 100.0, DUE, "not_met"),
        (0.0, 0.0, 0.0, DUE, "met"),  # zero is a value, not nothing
        (-1.0, 0.0, None, DUE, "not_met"),
    ],
)
def test_the_status_of_a_result(result, low, high, due, expected):
    assert government.state_status(result, low, high, due, AFTER)[0] == expected


@pytest.mark.parametrize(
    ("due", "result", "collected", "rule"),
    [
        (None, None, AFTER, "no date, or no target value yet"),
        (AFTER, None, BEFORE, "due date after the as-of"),
        (DUE, None, AFTER, "due date passed, no result published for it"),
        (DUE, 42.0, AFTER, "result published for the due date respects the target"),
        (DUE, 41.0, AFTER, "result published for the due date does not respect the target"),
    ],
)
def test_the_rule_that_decided_a_status(due, result, collected, rule):
    assert government.state_status(result, 42.0, None, due, collected)[1] == rule


# Both methods: how an operator is read


@pytest.mark.parametrize("method", [government, quebec], ids=["canada", "quebec"])
@pytest.mark.parametrize(
    ("operator", "result", "expected"),
    [
        (">=", 42.0, "met"),
        (">=", 20.0, "not_met"),
        (">", 42.0, "not_met"),  # > 42 is not met by 42
        (">", 42.1, "met"),
        ("<=", 42.0, "met"),
        ("<=", 60.0, "not_met"),
        ("<", 42.0, "not_met"),
        ("<", 41.9, "met"),
        ("=", 42.0, "met"),
        ("=", 42.1, "not_met"),
        ("=", 41.9, "not_met"),
    ],
)
def test_strict_operators_stay_strict_and_exact_ones_exact(make_evidence, method, operator, result, expected):
    assert method.judge(make_evidence(result, operator=operator)).key == expected


@pytest.mark.parametrize("method", [government, quebec], ids=["canada", "quebec"])
@pytest.mark.parametrize(
    ("result", "expected"), [(44.9, "not_met"), (45.0, "met"), (52.0, "met"), (60.0, "met"), (60.1, "not_met")]
)
def test_a_range_is_met_between_its_ends(make_evidence, method, result, expected):
    verdict = method.judge(make_evidence(result, **RANGE))
    assert (verdict.key, verdict.ratio, verdict.distance) == (expected, None, None)


@pytest.mark.parametrize("method", [government, quebec], ids=["canada", "quebec"])
@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(list(MIRRORED)), st.sampled_from([0.01, 0.5, 1.0, 1000.0]))
def test_another_unit_or_the_other_direction_gives_the_same_verdict(
    make_evidence, method, base, result, value, operator, scale
):
    plain = method.judge(make_evidence(result, base=base, value=value, operator=operator))
    scaled = method.judge(make_evidence(result * scale, base=base * scale, value=value * scale, operator=operator))
    mirrored = method.judge(make_evidence(-result, base=-base, value=-value, operator=MIRRORED[operator]))
    assert scaled.key == mirrored.key == plain.key
    assert scaled.ratio == pytest.approx(plain.ratio)
    assert mirrored.ratio == pytest.approx(plain.ratio)


# Both methods: what counts as the result of the due date


@pytest.mark.parametrize(
    ("as_of", "canada", "here"),
    [(BEFORE, "future", NOT_APPLICABLE), (DUE, "met", "met"), (AFTER, "met", "met")],
)
def test_a_target_is_judged_from_the_day_it_falls_due(make_evidence, as_of, canada, here):
    evidence = make_evidence(50.0, as_of=as_of)
    assert (government.judge(evidence).key, quebec.judge(evidence).key) == (canada, here)


@pytest.mark.parametrize(
    "known",
    [
        {"base": None},
        {"other": {"2024": 50.0}},  # of the year before
        {"other": {"2025-12": 50.0}},  # of a month of the due year
        {"result": 50.0, "assumed": True},  # a scenario's
    ],
)
def test_without_a_value_of_the_due_date_there_is_no_result(make_evidence, known):
    evidence = make_evidence(**known)
    assert government.judge(evidence).key == "not_available"
    assert quebec.judge(evidence).key == "not_measured"


@pytest.mark.parametrize("kind", ["text", "date"])
def test_words_and_dates_are_states_and_never_a_share(make_evidence, kind):
    open_, past = make_evidence(50.0, as_of=BEFORE, **text_of(kind)), make_evidence(50.0, **text_of(kind))
    assert (government.judge(open_).key, quebec.judge(open_).key) == ("future", NOT_APPLICABLE)
    assert (government.judge(past).key, quebec.judge(past).key) == ("not_available", "not_measured")
    assert government.judge(past).ratio is quebec.judge(past).ratio is None


def test_a_target_without_a_date_stays_in_the_future(make_evidence):
    evidence = make_evidence(50.0, due=None)
    assert government.judge(evidence).key == "future"
    assert quebec.judge(evidence).reason == "the due date has not come"


def test_a_target_from_a_date_on_falls_due_when_its_period_starts(make_evidence):
    start = {"reading": "start of period", "as_of": date(2025, 1, 1)}
    assert government.judge(make_evidence(**start)).key == "not_available"
    assert government.judge(make_evidence(**start | {"as_of": date(2024, 12, 31)})).key == "future"


def test_a_change_of_an_unknown_start_is_not_judged_by_accident(make_evidence):
    change = {"words": "+5 %", "kind": "change", "change": 5, "value": None, "reading": "points"}
    evidence = make_evidence(99.0, **change)
    assert (government.judge(evidence).key, quebec.judge(evidence).key) == ("not_available", "not_measured")


# Québec: partly met


@pytest.mark.parametrize(
    ("base", "result", "value", "operator", "key", "share"),
    [
        (30.0, 42.0, 42.0, ">=", "met", 1.0),
        (30.0, 48.0, 42.0, ">=", "met", 1.5),
        (30.0, 41.0, 42.0, ">=", "partly_met", 11 / 12),
        (30.0, 40.0, 42.0, ">=", "not_met", 10 / 12),
        (30.0, 39.0, 40.0, ">=", "partly_met", 0.9),  # on the limit
        (30.0, 24.0, 42.0, ">=", "not_met", -0.5),  # moved away
        (60.0, 43.0, 42.0, "<=", "partly_met", 17 / 18),
        (60.0, 45.0, 42.0, "<=", "not_met", 15 / 18),
        (60.0, 40.0, 42.0, "<=", "met", 20 / 18),
        (30.0, 42.0, 42.0, ">", "not_met", 1.0),  # all of the change, and yet > 42 is not met by 42
        (50.0, 41.9, 42.0, ">=", "not_met", 8.1 / 8),  # met at the start, then lost
        (-10.0, -0.5, 0.0, ">=", "partly_met", 0.95),
        (42.0, 42.0, 42.0, ">=", "met", None),  # nothing was to change
        (42.0, 41.9, 42.0, ">=", "not_met", None),
        (30.0, 41.5, 42.0, "=", "not_met", None),  # an exact value has no direction
    ],
)
def test_the_share_of_the_planned_change(make_evidence, base, result, value, operator, key, share):
    verdict = quebec.judge(make_evidence(result, base=base, value=value, operator=operator))
    assert verdict.key == key
    assert verdict.ratio == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("partial", "expected"), [(0.95, "not_met"), (11 / 12, "partly_met"), (0.5, "partly_met"), (1.0, "not_met")]
)
def test_the_limit_of_the_partly_met_is_a_setting(make_evidence, partial, expected):
    assert quebec.judge(make_evidence(41.0), partial=partial).key == expected


def test_a_verdict_names_the_values_that_it_compares(make_evidence):
    verdict = quebec.judge(make_evidence(41.0, other={"2023": 35.0}))
    assert (verdict.base.value, verdict.latest.value) == (30.0, 41.0)
    assert verdict.distance == pytest.approx(1 / 12)
    assert quebec.judge(make_evidence(42.0)).distance is None
    assert government.judge(make_evidence(41.0)).latest.value == 41.0
    assert government.judge(make_evidence(base=None)).base is None


def test_without_a_value_of_the_base_year_no_share_is_known(make_evidence):
    verdict = quebec.judge(make_evidence(41.0, start=2020))
    assert (verdict.key, verdict.ratio, verdict.base) == ("not_met", None, None)


def test_share_done_by_hand():
    assert quebec.share_done(20.0, 25.0, 40.0) == 0.25
    assert quebec.share_done(40.0, 35.0, 20.0) == 0.25
    assert quebec.share_done(20.0, 25.0, 20.0) is None
    assert quebec.share_done(20.0, 25.0, None) is None


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({}, "due date passed, no result published for it"),
        ({"result": 42.0}, "result published for the due date respects the target"),
        ({"result": 41.0}, "most of the planned change was made; from how much on is our setting"),
        ({"result": 31.0}, "result published for the due date does not respect the target"),
    ],
)
def test_the_rule_that_decided_in_quebec(make_evidence, known, rule):
    assert quebec.judge(make_evidence(**known)).rule == rule


# Labels


def test_labels_say_which_language_is_ours(make_evidence):
    evidence = make_evidence(41.0)
    rows = [method.METHOD.row(evidence, method.METHOD.judge(evidence)) for method in (government, quebec)]
    assert [row["label_fr"] for row in rows] == ["Cible non atteinte", "Cible partiellement atteinte"]
    assert [row["label_en"] for row in rows] == ["Target not met", "Target partly met"]
    assert [row["translated"] for row in rows] == [None, "en"]  # Québec publishes French labels only
    assert [row["favourable"] for row in rows] == ["no", "no"]


@pytest.mark.parametrize("method", [government, quebec], ids=["canada", "quebec"])
def test_every_class_has_its_own_words_and_sign(method):
    labels = method.METHOD.labels.values()
    for part in ("fr", "en", "symbol"):
        assert len({getattr(label, part) for label in labels}) == len(labels)
