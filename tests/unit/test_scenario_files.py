"""Scenario files: what they extend and replace, levers that they move, and every fault with its line."""

from datetime import date

import pytest

from forecast import scenarios
from forecast.errors import DataError, ForecastError, ScenarioError
from forecast.scenarios.apply import resolve
from forecast.schema.periods import Period

TITLE = "title: {fr: a, en: a}\ndescription: {fr: a, en: a}\n"
WHY = "reason: {fr: a, en: a}"


@pytest.fixture
def load(write):
    """Write scenarios of the clinic and load the last one: `load(catalogue, first=text, second=text)`."""

    def load_last(catalogue, **texts):
        for name, text in texts.items():
            write(f"parameters/clinic/{name}.yaml", TITLE + text)
        return scenarios.load(catalogue, catalogue.plan("clinic"), list(texts)[-1])

    return load_last


def item(group, text):
    return f"{group}:\n  - {{{text}, {WHY}}}\n"


def lever(name, text):
    return f"levers:\n  {name}: {{{text}, {WHY}}}\n"


# What is extended


def test_extends_takes_in_what_it_extends(small, load):
    scenario = load(
        small,
        later="extends: faster\n"
        f"targets:\n  waiting: {{due: 2028-2029, {WHY}}}\n"
        f"changes:\n  - {{on: waiting, change: set, value: 10, unit: persons, from: 2026-2027, {WHY}}}\n",
    )
    assert [item.on for item in scenario.changes] == ["seen_on_time", "waiting"]
    assert (scenario.targets["waiting"].due, scenario.targets["waiting"].value) == ("2028-2029", 900)
    assert scenario.id == "later"


@pytest.mark.parametrize(
    ("start", "kind", "expected"),
    [
        ("2026", "growth, value: 3, unit: points/year", [("growth", 3)]),
        ("2027", "growth, value: 3, unit: points/year", [("growth", 1), ("growth", 3)]),
        ("2026", "add, value: 3, unit: points", [("growth", 1), ("add", 3)]),
    ],
)
def test_a_change_of_the_same_path_kind_and_start_replaces_that_of_the_base(small, load, start, kind, expected):
    text = f"extends: faster\nchanges:\n  - {{on: seen_on_time, change: {kind}, from: {start}, {WHY}}}\n"
    assert [(change.change, change.value) for change in load(small, more=text).changes] == expected


def test_what_a_scenario_says_of_a_target_is_merged_with_its_base(small, load):
    moved = load(
        small,
        later=f"extends: baseline\ntargets:\n  waiting: {{due: 2028-2029, {WHY}}}\n",
        lower=f"extends: later\ntargets:\n  waiting: {{value: 500, {WHY}}}\n",
    ).targets["waiting"]
    assert (moved.due, moved.value) == ("2028-2029", 500)


@pytest.mark.parametrize(("start", "left"), [("2026", [2.0]), ("2027", [1.0, 2.0])])
def test_judgments_and_recipes_of_the_same_path_and_start_replace_those_of_the_base(small, load, start, left):
    def say(base, value, recipe, start):
        judgment = item("judgments", f"on: seen_on_time, value: {value}, unit: points, from: {start}, expires: 2028")
        return f"extends: {base}\n{judgment}" + item("recipes", f"on: seen_on_time, recipe: {recipe}, from: {start}")

    found = load(small, first=say("baseline", 1, "flat", 2026), second=say("first", 2, "as_promised", start))
    assert [judgment.value for judgment in found.judgments] == left
    assert [course.recipe for course in found.recipes] == ["flat", "as_promised"][-len(left) :]


def test_what_clashes_with_the_scenario_extended_is_refused(small, load):
    text = "extends: faster\n" + item("changes", "on: seen_on_time, change: set, value: 70, unit: '%', from: 2026")
    with pytest.raises(ForecastError, match="two changes on 'seen_on_time' from 2026; keep one, or start the second"):
        load(small, more=text)


