"""What it would take, in one or two sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from forecast.reporting.changes import growth, lever_name
from forecast.reporting.voice import COUNTED_WHOLE, Voice, whole_units
from forecast.schema.language import NO_BREAK, check_language, format_exact
from forecast.seek import Answer, Setting
from forecast.study import Bench


def seek_text(answer: Answer, bench: Bench, language: str, *, brief: bool = False) -> str:
    """Say what it takes, what delay costs, and what the answer rests on; or why there is no answer.

    Magnitudes are rounded to the safe side, so that those printed give the probability too; `brief` leaves out what is
    said beside the chart already.
    """
    _plan, observed, _baseline = bench.forecast(answer.moved)
    voice = Voice(check_language(language), bench.catalogue.units, bench.plan.source_language, whole_units(observed))
    _ = voice.translate
    said = _refused(answer, bench, voice) if answer.refusal else _answered(answer, bench, voice)
    if answer.assumed:
        said = _("Under an assumption: {sentence}").format(sentence=said)
    return said if brief else " ".join([said, *_remarks(answer, bench, voice)])


def _subject(answer: Answer, bench: Bench, voice: Voice) -> str:
    """Name the indicator; a forecast that rests on a proposed identification says so."""
    _ = voice.translate
    indicator = bench.plan.indicators[answer.indicator]
    name, proposal = voice.text(indicator.name), indicator.identification
    if proposal is None or answer.before is None:
        return name
    rests = _("{indicator} – forecast that rests on a proposed identification ({likelihood}): {name}")
    likelihood = voice.identification(proposal.likelihood)
    return rests.format(indicator=name, likelihood=likelihood, name=voice.text(proposal.name))


def _goal(answer: Answer, bench: Bench, voice: Voice) -> dict[str, str]:
    """What every sentence names: the indicator, its target with the due date, and the probabilities."""
    _ = voice.translate
    target = answer.target
    told = {"subject": _subject(answer, bench, voice), "probability": voice.probability(answer.probability)}
    if target is None:
        return told
    due = voice.due(target)
    if target.moved_from:
        due = _("{due} (plan: {plan})").format(due=due, plan=voice.period(target.moved_from))
    told |= {"target": voice.level(target, bench.plan.indicators[answer.indicator].unit, assumed=answer.assumed)}
    return told | {"due": due, "before": "" if answer.before is None else voice.share(answer.before)}


def _answered(answer: Answer, bench: Bench, voice: Voice) -> str:
    _ = voice.translate
    told = _goal(answer, bench, voice) | {"settings": _settings(answer.settings, bench, voice)}
    if answer.already and all(one.magnitude == one.rest for one in answer.settings):
        said = _(
            "{subject}: nothing more is needed; as things stand, the probability of meeting the target {target},"
            " due {due}, is {before}."
        )
    elif answer.already:
        said = _(
            "{subject}: the forecast alone gives a probability of {before} of meeting the target {target}, due {due};"
            " for {probability}, {settings} would be enough."
        )
    elif answer.levers:
        said = _(
            "{subject}: to meet the target {target}, due {due}, with a probability of {probability}, it takes"
            " {settings}; without, the probability is {before}."
        )
    else:
        (pace,) = answer.settings
        told["own"] = voice.pace(pace.rest, bench.plan.indicators[answer.indicator].unit)
        said = _(
            "{subject}: to meet the target {target}, due {due}, with a probability of {probability}, it takes"
            " {settings}; the forecast makes {own}, for a probability of {before}."
        )
    return said.format(**told)


def _refused(answer: Answer, bench: Bench, voice: Voice) -> str:
    _ = voice.translate
    told = _goal(answer, bench, voice) | {"following": answer.following.text if answer.following else ""}
    match answer.refusal:
        case "no_target":
            said = _("{subject}: it has no target in numbers, so that nothing can be sought.")
        case "past":
            said = _("{subject}: the due date, {due}, has passed; try --by {following}.")
        case "observed":
            said = _("{subject}: the last known value is not before the due date, {due}; try --by {following}.")
        case "no_forecast":
            said = _("{subject}: no published value was found, so that there is no forecast and no answer.")
        case "no_effect":
            told["levers"] = voice.joined([_lever_name(name, bench, voice) for name in answer.levers])
            said = _(
                "{subject}: moving {levers} changes nothing at the due date, {due}; the probability of meeting the"
                " target {target} stays {before}."
            )
        case _:
            return _out_of_reach(answer, told, bench, voice)
    return said.format(**told)


def _out_of_reach(answer: Answer, told: dict[str, str], bench: Bench, voice: Voice) -> str:
    """Say that nothing admissible is enough, and what gives the most."""
    _ = voice.translate
    assert answer.reached is not None
    if all(one.magnitude == one.rest for one in answer.settings):
        said = _(
            "{subject}: no admissible value gives a probability of {probability} of meeting the target {target},"
            " due {due}, nor more than without: {before}."
        )
        return said.format(**told)
    said = _(
        "{subject}: no admissible value gives a probability of {probability} of meeting the target {target}, due {due};"
        " the most is {best}, with {settings}, against {before} without."
    )
    return said.format(**told, best=voice.share(answer.reached), settings=_settings(answer.settings, bench, voice))


def _remarks(answer: Answer, bench: Bench, voice: Voice) -> Iterator[str]:
    """What delay costs, and what a reader must know."""
    _ = voice.translate
    if answer.delays:
        yield _("If it starts later: {delays}.").format(delays="; ".join(_delays(answer, bench, voice)))
    if not answer.rising:
        yield _("Going farther does not always raise the probability.")
    if answer.observations == 1 and answer.before is not None:
        yield _("The forecast rests on one observation.")


def _delays(answer: Answer, bench: Bench, voice: Voice) -> Iterator[str]:
    """What it takes with each later start; starts that take no more are told together."""
    _ = voice.translate
    now = [amount(one, bench, voice) for one in answer.settings]
    same = [delay for delay in answer.delays if [amount(one, bench, voice) for one in delay.settings] == now]
    if same:
        yield _("as much up to {start}").format(start=voice.period(same[-1].start))
    for delay in answer.delays:
        if not delay.settings:
            yield _("from {start} on it is too late").format(start=voice.period(delay.start))
        elif delay not in same:
            yield _settings(delay.settings, bench, voice)


def _settings(settings: Sequence[Setting], bench: Bench, voice: Voice) -> str:
    return voice.joined([_setting(one, bench, voice) for one in settings])


def _setting(setting: Setting, bench: Bench, voice: Voice) -> str:
    """Say where a lever is put, from when on."""
    _ = voice.translate
    told = {"amount": amount(setting, bench, voice), "start": voice.period(setting.start)}
    if setting.lever is None:
        return _("a pace of {amount} from {start} on").format(**told)
    return _("{lever} at {amount} from {start} on").format(lever=_lever_name(setting.lever, bench, voice), **told)


def _lever_name(name: str, bench: Bench, voice: Voice) -> str:
    return voice.quoted(lever_name(name, bench.plan, voice))


def amount(setting: Setting, bench: Bench, voice: Voice) -> str:
    """Write a magnitude, rounded to the safe side."""
    _ = voice.translate
    unit = bench.plan.item(setting.on).unit
    value = round_safely(setting, whole=unit in voice.counts)
    match setting.change:
        case "growth":
            return growth(value, str(setting.unit), voice)
        case "multiply":
            return f"×{NO_BREAK}{format_exact(value, voice.language)}"
        case "add":
            sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
            return f"{sign}{voice.difference(value, unit)}"
        case "close_gap":
            return _("{percent} of the gap").format(percent=voice.quantity(value, "%"))
        case "cap":
            return _("{value} at most").format(value=voice.quantity(value, unit))
    return voice.quantity(value, unit)


def round_safely(setting: Setting, *, whole: bool = False) -> float:
    """Round a magnitude to as many digits as are shown, to the side that keeps the probability, within its bounds.

    `whole` tells that its unit counts things that do not come in parts.
    """
    value, size = setting.magnitude, abs(setting.magnitude)
    digits = 2 if size < 1 or setting.change == "multiply" else 1 if size < 100 else 0
    if size >= 1000:
        digits = 2 - math.floor(math.log10(size))
    if whole and (size >= COUNTED_WHOLE or setting.change in ("add", "set", "cap")):
        digits = min(digits, 0)
    step = 10.0**-digits
    # what the search leaves beyond a round number is no reason to go a whole step farther
    number = math.ceil(value / step - 1e-6) if setting.upward else math.floor(value / step + 1e-6)
    low, high = setting.bounds
    return min(max(round(number * step, max(digits, 0)), low), high)
