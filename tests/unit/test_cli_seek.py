"""`forecast seek`: its sentences, its files, and the exit codes it leaves with."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace

import pandas as pd
import pytest
from tests.lever_plan import AS_OF, write_catalogue

from forecast.cli import run
from forecast.reporting.seeking import round_safely, seek_text
from forecast.schema.periods import Period
from forecast.seek import Setting, seek
from forecast.study import open_bench

DAY = ("--as-of", AS_OF.isoformat())
CONTRACT = ["plan", "indicator", "lever", "magnitude", "unit", "by", "probability", "reached"]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    return write_catalogue(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(autouse=True)
def _home(catalogue, monkeypatch):
    monkeypatch.setenv("FORECAST_HOME", str(catalogue.root))


@pytest.fixture(scope="module")
def bench(catalogue):
    return open_bench("trial", as_of=AS_OF, catalogue=catalogue)


def call(*args: object) -> tuple[int, str, str]:
    """Run `forecast seek` on the trial plan as its main function does; give exit code, output and errors."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(["seek", *map(str, args)])
    return code, out.getvalue(), err.getvalue()


def ask(*args: object) -> tuple[int, str]:
    """What it prints of the trial plan, with ordinary spaces; it must complain of nothing."""
    code, out, err = call("trial", *args, *DAY)
    assert err == ""
    return code, out.replace("\N{NO-BREAK SPACE}", " ").strip()


def tell(*args: object) -> dict[str, object]:
    return json.loads(ask(*args, "--format", "json")[1])


def test_help_explains_by_examples():
    code, out, err = call("--help")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: forecast seek [OPTIONS] PLAN INDICATOR\n")
    assert re.search(r"^  Examples:\n(    forecast seek \w+.*\n){3}", out, re.MULTILINE)
    assert "\b" not in out


# Sentences


def test_the_pace_is_one_sentence_and_delay_another():
    assert ask("share") == (
        0,
        "Share served: to meet the target ≥ 55%, due 2028, with a probability of 80%, it takes a pace of"
        " +4.8 points a year from 2025 on; the forecast makes +0.64 points a year, for a probability of 35%."
        " If it starts later: a pace of +6.1 points a year from 2026 on; a pace of +8.4 points a year from 2027 on;"
        " a pace of +16 points a year from 2028 on.",
    )


def test_a_lever_is_named_as_the_plan_names_it():
    assert ask("share", "--lever", "more_served") == (
        0,
        "Share served: to meet the target ≥ 55%, due 2028, with a probability of 80%, it takes “More places” at +230"
        " people from 2025 on; without, the probability is 35%. If it starts later: as much up to 2028.",
    )


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ("requests", "it takes “Requests” at −6.6% a year, compounded from 2025 on"),
        ("push", "it takes “People waiting” at −873 people from 2025-2026 on"),
        ("times", "it takes “People waiting” at × 0.47 from 2025-2026 on"),
        ("closing", "it takes “People waiting” at 100% of the gap from 2025-2026 on"),
        ("level", "it takes “People waiting” at 668 people from 2025-2026 on"),
        ("lid", "it takes “People waiting” at 800 people at most from 2025-2026 on"),
        ("pace", "it takes “People waiting” at −225 people a year from 2025-2026 on"),
    ],
)
def test_each_kind_of_lever_has_its_amount(lever, said):
    code, text = ask("share" if lever == "requests" else "waiting", "--lever", lever)
    assert code == 0
    assert said in text


def test_several_levers_are_joined():
    _, text = ask("share", "--lever", "more_served", "--lever", "requests", "--weight", "requests=2")
    assert re.search(r"it takes “More places” at \+\d+ people from 2025 on and “Requests” at −[\d.]+% a year", text)


def test_what_is_reached_already_says_what_would_be_enough():
    assert ask("waiting", "--lever", "pace", "--probability", 0.02) == (
        0,
        "People waiting: the forecast alone gives a probability of 5% of meeting the target ≤ 800, due 2027-2028"
        " (March 31, 2028); for 2%, “People waiting” at +145 people a year from 2025-2026 on would be enough.".replace(
            "≤ 800,", "≤ 800 people,"
        ),
    )
    code, text = ask("share", "--lever", "more_served", "--probability", 0.3)
    said = "Share served: nothing more is needed; as things stand, the probability of meeting the target ≥ 55%, due"
    assert (code, text) == (0, f"{said} 2028, is 35%.")


