"""What a scenario changes and assumes, with reasons and sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.reporting.markup import Html, bullets, element, paragraphs, part
from forecast.reporting.text import moved_label
from forecast.reporting.voice import Voice
from forecast.scenarios.model import Change
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
    assumed = [
        _founded(
            _("{name}: starting value of {value} ({period})").format(
                name=voice.text(plan.item(name).name),
                value=voice.quantity(item.value, item.unit, exact=True),
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
    name = voice.text(item.name) if item else change.on
    if change.change == "set":
        amount = voice.quantity(change.value, change.unit, exact=True)
        said = _("{name}: set to {amount} from {start} on")
    else:
        amount = growth(change, voice)
        said = _("{name}: changes by {amount} from {start} on")
    text = said.format(name=name, amount=amount, start=voice.period(change.start))
    return text, voice.text(change.reason), change.source, _("assumption") if change.assumed else _("size from:")


def growth(change: Change, voice: Voice) -> str:
    """Write the pace of a change: compound in percent, or linear in the unit of the indicator."""
    _ = voice.translate
    sign = "+" if change.value > 0 else "\N{MINUS SIGN}"
    if change.unit == "%/year":
        amount = voice.quantity(abs(change.value), "%", exact=True)
        return _("{amount} a year, compounded").format(amount=f"{sign}{amount}")
    unit = change.unit.removesuffix("/year")
    return voice.pace(change.value, "%" if unit == "points" else unit)
