"""From what a reader chose to a scenario: each choice is checked, and refused in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import get_args

from forecast.errors import ForecastError
from forecast.models import registry
from forecast.plans.catalogue import inside
from forecast.plans.model import Indicator, Lever, Operator, Plan
from forecast.scenarios import Scenario, derive
from forecast.scenarios.apply import check_due
from forecast.scenarios.library import BASELINE
from forecast.scenarios.model import TargetChange
from forecast.schema.language import LANGUAGES, format_exact, translator
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period
from forecast.widgets.reading import Refused, read_day, read_number, read_period, shorten
from forecast.widgets.saving import make_file
from forecast.widgets.state import ASSUMED, INTERVALS, LEVER, START, State
from forecast.widgets.workshop import Desk

#: Years after the as-of day within which a due date may lie: nobody forecasts further from so short a history.
FARTHEST = 25
#: Id of a scenario that differs from the one started from, until it is saved under a name.
EXPLORED = "explored"

Choose = Callable[[State, str, Desk], State]


def begin(desk: Desk, *, language: str | None = None, plan: str | None = None) -> State:
    """Start with a plan, its first indicator that a lever acts on or else that has a number, and nothing moved."""
    used = Parameters.load(desk.catalogue.root)
    ids = desk.catalogue.plan_ids
    name = plan or next((one for one in ids if desk.plan(one).levers), ids[0])
    chosen = desk.plan(name)
    return State(name, first_indicator(chosen), BASELINE, language or used.language, date.today(), used.model)


def first_indicator(plan: Plan) -> str:
    """Indicator to show first: one that a lever acts on, else one in numbers, else the first."""
    acted = [name for name in plan.indicators if any(acts(lever, name, plan) for lever in plan.levers.values())]
    return next(iter([*acted, *(name for name, one in plan.indicators.items() if one.numeric), *plan.indicators]))


def acts(lever: Lever, indicator: str, plan: Plan) -> bool:
    """Whether a lever has a magnitude and moves an indicator, or a driver that it is computed from."""
    return lever.change != "hold" and lever.on in {indicator, *plan.named_by(indicator)}


def choose(state: State, changes: Mapping[str, object], desk: Desk) -> State:
    """Make choices, one after the other, those that others depend on first.

    Parameters
    ----------
    changes : mapping of str to str or float
        By id of the field; a slider gives a number, all else what was typed.

    Raises
    ------
    Refused
        With a message for each field that cannot be as chosen.
    """
    errors: dict[str, str] = {}
    for field in sorted(changes, key=lambda field: _ORDER.index(field) if field in _ORDER else len(_ORDER)):
        head, dot, name = field.partition(".")
        try:
            act = _BY_NAME[f"{head}{dot}"] if dot else None
            chosen = changes[field]
            typed = f"{chosen:.12g}" if isinstance(chosen, int | float) else str(chosen)
            state = act(state, name, typed, desk) if act else _CHOICES[field](state, typed, desk)
        except KeyError:
            errors[field] = translator(state.language)("There is no such field.")
        except (ValueError, ForecastError) as error:
            errors[field] = str(error)
    if errors:
        raise Refused(errors)
    return state


def make_scenario(state: State, desk: Desk) -> Scenario:
    """Make the scenario that a state stands for; the one started from where nothing differs.

    Raises
    ------
    ScenarioError
        If what is moved contradicts the scenario started from.
    """
    base, plan = desk.scenario(state.plan, state.scenario), desk.plan(state.plan)
    if not state.moved:
        return base
    return derive(make_file(state, base, plan), base, plan, EXPLORED)


def _plan(state: State, typed: str, desk: Desk) -> State:
    _among(typed, desk.catalogue.plan_ids, state.language)
    if typed == state.plan:
        return state
    return state.unmoved(plan=typed, indicator=first_indicator(desk.plan(typed)), scenario=BASELINE)


def _indicator(state: State, typed: str, desk: Desk) -> State:
    _among(typed, desk.plan(state.plan).indicators, state.language)
    return state if typed == state.indicator else state.unmoved(indicator=typed)


def _scenario(state: State, typed: str, desk: Desk) -> State:
    _among(typed, desk.scenarios_of(state.plan), state.language)
    return state if typed == state.scenario else state.unmoved(scenario=typed)


def _language(state: State, typed: str, desk: Desk) -> State:
    _among(typed, LANGUAGES, state.language)
    return replace(state, language=typed)


def _model(state: State, typed: str, desk: Desk) -> State:
    _among(typed, registry.REGISTRY, state.language)
    return replace(state, model=typed)


def _interval(state: State, typed: str, desk: Desk) -> State:
    _among(typed, [str(one) for one in INTERVALS], state.language)
    return replace(state, interval=int(typed))


def _as_of(state: State, typed: str, desk: Desk) -> State:
    return replace(state, as_of=read_day(typed, state.language) if typed.strip() else date.today())


def _operator(state: State, typed: str, desk: Desk) -> State:
    if typed:
        _among(typed, get_args(Operator), state.language)
    return replace(state, operator=typed or None)


def _due(state: State, typed: str, desk: Desk) -> State:
    if not typed.strip():
        return replace(state, due=None)
    _ = translator(state.language)
    due = read_period(typed, state.language)
    if due.end.year > state.as_of.year + FARTHEST:
        said = _("{due} is too far; write a date up to {last}.")
        raise ValueError(said.format(due=due.text, last=state.as_of.year + FARTHEST))
    try:
        check_due(state.indicator, _indicator_of(state, desk), TargetChange(due=due.text))
    except ForecastError:
        said = _("It is measured over a year: write a year, such as 2028, or a fiscal year, such as 2027-2028.")
        raise ValueError(said) from None
    return replace(state, due=due.text)


def _value(state: State, typed: str, desk: Desk) -> State:
    if not typed.strip():
        return replace(state, value=None)
    value = read_number(typed, state.language)
    _within(value, _indicator_of(state, desk).bounds, state.language)
    return replace(state, value=value)


def _lever(state: State, name: str, typed: str, desk: Desk) -> State:
    lever = desk.plan(state.plan).levers[name]
    rest = {key: value for key, value in state.levers.items() if key != name}
    if not typed.strip():
        return replace(state, levers=rest)
    value = read_number(typed, state.language)
    _within(value, lever.bounds, state.language)
    return replace(state, levers={**rest, name: value})


def _start(state: State, name: str, typed: str, desk: Desk) -> State:
    desk.plan(state.plan).levers[name]  # an unknown one is refused
    rest = {key: value for key, value in state.starts.items() if key != name}
    if not typed.strip():
        return replace(state, starts=rest)
    start = read_period(typed, state.language)
    _check_horizon(start, desk.plan(state.plan).levers[name].on, state, desk)
    return replace(state, starts={**rest, name: start.text})


def _check_horizon(start: Period, on: str, state: State, desk: Desk) -> None:
    """Refuse a start after the last period that is forecast."""
    scenario = make_scenario(replace(state, starts={}), desk)
    _plan, trajectories = desk.bench(state.plan, state.indicator, state.model, state.as_of).apply(scenario)
    path = trajectories.paths.get(on)
    if path is not None and path.periods[-1].end < start.start:
        _ = translator(state.language)
        said = _(
            "{start} is after the last period that is forecast, {last}; write an earlier one, or a later due date."
        )
        raise ValueError(said.format(start=start.text, last=path.periods[-1].text))


def _assumed(state: State, name: str, typed: str, desk: Desk) -> State:
    item = desk.plan(state.plan).item(name)
    rest = {key: value for key, value in state.assumptions.items() if key != name}
    if not typed.strip():
        return replace(state, assumptions=rest)
    value = read_number(typed, state.language)
    _within(value, item.bounds, state.language)
    return replace(state, assumptions={**rest, name: value})


_CHOICES: Mapping[str, Choose] = {
    "language": _language,
    "plan": _plan,
    "indicator": _indicator,
    "scenario": _scenario,
    "as_of": _as_of,
    "model": _model,
    "interval": _interval,
    "due": _due,
    "operator": _operator,
    "value": _value,
}
_ORDER = list(_CHOICES)
_BY_NAME = {LEVER: _lever, START: _start, ASSUMED: _assumed}


def _indicator_of(state: State, desk: Desk) -> Indicator:
    return desk.plan(state.plan).indicators[state.indicator]


def _among(typed: str, known: object, language: str) -> None:
    if typed not in known:  # type: ignore[operator]
        raise ValueError(translator(language)("“{typed}” is not one of the choices.").format(typed=shorten(typed)))


def _within(value: float, bounds: tuple[float | None, float | None], language: str) -> None:
    """Refuse a value outside its bounds, and say them."""
    if inside(value, bounds):
        return
    _ = translator(language)
    low, high = ("" if end is None else format_exact(end, language) for end in bounds)
    said = _("between {low} and {high}") if low and high else _("{low} or more") if low else _("{high} or less")
    wrong = _("{value} is out of bounds; write {right}.")
    raise ValueError(wrong.format(value=format_exact(value, language), right=said.format(low=low, high=high)))
