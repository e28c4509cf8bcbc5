"""Process charts against published cases of NHSRplotthedots, nhspy-plotthedots and PowerBI-SPC."""

import numpy as np
import pytest
from tests.vector_sets import cases, tolerance

from forecast.assessment.spc import Band, assure, collect_icons, draw_chart, draw_xmr, find_causes, measure_band
from forecast.assessment.spc.rules import (
    CAUSE_LABELS,
    end_one_side,
    end_trend,
    find_sides,
    flag_outside,
    flag_two_in_three,
    flag_two_in_three_beyond,
    name_point_type,
    order_causes,
    spread_back,
    window_two_in_three,
)

#: Cases whose published result we believe wrong, with the reason; the test then asserts that ours differs.
BELIEVED_WRONG: dict[str, str] = {}

DIRECTIONS = {"increase": 1, "decrease": -1, "neutral": 0}
WORDS = {-1: "lower", 0: "none", 1: "upper"}
#: Lines by their names in the cases.
LINES = {
    "mean": "centre",
    "centre": "centre",
    "values": "values",
    "lower_limit": "lower",
    "lower_99": "lower",
    "near_lower_limit": "near_lower",
    "lower_95": "near_lower",
    "near_upper_limit": "near_upper",
    "upper_95": "near_upper",
    "upper_limit": "upper",
    "upper_99": "upper",
}


def check(case, found, expected):
    assert (found == expected) is (case["id"] not in BELIEVED_WRONG), BELIEVED_WRONG.get(case["id"], "differs")


# Limits


def draw(given):
    rebase = given.get("rebase_after") or ()
    rebase = rebase if isinstance(rebase, (list, tuple)) else [rebase]
    if given["chart"] == "xmr":
        screen, fix_after = given.get("screen_moving_ranges", True), given.get("fix_after_n_points")
        return draw_xmr(given["values"], screen=screen, fix_after=fix_after, rebase_after=rebase)
    sds = next((given[key] for key in ("xbar_sds", "sds", "standard_deviations") if given.get(key)), None)
    numerators = given["numerators"] if "numerators" in given else given["values"]
    multiplier = given.get("multiplier") or 1.0
    return draw_chart(
        given["chart"], numerators, given.get("denominators"), sds=sds, multiplier=multiplier, rebase_after=rebase
    )


def flag_points(chart):
    """Flags that a case of one group may list beside its lines, whole numbers per point."""
    outside = [abs(flag) for flag in flag_outside(chart.values, chart.lower, chart.upper)]
    beyond = flag_outside(chart.values, chart.near_lower, chart.near_upper)
    band = Band(
        *(float(line[0]) for line in (chart.centre, chart.lower, chart.near_lower, chart.near_upper, chart.upper))
    )
    causes = find_causes(chart.values.tolist(), band)
    return {
        "outside": outside,
        "side": find_sides(chart.values, chart.centre),
        "near_limit": [abs(flag) * (1 - out) for flag, out in zip(beyond, outside, strict=True)],
        "special_cause": [int(cause.kind != "common") for cause in causes],
    }


@pytest.mark.parametrize("case", cases("spc_limits"))
def test_limits_are_those_of_the_published_case(case):
    chart = draw(case["input"])
    close = {"abs": 0.51 * 10 ** -case["decimals"], "rel": 0} if "decimals" in case else tolerance("spc_limits")
    found, expected = {}, {}
    for key, wanted in case["expected"].items():
        found[key] = getattr(chart, LINES[key]).tolist() if key in LINES else flag_points(chart)[key]
        expected[key] = wanted if isinstance(wanted, list) else [wanted] * len(found[key])
        if key in LINES:
            expected[key] = pytest.approx(expected[key], **close)
    check(case, found, expected)


# Rules


def number(values):
    return [np.nan if value is None else float(value) for value in values]


def unsigned(flags):
    return [abs(flag) for flag in flags]


def in_words(flags):
    return [WORDS[flag] for flag in flags]


def label_causes(given):
    parts = (given[f"part_of_{rule}"] for rule in ("trend", "two_in_three", "one_side"))
    return [CAUSE_LABELS[cause] for cause in order_causes(given["values"], given["side"], given["outside"], *parts)]


def find_point_types(given):
    band = measure_band(given["values"], screen=given.get("screen_moving_ranges", True))
    improvement = DIRECTIONS[given["improvement_direction"]]
    types = [name_point_type(cause, improvement) for cause in find_causes(given["values"], band)]
    return {"last_two": types[-2:], "last": types[-1:], "all": types}


def flag_beyond(given):
    return flag_outside(*(number(given[key]) for key in ("values", "lower", "upper")))


#: Each rule by the name that the cases give it.
RULES = {
    "seven_one_side_end": lambda given: unsigned(end_one_side(given["side"])),
    "seven_trend_end": lambda given: end_trend(number(given["values"])),
    "part_of_seven": lambda given: unsigned(spread_back(given["flags_at_end_of_run"])),
    "two_in_three_window": lambda given: unsigned(window_two_in_three(given["near_limit"], given["side"])),
    "two_in_three_points": lambda given: unsigned(flag_two_in_three(given["near_limit"], given["side"])),
    "special_cause_label": label_causes,
    "point_type_from_series": find_point_types,
    "outside_limits": lambda given: in_words(flag_beyond(given)),
    "shift": lambda given: in_words(
        spread_back(end_one_side(find_sides(number(given["values"]), number(given["centre"])), given["n"]), given["n"])
    ),
    "trend": lambda given: in_words(spread_back(end_trend(number(given["values"]), given["n"]), given["n"])),
    "two_in_three": lambda given: in_words(
        flag_two_in_three_beyond(flag_beyond(given), flag_whole_window=given["flag_whole_window"])
    ),
}


@pytest.mark.parametrize("case", cases("spc_rules"))
def test_rules_flag_the_points_of_the_published_case(case):
    found, expected = RULES[case["input"]["rule"]](case["input"]), case["expected"]
    if isinstance(expected, dict):
        found = {key: found[key] for key in expected}
    check(case, found, expected)


# Icons


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def show_variation(given):
    rules = [given[rule] for rule in ("outside", "shift", "trend", "two_in_three")]
    improvement = DIRECTIONS[given["improvement_direction"]]
    icons = collect_icons(rules, improvement, last_point_only=given.get("last_point_only", False))
    return {"icons": sorted(map(camel, icons))}


def show_assurance(given):
    last = [(given[key] or [None])[-1] for key in ("lower", "upper", "target")]
    return {"assurance": assure(*last, DIRECTIONS[given["improvement_direction"]])}


ICONS = {"variation": show_variation, "assurance": show_assurance}


@pytest.mark.parametrize("case", cases("spc_icons"))
def test_icons_are_those_of_the_published_case(case):
    given = case["input"]
    check(case, ICONS[given["kind"]](given), case["expected"])
