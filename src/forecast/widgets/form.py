"""The form of the explorer: its fields, made from the plan's levers, its target and what is assumed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from forecast.models import registry
from forecast.plans.magnitudes import Range, middle
from forecast.plans.model import Indicator, Lever, Operator, Plan, Target
from forecast.reporting.basis import model_name
from forecast.reporting.cases import Case
from forecast.reporting.changes import lever_amount, lever_name
from forecast.reporting.voice import Voice
from forecast.scenarios.library import pull_levers
from forecast.scenarios.model import LeverMove
from forecast.scenarios.neutral import find_neutral
from forecast.schema.language import LANGUAGES, format_exact
from forecast.study import Study
from forecast.widgets.choices import acts
from forecast.widgets.state import ASSUMED, INTERVALS, LEVER, START, State
from forecast.widgets.workshop import Desk, Seen

Field = dict[str, Any]
#: Places on a slider between its ends, about.
PLACES = 200


@dataclass(frozen=True)
class Look:
    """A state as it is shown: its study and the voice that speaks of it.

    Attributes
    ----------
    case : Case
        The indicator chosen.
    """

    state: State
    study: Study
    case: Case
    voice: Voice
    desk: Desk
    seen: Seen

    @property
    def plan(self) -> Plan:
        """The plan with its targets as the scenario has them."""
        return self.study.plan

    @property
    def indicator(self) -> Indicator:
        """The indicator chosen, with its targets as the scenario has them."""
        return self.study.plan.indicators[self.state.indicator]

    @property
    def target(self) -> Target | None:
        """Last target in numbers."""
        return next((one for one in reversed(self.indicator.targets) if one.numeric), None)

    def levers(self) -> dict[str, Lever]:
        """Levers of the plan that act on the indicator."""
        return {name: one for name, one in self.plan.levers.items() if acts(one, self.state.indicator, self.plan)}


def groups(look: Look) -> list[dict[str, Any]]:
    """All fields in their groups; a group without fields is left out."""
    _ = look.voice.translate
    made = [
        ("choice", _("What is looked at"), list(_what(look))),
        ("levers", _("Levers"), list(_levers(look))),
        ("target", _("Target"), list(_target(look))),
        ("assumptions", _("Assumptions"), list(_assumptions(look))),
        ("method", _("Method"), list(_method(look))),
    ]
    return [{"id": id, "title": title, "fields": fields} for id, title, fields in made if fields]


def _what(look: Look) -> Iterator[Field]:
    voice, state, desk = look.voice, look.state, look.desk
    _ = voice.translate
    names = {"fr": "Français", "en": "English"}
    yield _choice("language", _("Language"), state.language, {one: names[one] for one in LANGUAGES}) | {
        "kind": "switch"
    }
    plans = {one: voice.text(desk.title(one)) for one in desk.catalogue.plan_ids}
    yield _choice("plan", _("Plan"), state.plan, plans)
    indicators = {
        name: f"{one.number}. {voice.text(one.name)}" for name, one in desk.plan(state.plan).indicators.items()
    }
    yield _choice("indicator", _("Indicator"), state.indicator, indicators)
    scenarios = {one: voice.text(desk.scenario(state.plan, one).title) for one in desk.scenarios_of(state.plan)}
    about = voice.text(desk.scenario(state.plan, state.scenario).description)
    yield _choice("scenario", _("Scenario to start from"), state.scenario, scenarios) | {"help": about}


def _target(look: Look) -> Iterator[Field]:
    voice, state, target = look.voice, look.state, look.target
    _ = voice.translate
    if target is None:
        return
    own = next(one for one in reversed(look.desk.plan(state.plan).indicators[state.indicator].targets) if one.numeric)
    if target.high is None:
        signs = {
            ">=": _("at least (≥)"),
            "<=": _("at most (≤)"),
            ">": _("above (>)"),
            "<": _("below (<)"),
            "=": _("exactly (=)"),
        }
        known = {one: signs[one] for one in get_args(Operator)}
        yield _choice("operator", _("Operator"), str(target.operator or "="), known)
    plan_words = _("In the plan: {words}").format(words=voice.quoted(own.words))
    yield _text("value", _("Value"), format_exact(target.value or 0.0, voice.language)) | {
        "unit": voice.unit_name(look.indicator.unit),
        "help": plan_words,
    }
    due = _("A year (2028), a fiscal year (2027-2028) or a month (2028-03). In the plan: {due}")
    yield _text("due", _("Due date"), target.due or "") | {"help": due.format(due=voice.due(own))}


def _levers(look: Look) -> Iterator[Field]:
    voice, state = look.voice, look.state
    _ = voice.translate
    for name, lever in look.levers().items():
        title = lever_name(name, look.plan, voice)
        yield {
            "id": f"{LEVER}{name}",
            "kind": "range",
            "label": title,
            "help": voice.text(lever.note),
            **span(lever, look),
            **lever_values(name, lever, look),
        }
        move = look.study.scenario.levers.get(name)
        yield _text(f"{START}{name}", _("From"), state.starts.get(name) or (move.start if move else None) or "") | {
            "aria": _("{lever}: first period").format(lever=title),
            "placeholder": _("first period"),
            "beside": f"{LEVER}{name}",
        }


def lever_values(name: str, lever: Lever, look: Look) -> Field:
    """Where a lever stands: as it is moved, or where it would do nothing."""
    _ = look.voice.translate
    move = look.study.scenario.levers.get(name)
    if move is None or move.value is None:
        rest = neutral(name, lever, look)
        return {"value": rest, "text": "", "shown": _("not moved")}
    value = middle(move.value)
    shown = lever_amount(value, lever, look.plan, look.voice)
    if isinstance(move.value, Range):
        ends = (lever_amount(end, lever, look.plan, look.voice) for end in (move.value.low, move.value.high))
        shown = _("{amount} (between {low} and {high})").format(
            amount=shown, **dict(zip(("low", "high"), ends, strict=True))
        )
    return {"value": value, "text": format_exact(value, look.voice.language), "shown": shown}


def neutral(name: str, lever: Lever, look: Look) -> float:
    """Magnitude at which a lever does nothing, within its bounds; their middle where nothing is forecast."""
    if name in look.seen.rests:  # the forecast before any lever moves has it
        return look.seen.rests[name]
    low, high = lever.bounds
    (change,) = pull_levers({name: LeverMove.model_construct(value=0.0, start=None)}, look.plan)
    study = look.study
    rest = find_neutral(change, study.baseline.paths.get(lever.on) or study.trajectories.paths.get(lever.on))
    look.seen.rests[name] = min(max((low + high) / 2 if rest is None else rest, low), high)
    return look.seen.rests[name]


def span(lever: Lever, look: Look) -> Field:
    """Ends and step of a lever's slider; what is counted moves by whole numbers."""
    low, high = lever.bounds
    rough = (high - low) / PLACES
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(times * size for times in (1, 2, 5, 10) if times * size >= rough * (1 - 1e-9))
    counted = look.plan.item(lever.on).unit in look.voice.counts and lever.change in ("add", "set", "cap")
    return {"min": low, "max": high, "step": max(1.0, round(step)) if counted else step}


