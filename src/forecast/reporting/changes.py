"""What a scenario changes and assumes, with reasons and sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.plans.magnitudes import Magnitude, Range, middle
from forecast.plans.model import ChangeKind, Lever, Plan, Series
from forecast.reporting.adjustments import course_sentence, judgment_sentence, tree_items
from forecast.reporting.markup import Html, bullets, element, paragraphs, part
from forecast.reporting.text import moved_label
from forecast.reporting.voice import Voice
from forecast.scenarios.model import Change
from forecast.schema.language import NO_BREAK, format_exact
from forecast.study import Study


def scenario_notes(study: Study, language: str) -> Html:
    """What the scenario changes and assumes, with reasons and sources."""
    voice = Voice.of(study, language)
    _ = voice.translate
    scenario, plan = study.scenario, study.plan
    content = [element("h2", _("Scenario")), paragraphs([voice.text(scenario.description)])]
    if scenario.is_baseline and scenario.id != "baseline":
        content.append(paragraphs([_("Nothing is changed or assumed.")], "note"))
    changes = [change_sentence(change, study, voice) for change in scenario.changes]
    content += _titled(_("What is changed"), bullets([_founded(*said) for said in changes]))
    courses = [course_sentence(one, study, voice) for one in scenario.recipes]
    content += _titled(_("Recipes that are followed"), bullets([_founded(*said) for said in courses]))
    judged = [judgment_sentence(one, study, voice) for one in scenario.judgments]
    content += _titled(_("What is adjusted by judgment"), bullets([_founded(*said) for said in judged]))
    assumed = [
        _founded(
            _("{name}: starting value of {value} ({period})").format(
                name=voice.text(plan.item(name).name),
                value=amount(item.value, "set", item.unit, plan.item(name), voice),
                period=voice.period(item.period),
            ),
            voice.text(item.reason),
            (),
            _("assumption, without a source"),
        )
        for name, item in scenario.assumptions.items()
        if name in {**plan.indicators, **plan.drivers}
    ]
    content += _titled(_("What is assumed"), bullets(assumed))
    content += _titled(_("Targets that are changed"), bullets(list(_moved(study, voice))))
    content += _titled(_("What is computed from drivers"), bullets(list(tree_items(study, voice))))
    return part("section", content, language)


def _titled(heading: str, content: Html) -> list[Html]:
    return [element("h3", heading), content] if content else []


def _founded(said: str, reason: str, sources: Sequence[str], label: str) -> Html:
    """Something changed or assumed, why, and where its size comes from."""
    links = ", ".join(element("a", source, href=f"#{source}").text for source in sources)
    where = f"{element('span', label, class_='mark').text} {links}".strip()
    return Html(f"{element('strong', said).text} {where}<br>{element('span', reason).text}")


def _moved(study: Study, voice: Voice) -> Iterator[Html]:
    _ = voice.translate
    for name, indicator in study.plan.indicators.items():
        for target in indicator.targets:
            if target.reason is not None:
                assumed = name in study.scenario.assumptions
                now = _("{name}: now {target}, due {due}").format(
                    name=voice.text(indicator.name),
                    target=voice.level(target, indicator.unit, assumed=assumed),
                    due=voice.due(target),
                )
                yield _founded(now, voice.text(target.reason), (), moved_label(target, voice))


def change_sentence(change: Change, study: Study, voice: Voice) -> tuple[str, str, tuple[str, ...], str]:
    """Say what a scenario changes, why, from which sources, and whether its size is our assumption."""
    _ = voice.translate
    item = study.plan.item(change.on) if change.on in {**study.plan.indicators, **study.plan.drivers} else None
    said = {
        "set": _("{name}: set to {amount}"),
        "hold": _("{name}: kept where it stands"),
        "growth": _("{name}: changes by {amount}"),
        "multiply": _("{name}: multiplied by {amount}"),
        "add": _("{name}: {amount} more"),
        "close_gap": _("{name}: closes {amount} of the gap to the target"),
        "cap": _("{name}: not above {amount}"),
    }[change.change]
    if change.change == "add" and change.value is not None and _center(change.value) < 0:
        said = _("{name}: {amount} less")
    name = voice.text(item.name) if item else change.on
    text = said.format(name=name, amount=amount(change.value, change.change, change.unit, item, voice))
    parts = [text, *_when(change, voice)]
    label = _("assumption") if change.assumed else _("size from:")
    return ", ".join(parts), voice.text(change.reason), change.source, label


def _when(change: Change, voice: Voice) -> Iterator[str]:
    """Say from when a change acts, until when, and how it comes in."""
    _ = voice.translate
    if change.start:
        yield _("from {start} on").format(start=voice.period(change.start))
    shapes = {
        "ramp": _("step by step"),
        "s_curve": _("slowly, then faster, then slowly"),
        "pulse": _("for a time"),
        "pulse_train": _("again and again"),
        "delay": _("with a delay"),
        "shock": _("as a shock that wears off"),
    }
    if change.profile.shape in shapes:
        yield shapes[change.profile.shape]
    if change.until:
        yield _("until {end}").format(end=voice.period(change.until))


def amount(value: Magnitude | None, kind: ChangeKind, unit: str | None, item: Series | None, voice: Voice) -> str:
    """Write the magnitude of a change; of a range its likeliest or middle value, and between which ends it lies."""
    _ = voice.translate
    if value is None:
        return ""
    center = _center(value)
    own = item.unit if item else unit
    said = {
        "growth": lambda: growth(center, str(unit), voice),
        "multiply": lambda: format_exact(center, voice.language),
        "close_gap": lambda: voice.quantity(center, "%", exact=True),
        "add": lambda: voice.difference(abs(center), own),
    }.get(kind, lambda: voice.quantity(center, own, exact=True))()
    if not isinstance(value, Range):
        return said
    low, high = (_end(end, kind, unit, own, voice) for end in (value.low, value.high))
    return _("{amount} (between {low} and {high})").format(amount=said, low=low, high=high)


def lever_amount(value: float, lever: Lever, plan: Plan, voice: Voice) -> str:
    """Write where a lever is put: `+2 centres`, `+8% a year, compounded`, `×1.1`."""
    unit = plan.item(lever.on).unit
    if lever.change == "growth":
        return growth(value, str(lever.unit), voice)
    if lever.change == "multiply":
        return f"×{NO_BREAK}{format_exact(value, voice.language)}"
    if lever.change == "close_gap":
        return voice.quantity(value, "%", exact=True)
    if lever.change == "add":
        size = voice.difference(value, unit) if unit == "%" else voice.quantity(abs(value), unit, exact=True)
        return f"{_sign(value)}{size}"
    return voice.quantity(value, unit, exact=True)


def lever_name(name: str, plan: Plan, voice: Voice) -> str:
    """Name a lever, or what it acts on where it has no name."""
    lever = plan.levers[name]
    return voice.text(lever.name or plan.item(lever.on).name)


def _center(value: Magnitude) -> float:
    if not isinstance(value, Range):
        return value
    return middle(value) if value.likely is None else value.likely


def _end(value: float, kind: ChangeKind, unit: str | None, own: str | None, voice: Voice) -> str:
    """Write one end of a range: short, with its sign where it adds to something."""
    if kind == "multiply":
        return format_exact(value, voice.language)
    if kind in ("growth", "add"):
        compound = kind == "growth" and unit == "%/year"
        size = voice.quantity(abs(value), "%", exact=True) if compound else voice.difference(abs(value), own)
        return f"{_sign(value)}{size}"
    return voice.quantity(value, "%" if kind == "close_gap" else own, exact=True)


def _sign(value: float) -> str:
    return "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""


def growth(value: float, unit: str, voice: Voice) -> str:
    """Write the pace of a change: compound in percent, or linear in the unit of the indicator."""
    _ = voice.translate
    if unit == "%/year":
        size = voice.quantity(abs(value), "%", exact=True)
        return _("{amount} a year, compounded").format(amount=f"{_sign(value)}{size}")
    plain = unit.removesuffix("/year")
    return voice.pace(value, "%" if plain == "points" else plain)
