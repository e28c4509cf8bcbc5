"""Sentences of a report: how each target stands, what was known, how its words are read."""

from __future__ import annotations

from datetime import date

from forecast.plans.model import Indicator, Plan, Target
from forecast.reporting.ages import age
from forecast.reporting.cases import Case, Commitment, Value
from forecast.reporting.voice import Voice
from forecast.scenarios.apply import ASKED
from forecast.study import Study


def title(study: Study, language: str) -> str:
    """Title of a report: plan, publisher and, under another scenario than the baseline, its name."""
    voice = Voice.of(study, language)
    name = f"{voice.text(study.plan.publisher)} – {voice.text(study.plan.title)}"
    return name if study.scenario.id == "baseline" else f"{name} – {voice.text(study.scenario.title)}"


def case_title(case: Case, voice: Voice) -> str:
    """Name an indicator; a forecast that rests on a proposed identification says so."""
    _ = voice.translate
    name = voice.text(case.indicator.name)
    proposal = case.indicator.identification if case.identified else None
    if proposal is None:
        return name
    rests = _("{indicator} – forecast that rests on a proposed identification ({likelihood}): {name}")
    likelihood = voice.identification(proposal.likelihood)
    return rests.format(indicator=name, likelihood=likelihood, name=voice.text(proposal.name))


def known_value(value: Value, voice: Voice) -> str:
    """Write a known value with its period and, unless it is exact, its status."""
    shown = voice.quantity(value.value, value.unit, exact=True)
    status = voice.status(value.status)
    period = voice.period(value.period.text)
    return f"{shown} ({period}, {status})" if status else f"{shown} ({period})"


def moved_label(target: Target, voice: Voice) -> str:
    """Say that a target is not the plan's own any more; empty when it is."""
    _ = voice.translate
    if target.reason is None:
        return ""
    if target.reason == ASKED:
        said, plan = _("date asked for by the reader (plan: {due})"), _("date asked for by the reader")
    else:
        said, plan = _("target changed by the scenario (plan: {due})"), _("target changed by the scenario")
    return said.format(due=voice.period(target.moved_from)) if target.moved_from else plan


def level(item: Commitment, case: Case, voice: Voice, *, bare: bool = False) -> str:
    """Write the level of a target in numbers."""
    return voice.level(item.target, case.indicator.unit, assumed=case.supposed, bare=bare)


def target_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say how one target stands."""
    _ = voice.translate
    if not item.target.numeric:
        return _state_sentence(item, case, voice)
    if item.probability is not None:
        return _chance_sentence(item, case, voice)
    goal = _goal(item, case, voice)
    match item.status:
        case "met":
            return _("Target met: {target}, due {due}.").format(**goal) + _result(item, case, voice)
        case "missed":
            return _("Target missed: {target}, due {due}.").format(**goal) + _result(item, case, voice)
        case "no_value":
            said = _("Target {target}, due {due}: no published value found for the due date.")
            return f"{said.format(**goal)} {last_known(case, voice)}"
        case "no_forecast":
            said = _("Target {target}, due {due}: no published value was found, so there is no forecast.")
            return said.format(**goal)
    return _("Target {target}, due {due}: the value of that date is still to be published.").format(**goal)


def _goal(item: Commitment, case: Case, voice: Voice) -> dict[str, str]:
    """Level and due date, and whether the target is the plan's own."""
    due = ", ".join(part for part in (voice.due(item.target), moved_label(item.target, voice)) if part)
    return {"target": level(item, case, voice), "due": due}


def _chance_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    _ = voice.translate
    row, unit = item.outlook, case.indicator.unit
    assert item.probability is not None
    said = _("Target {target}, due {due}: {probability}. Projected value: {median} (80% interval: {range}).").format(
        probability=voice.chance(item.probability),
        median=voice.quantity(row["median"], unit),
        range=voice.range(row["low"], row["high"], unit),
        **_goal(item, case, voice),
    )
    if case.forced:
        said = _("Path changed by the scenario: {sentence}").format(sentence=said)
    return _("Under an assumption: {sentence}").format(sentence=said) if item.assumed else said


def _result(item: Commitment, case: Case, voice: Voice) -> str:
    """Give the value that decided, and the last one known where it is another."""
    _ = voice.translate
    decided = case.decision(item)
    if decided is None:
        return ""
    said = " " + _("Value at the due date: {value}.").format(value=known_value(decided, voice))
    return said if decided is case.latest else f"{said} {last_known(case, voice)}"


def last_known(case: Case, voice: Voice) -> str:
    """Give the last value known; an assumed one is never called known."""
    _ = voice.translate
    if case.latest is None:
        return _("No published value was found.")
    value = known_value(case.latest, voice)
    if case.supposed:
        return _("Assumed starting value: {value}.").format(value=value)
    return _("Last known value: {value}.").format(value=value)