def test_an_unknown_scenario_gets_the_nearest_name(small):
    with pytest.raises(ScenarioError) as caught:
        scenarios.load(small, small.plan("clinic"), "fastr")
    assert str(caught.value) == "unknown scenario 'fastr' of plan 'clinic'; did you mean 'faster'?"


def test_the_baseline_comes_first_and_is_one(small):
    assert scenarios.scenario_ids(small, "clinic") == ["baseline", "faster"]
    assert scenarios.load(small, small.plan("clinic")).is_baseline
    assert not scenarios.load(small, small.plan("clinic"), "faster").is_baseline


def test_a_yearly_flow_is_not_asked_about_a_month(small):
    plan = small.plan("clinic")
    with pytest.raises(ScenarioError) as caught:
        scenarios.resolve(scenarios.load(small, plan), plan, by=Period.parse("2028-06"))
    assert str(caught.value) == (
        "'seen_on_time' is measured over a year: 2028-06 cannot be its due date;"
        " write a year, such as 2028 or 2027-2028"
    )


def test_as_of_of_the_real_scenarios(catalogue):
    # every scenario of the catalogue can be applied on the day it is published
    for plan_id in catalogue.plan_ids:
        plan = catalogue.plan(plan_id)
        for name in scenarios.scenario_ids(catalogue, plan_id):
            scenario = scenarios.load(catalogue, plan, name)
            resolved = resolve(scenario, plan, by=None)
            assert set(resolved.indicators) == set(plan.indicators)
            assert all(Period.parse(item.start).end > date(2020, 1, 1) for item in scenario.changes if item.start)


# Levers


def test_a_lever_of_a_file_becomes_a_change(driven, load):
    levers = f"levers:\n  demand: {{value: 8, from: 2026, until: 2027, profile: ramp, source: S002, {WHY}}}\n"
    scenario = load(driven, more=levers)
    (change,) = scenario.changes
    assert (change.on, change.change, change.value, change.unit) == ("visits", "growth", 8, "%/year")
    assert (change.start, change.until, change.profile.shape) == ("2026", "2027", "ramp")
    assert (change.lever, change.source, change.assumed) == ("demand", ("S002",), False)
    assert not scenario.is_baseline


def test_a_lever_replaces_itself_in_the_scenario_extended_whatever_its_start(driven, load):
    found = load(
        driven,
        base=f"levers:\n  demand: {{value: 8, from: 2026, {WHY}}}\n  effort: {{value: 1.2, {WHY}}}\n",
        later=f"extends: base\nlevers:\n  demand: {{value: 5, from: 2027, {WHY}}}\n",
    )
    assert [(change.lever, change.value, change.start) for change in found.changes] == [
        ("effort", 1.2, None),
        ("demand", 5, "2027"),
    ]
    assert {name: lever.value for name, lever in found.levers.items()} == {"demand": 5, "effort": 1.2}


def test_a_reader_moves_a_lever_and_keeps_when_it_acts(driven, load):
    scenario = load(driven, more=f"levers:\n  demand: {{value: 8, from: 2026, profile: ramp, until: 2027, {WHY}}}\n")
    plan = driven.plan("clinic")
    moved = scenarios.with_levers(scenario, plan, {"demand": 3, "effort": 1.5})
    demand, effort = moved.changes
    assert (demand.value, demand.start, demand.profile.shape, demand.assumed) == (3, "2026", "ramp", True)
    assert demand.reason.in_("en") == "asked for by the reader"
    assert (effort.on, effort.value, effort.start) == ("seen", 1.5, None)
    assert scenario.changes[0].value == 8
    assert scenarios.with_levers(scenario, plan, {}).changes == scenario.changes


# Faults