def _assumptions(look: Look) -> Iterator[Field]:
    voice = look.voice
    _ = voice.translate
    for name in assumable(look):
        item = look.plan.item(name)
        driver = look.desk.plan(look.state.plan).drivers.get(name)
        help_ = _("Nobody published a value: what follows from it is an assumption, and says so.")
        if driver is not None and driver.assumed is not None:
            help_ = _("The plan assumes {value}.").format(value=_assumed(driver.assumed.value, item.unit, voice))
        title = _("Starting value assumed: {name}") if name == look.state.indicator else "{name}"
        yield _text(f"{ASSUMED}{name}", title.format(name=voice.text(item.name)), _supposed(name, look)) | {
            "unit": voice.unit_name(item.unit),
            "help": help_,
        }


def _supposed(name: str, look: Look) -> str:
    """Write what is assumed: what the reader said, or else the scenario; empty where neither says anything."""
    said: float | None = look.state.assumptions.get(name)
    if said is None and name in look.study.scenario.assumptions:
        said = middle(look.study.scenario.assumptions[name].value)
    return "" if said is None else format_exact(said, look.voice.language)


def assumable(look: Look) -> list[str]:
    """What no value was published of: the indicator itself, and drivers that it is computed from."""
    known = look.seen.known
    near = [look.state.indicator, *sorted(look.plan.named_by(look.state.indicator))]
    return [
        name
        for name in near
        if name not in known and look.plan.item(name).measure in ("flow", "stock") and _leaf(name, look)
    ]


def _leaf(name: str, look: Look) -> bool:
    """Whether nothing computes it from what is known or assumed."""
    return look.plan.item(name).formula is None or name == look.state.indicator


def _assumed(value: float | Range, unit: str | None, voice: Voice) -> str:
    if isinstance(value, Range):
        return voice.range(value.low, value.high, unit)
    return voice.quantity(value, unit, exact=True)


def _method(look: Look) -> Iterator[Field]:
    voice, state = look.voice, look.state
    _ = voice.translate
    if look.indicator.numeric:
        models = {name: model_name(name, voice) for name in registry.REGISTRY}
        yield _choice("model", _("Model"), state.model, models)
        widths = {str(one): voice.counted("{n}%", "{n}%", one) for one in INTERVALS}
        yield _choice("interval", _("Widest interval"), str(state.interval), widths)
    yield _text("as_of", _("As known on"), state.as_of.isoformat()) | {"placeholder": "2026-12-31"}


def _choice(id: str, label: str, value: str, options: dict[str, str]) -> Field:
    chosen = [{"value": key, "label": text} for key, text in options.items()]
    return {"id": id, "kind": "choice", "label": label, "value": value, "options": chosen}


def _text(id: str, label: str, text: str) -> Field:
    return {"id": id, "kind": "text", "label": label, "value": text, "text": text}


def moving_fields(look: Look) -> dict[str, Field]:
    """Values of the fields that follow what is moved, by id: those that a slider and its text share, and the target."""
    kept = ("value", "text", "shown")
    fields = {
        field["id"]: {key: field[key] for key in kept if key in field} for field in (*_target(look), *_levers(look))
    }
    texts = {f"{ASSUMED}{name}": _supposed(name, look) for name in assumable(look)}
    return fields | {id: {"value": text, "text": text} for id, text in texts.items()}