def _state_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    _ = voice.translate
    goal = {"words": words(item.target, voice), "due": voice.due(item.target)}
    if item.target.kind == "change":
        said = _("{words}, due {due}: no published starting value was found, so the value aimed at is not known.")
    elif item.status == "no_value":
        said = _("{words}, due {due}: date passed, no published state found.")
    else:
        said = _("{words}, due {due}: followed as a state, with no probability.")
    return said.format(**goal) + (f" {last_known(case, voice)}" if case.latest else "")


def words(target: Target, voice: Voice) -> str:
    """Quote a target's own words; in the other language, our translation is marked as ours."""
    _ = voice.translate
    quoted = voice.quoted(target.words)
    if voice.translated and target.translation:
        return _("{words} (our translation: {translation})").format(words=quoted, translation=target.translation)
    return quoted


def sentence(text: str) -> str:
    """Make a sentence of a text: capital and full stop; nothing of nothing."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def other_chances(item: Commitment, case: Case, voice: Voice) -> str:
    """Say the probabilities of holding the target and of ending worse, and the first plausible date."""
    _ = voice.translate
    row = item.outlook
    parts = []
    if row.get("probability_held") is not None:
        chance = voice.probability(row["probability_held"])
        parts.append(_("met and still held a year later: {probability}").format(probability=chance))
    if row.get("probability_worse") is not None:
        chance = voice.probability(row["probability_worse"])
        said = _("worse than the last known value: {probability}")
        if case.supposed:
            said = _("worse than the assumed starting value: {probability}")
        parts.append(said.format(probability=chance))
    if item.probability is not None:
        first = row.get("first_plausible")
        plausible = voice.period(first) if first else _("none in the periods forecast")
        parts.append(
            _("first period at which meeting it is at least as likely as not: {period}").format(period=plausible)
        )
    return "; ".join(parts)


def days_sentence(target: Target, as_of: date, voice: Voice) -> str:
    """Say how many days are left, or how long ago the date passed."""
    _ = voice.translate
    if target.due_date is None:
        return _("no due date")
    days = (target.due_date - as_of).days
    if days > 0:
        return _("in {age}").format(age=age(days, voice.language))
    if days == 0:
        return _("due today")
    return _("{age} ago").format(age=age(-days, voice.language))


def status_words(item: Commitment, case: Case, voice: Voice) -> str:
    """Name a target's status, with a sign so that colour is not needed; a verdict on an inexact value says so."""
    _ = voice.translate
    if item.status == "open" and item.target.kind == "change" and not item.target.numeric:
        return _("– no forecast")
    said = {
        "open": _("… to come"),
        "met": _("✓ met"),
        "missed": _("✗ missed"),
        "no_value": _("? passed, no published result found"),
        "no_forecast": _("– no forecast"),
    }[item.status]
    decided = case.decision(item)
    if decided is None or decided.status == "exact":
        return said
    value = voice.quantity(decided.value, decided.unit, exact=True, bare=True)
    return f"{said} " + _("({status} value: {value})").format(status=voice.status(decided.status), value=value)


def unit_beside(case: Case, voice: Voice) -> str:
    """Unit to write beside an indicator's name; nothing where the name ends with it, or for a percentage."""
    unit = voice.unit_name(case.indicator.unit) if case.indicator.numeric else ""
    name = voice.text(case.indicator.name).rstrip(" ).").lower()
    return "" if case.indicator.unit == "%" or (unit and name.endswith(unit.lower())) else unit


def target_remarks(target: Target, voice: Voice) -> list[str]:
    """Say how a target is read, what else its source gives, and why a scenario changed it."""
    _ = voice.translate
    also = [
        _("the source also gives {words}: {note}").format(words=voice.quoted(other.words), note=voice.text(other.note))
        for other in target.also
    ]
    changed = [_("changed: {reason}").format(reason=voice.text(target.reason))] if target.reason else []
    return [part for part in (voice.readings(target), *also, voice.text(target.note), *changed) if part]


def why_chosen(value: Value, voice: Voice) -> str:
    """Say why one of several values of a period is used, or not."""
    _ = voice.translate
    known = {
        "more exact status": _("the more exact status is used"),
        "later publication": _("the later publication is used"),
        "replaced by an assumption": _("replaced by an assumption"),
    }
    return known.get(value.why, value.why) if value.why else ""


def objective(indicator: Indicator, plan: Plan) -> str | None:
    """Find the number of the orientation that an indicator stands under."""
    for number, orientation in plan.orientations.items():
        if indicator.under == number or indicator.under in orientation.objectives:
            return number
    return None