JUDGED = "value: 1, expires: 2028"
LATE = "two changes on 'visits' from {}; keep one, or start the second later"
RAMP = "profile ramp reaches its full size after over (years) or at until (a period); write one of them"
#: What the file says after its title, and the fault on its last line.
FAULTS = {
    lever("demnd", "value: 8"): "unknown lever 'demnd'; did you mean 'demand'?",
    lever("demand", "value: {low: 10, high: 21}"): "21 of lever 'demand' lies outside its bounds [-10, 20]",
    lever("demand", "value: 8, from: 2026")
    + item("changes", "on: visits, change: growth, value: 2, unit: '%/year', from: 2026"): LATE.format("2026"),
    lever("demand", "value: 8") + item("changes", "on: visits, change: hold"): LATE.format("the first period"),
    item("changes", "on: waiting, change: multiply, value: 2, unit: persons"): (
        "unit 'persons' of change multiply on 'waiting'; write no unit"
    ),
    item("changes", "on: seen_on_time, change: close_gap, value: 20, unit: points"): (
        "unit 'points' of change close_gap on 'seen_on_time'; write no unit or %"
    ),
    item("changes", "on: seen_on_time, change: cap, value: {low: 90, high: 101}, unit: '%'"): (
        "value 101 of 'seen_on_time' lies outside its bounds [0, 100]"
    ),
    item("changes", "on: visits, change: multiply, value: -1"): "factor -1 on 'visits' is below zero; write 0 or more",
    item("changes", "on: seen_on_time, change: close_gap, value: {low: 50, high: 120}"): (
        "share 120 of the gap of 'seen_on_time'; write 0 to 100 (percent)"
    ),
    item("changes", "on: visits, change: add, value: 1, unit: persons, from: 2026, until: 2025"): (
        "the change on 'visits' ends 2025, before it starts, 2026; swap them"
    ),
    item("changes", "on: visits, change: multiply, value: 2, from: 2026, profile: ramp"): (
        f"the change on 'visits': {RAMP}"
    ),
    item("changes", "on: visits, change: multiply, value: 2, profile: ramp"): f"the change on 'visits': {RAMP}",
    item("judgments", f"on: visit, unit: persons, {JUDGED}"): (
        "unknown indicator or driver 'visit'; did you mean 'visits'?"
    ),
    item("judgments", f"on: visits, unit: L, {JUDGED}"): "unit 'L' of the judgment on 'visits'; write persons",
    item("judgments", f"on: seen_on_time, unit: persons, {JUDGED}"): (
        "unit 'persons' of the judgment on 'seen_on_time'; write points"
    ),
    item(
        "judgments", f"on: visits, unit: persons, {JUDGED}, source: S003"
    ): "unknown source 'S003'; did you mean 'S002'?",
    item("recipes", "on: visit, recipe: flat"): "unknown indicator or driver 'visit'; did you mean 'visits'?",
    item("recipes", "on: visits, recipe: flatt"): "unknown recipe 'flatt'; did you mean 'flat'?",
    item("recipes", "on: visits, recipe: flat, source: S003"): "unknown source 'S003'; did you mean 'S002'?",
    f"assumptions:\n  waiting: {{value: {{low: -5, high: 5}}, unit: persons, period: 2024-2025, {WHY}}}\n": (
        "value -5 of 'waiting' lies outside its bounds [0, none]"
    ),
    item("changes", "on: opening, change: hold"): (
        "indicator 'opening' is not measured in numbers; there is nothing to change"
    ),
    item("changes", "on: idle, change: hold"): "no formula names the driver 'idle': a change on it would move nothing",
}


@pytest.mark.parametrize(("text", "message"), FAULTS.items(), ids=FAULTS.values())
def test_every_fault_stands_with_its_line(driven, load, edit, text, message):
    edit("data/plans/clinic.yaml", "drivers:\n", "drivers:\n  idle: {name: {fr: a, en: a}, unit: persons}\n")
    with pytest.raises(DataError) as caught:
        load(driven, wrong=text)
    assert [(fault.path, fault.line, fault.message) for fault in caught.value.faults] == [
        ("parameters/clinic/wrong.yaml", 2 + text.count("\n"), message)
    ]


def test_all_faults_come_together(driven, load):
    text = item("changes", "on: waitin, change: hold") + item("judgments", f"on: visits, unit: L, {JUDGED}, source: S9")
    with pytest.raises(DataError) as caught:
        load(driven, wrong=text)
    assert [fault.line for fault in caught.value.faults] == [4, 6, 6]