def test_a_forecast_that_rests_on_an_assumption_says_so():
    assert ask("staff", "--probability", 0.5)[1].startswith("Under an assumption: Staff: to meet the target ≥ 330")


def test_another_date_shows_the_plans_own():
    assert "due 2029 (plan: 2028), with" in ask("share", "--by", "2029")[1]


def test_french_numbers_are_written_as_in_french():
    _, text = ask("share", "--lang", "fr")
    assert text.startswith("Part servie")
    assert "80 %" in text
    assert "4,8 points" in text


@pytest.mark.parametrize("lever", ["more_served", "requests", None])
@pytest.mark.parametrize("probability", [0.4, 0.5, 0.8])
def test_the_magnitude_printed_gives_the_probability_too(bench, lever, probability):
    answer = seek(bench, "baseline", "share", probability, lever=lever)
    (setting,) = answer.settings
    shown = round_safely(setting, whole=setting.unit == "persons")
    changes = [one.model_copy(update={"value": shown}) for one in answer.moved.changes]
    plan, trajectories = bench.apply(answer.moved.model_copy(update={"changes": tuple(changes)}))
    target = plan.indicators["share"].targets[-1]
    assert target.met_by(trajectories.paths["share"].at(Period.parse("2028"))).mean() >= probability


@pytest.mark.parametrize(
    ("magnitude", "upward", "kind", "whole", "shown"),
    [
        (4.7081, True, "growth", False, 4.8),
        (4.7081, False, "growth", False, 4.7),
        (-4.7081, False, "growth", False, -4.8),
        (0.1234, True, "growth", False, 0.13),
        (1.1371, True, "multiply", False, 1.14),
        (123.4, True, "add", False, 124.0),
        (12345.0, True, "add", False, 12400.0),
        (2.3, True, "add", True, 3.0),
        (2.3, True, "growth", True, 2.3),
        (12.3, True, "growth", True, 13.0),
        (5.0000000001, True, "add", False, 5.0),
        (19999.0, True, "add", False, 20000.0),
        (0.0, True, "add", False, 0.0),
    ],
)
def test_a_magnitude_is_rounded_to_the_safe_side(magnitude, upward, kind, whole, shown):
    setting = Setting("lever", "share", kind, magnitude, 0.0, "persons", "2025", (-20000, 20000), upward)
    assert round_safely(setting, whole=whole) == pytest.approx(shown, abs=1e-12)


def test_a_magnitude_is_not_rounded_beyond_its_bounds():
    setting = Setting("lever", "share", "add", 9.97, 0.0, "persons", "2025", (0, 9.98), True)
    assert round_safely(setting) == 9.98


# No answer: exit code 1, and why


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("over",), "Over: the due date, 2024, has passed; try --by 2025."),
        (("unseen",), "Never seen: no published value was found, so that there is no forecast and no answer."),
        (("milestone",), "Milestone: it has no target in numbers, so that nothing can be sought."),
        (
            ("share", "--lever", "push"),
            "Share served: moving “People waiting” changes nothing at the due date, 2028; the probability of meeting"
            " the target ≥ 55% stays 35%.",
        ),
        (
            ("waiting", "--lever", "weak"),
            "People waiting: no admissible value gives a probability of 80% of meeting the target ≤ 800 people, due"
            " 2027-2028 (March 31, 2028); the most is 11%, with “People waiting” at −93 people from 2025-2026 on,"
            " against 5% without.",
        ),
        (
            ("band", "--lever", "nudge", "--probability", 0.9),
            "Rate: no admissible value gives a probability of 90% of meeting the target 40 to 44%, due 2027;"
            " the most is",
        ),
    ],
)
def test_no_answer_leaves_with_one_and_says_why(args, said):
    code, text = ask(*args)
    assert code == 1
    assert text.startswith(said)


def test_going_farther_may_do_less():
    assert ask("band", "--lever", "nudge")[1].endswith("Going farther does not always raise the probability.")


