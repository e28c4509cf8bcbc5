"""Sentences of a report: how each target stands, what its forecast rests on, what a scenario changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from forecast.plans.model import Indicator, Plan, Target
from forecast.reporting.cases import Case, Commitment, Value, cases
from forecast.reporting.voice import Voice
from forecast.study import Study

MINUS = "\N{MINUS SIGN}"
#: Probability from which a target is called more likely than not to be met.
LIKELY = 0.5


def title(study: Study, language: str) -> str:
    """Title of a report: plan, publisher and, under another scenario than the baseline, its name."""
    voice = Voice.of(study, language)
    name = f"{voice.text(study.plan.publisher)} – {voice.text(study.plan.title)}"
    return name if study.scenario.id == "baseline" else f"{name} – {voice.text(study.scenario.title)}"


def headline(study: Study, language: str) -> str:
    """Say in one sentence how the targets of a study stand."""
    voice = Voice.of(study, language)
    commitments = [item for case in cases(study) for item in case.commitments]
    parts = [part for part in _tally(commitments, voice) if part]
    _ = voice.translate
    sentence = "; ".join(parts) if parts else _("no target to follow")
    return f"{sentence[0].upper()}{sentence[1:]}."


def case_title(case: Case, voice: Voice) -> str:
    """Name an indicator; a forecast that rests on a proposed identification says so."""
    _ = voice.translate
    name = voice.text(case.indicator.name)
    proposal = case.indicator.identification if case.identified else None
    if proposal is None:
        return name
    rests = _("{indicator} – forecast that rests on a proposed identification ({likelihood}): {name}")
    likelihood = voice.likelihood(proposal.likelihood)
    return rests.format(indicator=name, likelihood=likelihood, name=voice.text(proposal.name))


def _tally(commitments: Sequence[Commitment], voice: Voice) -> list[str]:
    _ = voice.translate
    chances = [item.probability for item in commitments if item.probability is not None]
    status = Counter(_kind(item) for item in commitments)
    likely = sum(chance > LIKELY for chance in chances)
    share = _share(likely, len(chances), voice)
    assumed = sum(item.assumed for item in commitments if item.probability is not None)
    if assumed:
        share += voice.counted(" ({n} rests on an assumption)", " ({n} rest on an assumption)", assumed)
    counts = [
        voice.counted("{n} target met", "{n} targets met", status["met"]) if status["met"] else "",
        voice.counted("{n} target missed", "{n} targets missed", status["missed"]) if status["missed"] else "",
        voice.counted(
            "{n} target has passed without a published result",
            "{n} targets have passed without a published result",
            status["no_value"],
        )
        if status["no_value"]
        else "",
        voice.counted(
            "{n} target without the data for a forecast",
            "{n} targets without the data for a forecast",
            status["no_data"],
        )
        if status["no_data"]
        else "",
        voice.counted(
            "{n} target followed in words or dates", "{n} targets followed in words or dates", status["words"]
        )
        if status["words"]
        else "",
    ]
    return [share if chances else "", *counts]


def _share(likely: int, total: int, voice: Voice) -> str:
    """Say how many of the forecast targets are more likely than not to be met."""
    _ = voice.translate
    if total == 1:
        if likely:
            return _("the one forecast target is more likely than not to be met")
        return _("the one forecast target is more likely than not to be missed")
    if likely == 0:
        return _("none of the {total} forecast targets is more likely than not to be met").format(total=total)
    return voice.counted(
        "{n} of {total} forecast targets is more likely than not to be met",
        "{n} of {total} forecast targets are more likely than not to be met",
        likely,
        total=total,
    )


def _kind(item: Commitment) -> str:
    """Where a target counts in the headline."""
    if item.status in ("met", "missed", "no_value"):
        return item.status
    if item.target.kind in ("date", "text"):
        return "words"
    return "forecast" if item.probability is not None else "no_data"


def known_value(value: Value, voice: Voice) -> str:
    """Write a known value with its period and, unless it is exact, its status."""
    _ = voice.translate
    shown = voice.quantity(value.value, value.unit, exact=True)
    status = voice.status(value.status)
    period = voice.period(value.period.text)
    return f"{shown} ({period}, {status})" if status else f"{shown} ({period})"


def target_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say how one target stands."""
    _ = voice.translate
    target = item.target
    if not target.numeric:
        return _state_sentence(item, case, voice)
    goal = {"target": voice.level(target, case.indicator.unit), "due": voice.due(target)}
    match item.status:
        case "met":
            return _("Target met: {target}, due {due}.").format(**goal) + _last(case, voice)
        case "missed":
            return _("Target missed: {target}, due {due}.").format(**goal) + _last(case, voice)
        case "no_value":
            return _("Target {target}, due {due}: no value published at the due date.").format(**goal) + _last(
                case, voice
            )
        case "no_forecast":
            return _("Target {target}, due {due}: no value has been published, so there is no forecast.").format(**goal)
    if item.probability is None:
        return _("Target {target}, due {due}: the value of that date is still to be published.").format(**goal)
    return _chance_sentence(item, case, voice)


