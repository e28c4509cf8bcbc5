"""A scenario that changes a target's operator or value: what follows, what is refused, and what a report says."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from forecast import reporting, scenarios
from forecast.errors import ScenarioError
from forecast.scenarios.apply import resolve
from forecast.scenarios.model import Assumption, TargetChange
from forecast.schema.language import Text
from forecast.study import run_study

WHY = Text(fr="Essai", en="Trial")
AS_OF = date(2025, 9, 30)
HEAD = "title: {fr: a, en: a}\ndescription: {fr: b, en: b}\nextends: baseline\ntargets:\n"


@pytest.fixture
def change(make_plan, make_indicator, make_target, make_scenario):
    """The only target of a plan after a change: `change(target, operator="<=")`."""

    def change(target=None, **said):
        plan = make_plan(share=make_indicator(target or make_target()))
        scenario = make_scenario(targets={"share": TargetChange(**said, reason=WHY)})
        return resolve(scenario, plan).indicators["share"].targets[0]

    return change


@pytest.mark.parametrize(
    ("operator", "met"),
    [
        (">=", [False, True, True]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        ("<", [True, False, False]),
        ("=", [False, True, False]),
    ],
)
def test_a_scenario_changes_the_operator_alone(change, make_target, operator, met):
    target = change(operator=operator)
    assert target.met_by(np.array([41.0, 42.0, 43.0])).tolist() == met
    assert (target.due, target.value, target.reason) == ("2025", 42.0, WHY)
    assert (target.before, target.moved_from) == (make_target(), None)


def test_what_is_not_named_stays(change):
    assert change(value=50.0).operator == ">="
    assert change(due="2028").operator == ">="


def test_a_range_keeps_its_upper_end_and_has_no_operator(change, make_target):
    between = make_target("30 à 40 %", kind="range", value=30.0, high=40.0, operator=None)
    moved = change(between, value=35.0)
    assert (moved.value, moved.high, moved.operator) == (35.0, 40.0, None)
    for said, message in (
        ({"operator": "="}, "which has no operator; change its value, the lower end, or its due"),
        ({"value": 40.0}, ""),
    ):
        with pytest.raises(ScenarioError) as caught:
            change(between, **said)
        expected = f"'30 à 40 %' is a range, {message}" if message else "'30 à 40 %' is a range: 40 is not below its"
        assert str(caught.value).startswith(f"target of 'share': {expected}")


def test_a_level_that_is_said_is_not_called_computed(make_plan, make_indicator, make_target, make_scenario):
    words = make_target("+5 %", kind="change", change=5, value=None, operator=None, reading="points")
    start = {"share": Assumption(value=30, unit="%", period="2023", reason=WHY)}
    plan = make_plan(share=make_indicator(words))
    for said, kind, value in (({"operator": ">"}, "change", 35.0), ({"value": 50.0}, "level", 50.0)):
        scenario = make_scenario(assumptions=start, targets={"share": TargetChange(**said, reason=WHY)})
        (target,) = resolve(scenario, plan).indicators["share"].targets
        assert (target.kind, target.value) == (kind, value)


def test_a_change_that_changes_nothing_is_refused():
    with pytest.raises(ValidationError, match="a target change needs due, value or operator"):
        TargetChange(reason=WHY)


def test_a_scenario_adds_an_operator_to_what_its_base_says(small, write):
    write("parameters/clinic/stricter.yaml", HEAD + '  waiting: {operator: "<"}\n')
    write(
        "parameters/clinic/strictest.yaml",
        HEAD.replace("baseline", "stricter") + "  waiting: {value: 800, reason: {fr: c, en: c}}\n",
    )
    (said,) = scenarios.load(small, small.plan("clinic"), "strictest").targets.values()
    assert (said.operator, said.value, said.reason) == ("<", 800.0, Text(fr="c", en="c"))


@pytest.mark.parametrize(
    ("language", "now", "label"),
    [
        ("en", "Patients seen on time: now < 63% (computed), due 2026", "target changed by the scenario"),
        ("fr", "Patients vus à temps : désormais < 63 % (calculé), échéance 2026", "cible modifiée par le scénario"),
    ],
)
def test_a_report_says_what_the_target_is_now(small, write, language, now, label):
    write("parameters/clinic/turned.yaml", HEAD + '  seen_on_time: {operator: "<", reason: {fr: Essai, en: Because}}\n')
    study = run_study("clinic", "turned", as_of=AS_OF, catalogue=small, draws=200)
    notes = str(reporting.scenario_notes(study, language)).replace("\N{NO-BREAK SPACE}", " ").replace("&lt;", "<")
    assert now in notes
    assert f"{label}</span>" in notes