def test_a_lever_that_only_does_harm_says_that_nothing_helps(bench):
    harm = bench.plan.levers["push"].model_copy(update={"bounds": (0.0, 300.0)})
    other = replace(bench, plan=bench.plan.model_copy(update={"levers": {"push": harm}}))
    text = seek_text(seek(other, "baseline", "waiting", lever="push"), other, "en").replace("\N{NO-BREAK SPACE}", " ")
    assert text.endswith("due 2027-2028 (March 31, 2028), nor more than without: 5%.")


# Files


def test_json_is_the_contract_first():
    said = tell("share", "--lever", "more_served")
    assert list(said)[: len(CONTRACT)] == CONTRACT
    magnitude = said.pop("magnitude")
    assert magnitude == pytest.approx(229.8, abs=0.1)
    assert [said[key] for key in CONTRACT if key != "magnitude"] == [
        "trial", "share", "more_served", "persons", "2028", 0.8, 0.8,
    ]  # fmt: skip
    assert [delay["start"] for delay in said["delays"]] == ["2026", "2027", "2028"]
    assert said["levers"] == [{"lever": "more_served", "magnitude": magnitude, "unit": "persons", "start": "2025"}]


def test_json_of_the_pace_has_no_lever_and_several_have_no_magnitude_at_the_top():
    pace = tell("share")
    assert (pace["lever"], pace["unit"]) == (None, "points/year")
    assert pace["magnitude"] > 0
    several = tell("share", "--lever", "more_served", "--lever", "requests")
    assert [several[key] for key in ("lever", "magnitude", "unit", "reached")] == [None, None, None, 0.8]
    assert [one["lever"] for one in several["levers"]] == ["more_served", "requests"]


def test_json_of_a_refusal():
    code, text = ask("over", "--format", "json")
    said = json.loads(text)
    assert code == 1
    assert [said[key] for key in ("magnitude", "by", "reached", "refusal", "next")] == [
        None,
        "2024",
        None,
        "past",
        "2025",
    ]
    weak = tell("waiting", "--lever", "weak")
    assert (weak["magnitude"], weak["refusal"]) == (None, "out_of_reach")
    assert weak["best"] < -90
    assert 0.05 < weak["reached"] < 0.8


def test_csv_has_a_row_for_every_start():
    rows = list(csv.DictReader(io.StringIO(ask("waiting", "--lever", "pace", "--format", "csv")[1])))
    assert [(row["delay"], row["start"]) for row in rows] == [
        ("0", "2025-2026"), ("1", "2026-2027"), ("2", "2027-2028"), ("3", ""),
    ]  # fmt: skip
    assert [row["magnitude"] != "" for row in rows] == [True, True, True, False]
    assert {row["refusal"] for row in rows} == {""}


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "table"])
def test_out_writes_a_file(tmp_path, form):
    path = tmp_path / "answer"
    assert call("trial", "over", *DAY, "--format", form, "--out", path) == (1, "", "")
    if form == "json":
        assert json.loads(path.read_text("utf-8"))["refusal"] == "past"
    else:
        table = pd.read_parquet(path) if form == "parquet" else pd.read_csv(path)
        assert (table["refusal"].tolist(), table["magnitude"].isna().tolist()) == (["past"], [True])


# Wrong usage: exit code 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--probability", "80"), "Invalid value for '--probability': 80.0 is not in the range 0<x<1."),
        (("--weight", "push"), "Invalid value for '--weight': 'push' has no weight; write push=2"),
        (("--weight", "push=x"), "Invalid value for '--weight': 'x' is not a number; write push=2"),
        (("--weight", "push=2"), "'push' has a weight but is not sought; add --lever push"),
    ],
)
def test_wrong_usage_leaves_with_two(args, message):
    code, out, err = call("trial", "waiting", *args)
    assert (code, out) == (2, "")
    assert err.endswith(f"Error: {message}\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("shar",), "unknown indicator 'shar' of plan 'trial'; did you mean 'share'?"),
        (("share", "--lever", "served"), "unknown lever 'served' of plan 'trial'; did you mean 'more_served'?"),
        (("share", "-s", "late"), "unknown scenario 'late' of plan 'trial'; did you mean 'later'?"),
        (
            ("share", "--lever", "push", "--weight", "push=-1"),
            "the weight of lever 'push' is -1; write a number above 0",
        ),
    ],
)
def test_an_unknown_name_leaves_with_two(args, message):
    assert call("trial", *args, *DAY) == (2, "", f"error: {message}\n")