def _chance_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    _ = voice.translate
    row, unit = item.outlook, case.indicator.unit
    assert item.probability is not None
    said = _(
        "Target {target}, due {due}: probability of {probability}. Projected value: {median} (80% interval: {range})."
    ).format(
        probability=voice.probability(item.probability),
        target=voice.level(item.target, unit),
        due=voice.due(item.target),
        median=voice.quantity(row["median"], unit),
        range=voice.range(row["low"], row["high"], unit),
    )
    if item.assumed:
        said = _("Under an assumption: {sentence}").format(sentence=said)
    return said


def _last(case: Case, voice: Voice) -> str:
    _ = voice.translate
    if case.latest is None:
        return " " + _("No value has been published.")
    return " " + _("Last known value: {value}.").format(value=known_value(case.latest, voice))


def _state_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    _ = voice.translate
    goal = {"words": words(item.target, voice), "due": voice.due(item.target)}
    if item.target.kind == "change":
        said = _("{words}, due {due}: the starting value is not published, so the value aimed at is not known.")
    elif item.status == "no_value":
        said = _("{words}, due {due}: date passed, no published state found.")
    else:
        said = _("{words}, due {due}: followed as a state, with no probability.")
    return said.format(**goal) + (_last(case, voice) if case.latest else "")


def words(target: Target, voice: Voice) -> str:
    """Quote a target's own words; in the other language, our translation is marked as ours."""
    _ = voice.translate
    quoted = voice.quoted(target.words)
    if voice.translated and target.translation:
        return _("{words} (our translation: {translation})").format(words=quoted, translation=target.translation)
    return quoted


def gap_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say how far the projected value ends from the target, with its interval; empty without a forecast."""
    _ = voice.translate
    row, unit = item.outlook, case.indicator.unit
    if row.get("gap") is None:
        return ""
    side = _("short by {amount}") if row["gap"] > 0 else _("better than the target by {amount}")
    return f"{side.format(amount=voice.difference(row['gap'], unit))} ({gap_interval(row, voice)})"


def gap_interval(row: Mapping[str, Any], voice: Voice) -> str:
    """Say in words between which gaps the interval of 0.8 lies; no sign to be read."""
    _ = voice.translate
    low, high = row["gap_low"], row["gap_high"]
    if low > 0:
        text = _("80% interval: short by {low} to {high}")
    elif high <= 0:
        low, high, text = high, low, _("80% interval: {low} to {high} to spare")
    else:
        low, high, text = high, low, _("80% interval: short by {low} to {high} to spare")
    return text.format(low=voice.number(abs(low)), high=voice.number(abs(high)))


def signed_gap(gap: float, voice: Voice) -> str:
    """Write a gap as seen from the target: minus when short."""
    shown = voice.number(abs(gap))
    if shown == voice.number(0.0):
        return shown
    return f"{MINUS if gap > 0 else '+'}{shown}"


def pace_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Compare the pace required from the last value known with the recent one; empty without a forecast."""
    _ = voice.translate
    row, unit = item.outlook, case.indicator.unit
    if row.get("required_pace") is None or case.latest is None:
        return ""
    required = _("required pace since {period}: {pace}").format(
        period=voice.period(case.latest.period.text), pace=voice.pace(row["required_pace"], unit)
    )
    if row.get("recent_pace") is None:
        return required + "; " + _("recent pace unknown: only one date is known")
    return required + "; " + _("recent pace: {pace}").format(pace=voice.pace(row["recent_pace"], unit))


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
        parts.append(_("worse than the last known value: {probability}").format(probability=chance))
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
        return voice.counted("{n} day left", "{n} days left", days)
    if days == 0:
        return _("due today")
    return voice.counted("{n} day ago", "{n} days ago", -days)


def status_words(item: Commitment, voice: Voice) -> str:
    """Name a target's status, with a sign so that colour is not needed."""
    _ = voice.translate
    if item.status == "open" and item.target.kind == "change" and not item.target.numeric:
        return _("– no forecast")
    return {
        "open": _("… to come"),
        "met": _("✓ met"),
        "missed": _("✗ missed"),
        "no_value": _("? passed, no published result"),
        "no_forecast": _("– no forecast"),
    }[item.status]


def target_remarks(target: Target, voice: Voice) -> list[str]:
    """Say how a target is read, what else its source prints, and why a scenario changed it."""
    _ = voice.translate
    also = [
        _("the source also prints {words}: {note}").format(words=voice.quoted(other.words), note=voice.text(other.note))
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
    }
    return known.get(value.why, value.why) if value.why else ""


def objective(indicator: Indicator, plan: Plan) -> str | None:
    """Find the number of the orientation that an indicator stands under."""
    for number, orientation in plan.orientations.items():
        if indicator.under == number or indicator.under in orientation.objectives:
            return number
    return None
