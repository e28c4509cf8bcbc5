"""What a forecast rests on: observations, span, freshness, models, and what a reader must know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from forecast.reporting.ages import age
from forecast.reporting.cases import Case, Value
from forecast.reporting.doubts import doubts, error_width
from forecast.reporting.voice import Voice
from forecast.schema.periods import Period
from forecast.study import Study


def basis(case: Case, study: Study, voice: Voice) -> list[str]:
    """Say what a forecast rests on: observations, span, freshness, models, and what a reader must know."""
    _ = voice.translate
    if case.path is None:
        return [_missing(case, voice)] if case.indicator.numeric else []
    real = [value for value in case.used if value.status != "assumed"]
    return [
        _observed(real, case, study.as_of, voice),
        *_exactness(case, voice),
        *doubts(case, study, voice),
        *_notes(case, voice),
        *_record(case, voice),
        _models(case, voice),
    ]


def _missing(case: Case, voice: Voice) -> str:
    _ = voice.translate
    printed = case.indicator.baseline.words if case.indicator.baseline else ""
    start = _("The plan gives no starting value.") if printed.strip("–- ") == "" else ""
    if case.indicator.measure == "stock":
        said = _(
            "No published value was found, so there is no forecast: only the commitment is shown."
            " Missing: at least one measured value on a date (unit: {unit})."
        )
    else:
        said = _(
            "No published value was found, so there is no forecast: only the commitment is shown."
            " Missing: at least one measured value over a period (unit: {unit})."
        )
    return " ".join(part for part in (said.format(unit=voice.unit_name(case.indicator.unit)), start) if part)


def _observed(real: Sequence[Value], case: Case, as_of: date, voice: Voice) -> str:
    _ = voice.translate
    if not real:
        return _("No observation: everything here rests on an assumed starting value.")
    last = voice.period(real[-1].period.text)
    told = {"period": last, "age": _age(real[-1].period, as_of, voice)}
    if len(real) == 1 and case.forced:
        return _("One observation, of {period} ({age} old).").format(**told)
    if len(real) == 1:
        said = _(
            "One observation, of {period} ({age} old): wide, prior-driven forecast, drawn from other indicators,"
            " not a trend."
        )
        return said.format(**told)
    count = voice.counted("{n} observation", "{n} observations", len(real))
    said = _("{count} ({first} – {period}); the last one is {age} old.")
    return said.format(count=count, first=voice.period(real[0].period.text), **told)


def _age(period: Period, as_of: date, voice: Voice) -> str:
    """Write the time from the end of a period to the as-of."""
    return age(max(0, (as_of - period.end).days), voice.language)


def _exactness(case: Case, voice: Voice) -> list[str]:
    _ = voice.translate
    found: dict[str, list[float]] = {}
    for value in case.used:
        if value.status != "exact":
            found.setdefault(value.status, []).append(value.error)
    if not found:
        return []
    parts = [_inexact(status, errors, case, voice) for status, errors in found.items()]
    return [_("Not exact: {parts}.").format(parts=", ".join(parts))]


def _inexact(status: str, errors: list[float], case: Case, voice: Voice) -> str:
    """Count the values of a status, with the largest of their errors where it is known."""
    said = _counted_status(status, len(errors), voice)
    size = voice.difference(error_width(errors), case.indicator.unit)
    return f"{said} (±{size})" if any(errors) else said


def _counted_status(status: str, count: int, voice: Voice) -> str:
    match status:
        case "rounded":
            return voice.counted("{n} rounded value", "{n} rounded values", count)
        case "provisional":
            return voice.counted("{n} provisional value", "{n} provisional values", count)
        case "approximate":
            return voice.counted("{n} approximate value", "{n} approximate values", count)
        case "inferred":
            return voice.counted("{n} inferred value", "{n} inferred values", count)
    return voice.counted("{n} assumed value", "{n} assumed values", count)


def _notes(case: Case, voice: Voice) -> list[str]:
    _ = voice.translate
    assert case.path is not None
    notes = case.path.notes
    said = []
    if case.forced:
        said.append(
            _("The path is changed by the scenario; the width of the intervals is that of the unchanged forecast.")
        )
    elif "prior_spread" in notes and case.path.observations != 1:
        said.append(
            _("The width of the intervals comes from how such indicators usually change, not from its own history.")
        )
    if "gaps_filled" in notes:
        said.append(_("Missing periods between observations were filled for models that need a regular series."))
    if fallback := [note.split(":", 1)[1] for note in notes if note.startswith("fallback:")]:
        instead = _("Too few observations for the model asked for; used instead: {models}.")
        said.append(instead.format(models=_models_named(fallback, voice)))
    if left := [note.split(":", 1)[1] for note in notes if note.startswith("left_out:")]:
        out = _("Models left out because they could not be fitted: {models}.")
        said.append(out.format(models=_models_named(left, voice)))
    if case.identified:
        said.append(_("The forecast rests on a proposed identification, which the source does not confirm."))
    if case.assumed:
        said.append(_("The forecast rests on an assumption of the scenario: everything after it is an assumption too."))
    return said


def _record(case: Case, voice: Voice) -> list[str]:
    """Say how much of the spread is the series' own, and how the default model fared in such a situation."""
    _ = voice.translate
    record = case.path.record if case.path else None
    if record is None:
        return []
    told = {
        "own": voice.quantity(round(100 * record.own), "%"),
        "rest": voice.quantity(100 - round(100 * record.own), "%"),
        "cases": voice.number(record.cases),
        "series": voice.number(record.series),
        "gain": voice.quantity(round(100 * abs(record.gain)), "%"),
        "covered": voice.quantity(round(100 * record.coverage[80]), "%"),
        "size": voice.counted("{n} observation", "{n} observations", record.observations),
    }
    own = _("Usual size of a change: {own} from its own history, {rest} from comparable public series.")
    kind = (
        _("Tested on {series} yearly public indicators that the model had not seen, by {size} ({cases} outcomes):")
        if record.yearly
        else _(
            "Tested on {series} quarterly and monthly series that the model had not seen, by {size} ({cases} outcomes):"
        )
    )
    if round(100 * record.gain) > 0:
        error = _("its error was {gain} lower than that of no change;")
    elif round(100 * record.gain) < 0:
        error = _("its error was {gain} higher than that of no change;")
    else:
        error = _("its error was that of no change;")
    held = _("the 80% interval held {covered} of them.")
    return [own.format(**told), " ".join((kind, error, held)).format(**told)]


def _models(case: Case, voice: Voice) -> str:
    _ = voice.translate
    assert case.path is not None
    used = _models_named(case.path.used, voice)
    if not used or case.path.used == (case.path.model,):
        return _("Model: {model}.").format(model=model_name(case.path.model, voice))
    return _("Model: {model} ({used}).").format(model=model_name(case.path.model, voice), used=used)


def model_name(name: str, voice: Voice) -> str:
    """Name a model for a reader; its own id where it has no other name."""
    _ = voice.translate
    known = {
        "pooled": _("pooled series"),
        "mixture": _("mixture"),
        "naive": _("last value"),
        "drift": _("drift"),
        "ets": _("exponential smoothing"),
        "theta": _("Theta"),
        "arima": _("ARIMA"),
        "structural": _("structural trend"),
        "prophet": _("Prophet"),
    }
    return known.get(name, name)


def _models_named(names: Iterable[str], voice: Voice) -> str:
    return ", ".join(model_name(name, voice) for name in names)
