"""What the official methods say of one target, on which values, how far they agree and why not."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.assessment.agreement import Agreement
from forecast.assessment.escap import ANTICIPATED
from forecast.assessment.evidence import Point
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import Method, Verdict
from forecast.reporting.boards import DASH, goal_of, marked, name_of, words_of
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.grids import Grid
from forecast.reporting.tables import labels
from forecast.reporting.voice import Voice
from forecast.schema.language import NO_BREAK, format_number


def verdict_grid(item: Commitment, case: Case, voice: Voice, *, brief: bool = False) -> Grid:
    """Lay out what every method that applies says of one target, and on what; `brief` leaves out how it decides."""
    _ = voice.translate
    rows = tuple(
        (
            name_of(method, voice),
            verdict_words(method, verdict, voice),
            compared(verdict, case, voice),
            _ratio(method, verdict, voice),
            _figure(verdict.distance, voice),
            *(() if brief else (_how(verdict, voice),)),
        )
        for method, verdict in item.board.verdicts
        if verdict.applies
    )
    title = _("Official verdicts: {target}").format(target=goal_of(item, case, voice))
    columns = (_("Method"), _("Verdict"), _("Values compared"), _("Ratio"), _("Lacking to the next class"))
    shown = columns if brief else (*columns, _("How it decides"))
    return Grid(marked(title, labels(case, voice, values=True)), shown, rows, (3, 4))


def verdict_words(method: Method, verdict: Verdict, voice: Voice) -> str:
    """Give a verdict with its sign, so that colour is not needed."""
    label = method.label(verdict)
    return f"{label.symbol} {words_of(label, voice)}"


def compared(verdict: Verdict, case: Case, voice: Voice) -> str:
    """Write the values that a method compares, with their periods: observed pace, then the base where it is another."""
    _ = voice.translate
    first = verdict.since or verdict.base
    points = dict.fromkeys(point for point in (first, verdict.latest) if point is not None)
    said = " → ".join(point_words(point, case, voice) for point in points) or DASH
    parts = [said]
    if verdict.base is not None and verdict.base != first:
        parts.append(_("base {value}").format(value=point_words(verdict.base, case, voice)))
    if verdict.crossed:
        parts.append(_("measured otherwise since {start}").format(start=voice.period(verdict.crossed)))
    return "; ".join(parts)


def point_words(point: Point, case: Case, voice: Voice) -> str:
    """Write a value with its period; an assumed one says so."""
    shown = voice.quantity(point.value, case.indicator.unit, exact=True, bare=True)
    status = voice.status("assumed" if point.assumed else "")
    return f"{shown} ({', '.join(part for part in (voice.period(point.period.text), status) if part)})"


def _ratio(method: Method, verdict: Verdict, voice: Voice) -> str:
    """Write a ratio; that of ESCAP is no share that was made, but the gap that is left."""
    _ = voice.translate
    shown = _figure(verdict.ratio, voice)
    return _("gap {share}").format(share=shown).replace(" ", NO_BREAK) if _tells_gap(method, verdict) else shown


def _tells_gap(method: Method, verdict: Verdict) -> bool:
    return method.id == ANTICIPATED.id and verdict.ratio is not None


def _figure(value: float | None, voice: Voice) -> str:
    return DASH if value is None else format_number(value, voice.language, 2)


def _how(verdict: Verdict, voice: Voice) -> str:
    _ = voice.translate
    base = _("base: {chosen}").format(chosen=_(verdict.chosen)) if verdict.chosen else ""
    return "; ".join(part for part in (_(verdict.rule), base) if part)


def ratio_note(item: Commitment, voice: Voice) -> str:
    """Say how to read the ratios."""
    _ = voice.translate
    said = [_("Ratio: what was done for what the method requires; 1 is all of it, below 0 is the wrong way.")]
    if any(_tells_gap(method, verdict) for method, verdict in item.board.verdicts):
        said.append(_("ESCAP’s figure is the gap that is left at the due date, as a share of the way: 0 is none."))
    return " ".join(said)


def silent_sentence(item: Commitment, voice: Voice) -> str:
    """Name the methods that do not apply, by reason; empty where all do."""
    _ = voice.translate
    reasons: dict[str, list[str]] = {}
    for method, verdict in item.board.verdicts:
        if not verdict.applies and verdict.reason:
            reasons.setdefault(verdict.reason, []).append(name_of(method, voice))
    parts = [f"{', '.join(names)} ({_(reason)})" for reason, names in reasons.items()]
    return _("Do not apply: {methods}.").format(methods="; ".join(parts)) if parts else ""


def agreement_sentence(item: Commitment, voice: Voice) -> str:
    """Say how many methods of the pace call a target met or on track, which differ, and for what reason."""
    _ = voice.translate
    agreement = item.board.agreement
    if not agreement.counted:
        return _("No method that judges the pace applies to this target.")
    count = _count_past if item.board.evidence.past else _count_open
    return " ".join([count(agreement, voice), *_dissent(agreement, voice)])


def _count_open(agreement: Agreement, voice: Voice) -> str:
    if not agreement.favourable:
        return voice.counted(
            "The only method that judges the pace here does not call it on track.",
            "None of the {n} methods that judge the pace calls it met or on track.",
            agreement.counted,
        )
    if not agreement.unfavourable:
        return voice.counted(
            "The only method that judges the pace here calls it met or on track.",
            "All {n} methods that judge the pace call it met or on track.",
            agreement.counted,
        )
    return voice.counted(
        "{n} of the {total} methods that judge the pace calls it met or on track.",
        "{n} of the {total} methods that judge the pace call it met or on track.",
        len(agreement.favourable),
        total=agreement.counted,
    )


def _count_past(agreement: Agreement, voice: Voice) -> str:
    """The same of a target whose date has passed: no pace can be on track any more."""
    if not agreement.favourable:
        return voice.counted(
            "The only method that judges the pace here had not called it on track up to its last value.",
            "None of the {n} methods that judge the pace had called it met or on track up to its last value.",
            agreement.counted,
        )
    if not agreement.unfavourable:
        return voice.counted(
            "The only method that judges the pace here had called it met or on track up to its last value.",
            "All {n} methods that judge the pace had called it met or on track up to its last value.",
            agreement.counted,
        )
    return voice.counted(
        "{n} method of the {total} that judge the pace had called it met or on track up to its last value.",
        "{n} of the {total} methods that judge the pace had called it met or on track up to its last value.",
        len(agreement.favourable),
        total=agreement.counted,
    )


def _dissent(agreement: Agreement, voice: Voice) -> Iterator[str]:
    """Say, reason by reason, why the smaller side differs."""
    _ = voice.translate
    names = {method.id: name_of(method, voice) for method in METHODS}
    reasons: dict[str, list[str]] = {}
    for method, reason in agreement.reasons.items():
        reasons.setdefault(reason, []).append(names[method])
    for reason, methods in reasons.items():
        said = _("Against the others, on track: {methods}. Reason: {reason}.")
        if agreement.majority:
            said = _("Against the others, not on track: {methods}. Reason: {reason}.")
        yield said.format(methods="; ".join(methods), reason=_(reason))


def before_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say what the methods said of the target before it was changed; empty where it was not."""
    _ = voice.translate
    before = item.board.before
    if before is None or not before.evidence.target.numeric:
        return ""
    target = before.evidence.target
    goal = {"target": voice.level(target, case.indicator.unit, assumed=case.supposed), "due": voice.due(target)}
    said = _("Before the change, the target was {target}, due {due}.").format(**goal)
    return " ".join(part for part in (said, _count_before(before.agreement, voice)) if part)


def _count_before(agreement: Agreement, voice: Voice) -> str:
    """Say how many methods called the earlier target on track; empty where none judged it."""
    _ = voice.translate
    if agreement.counted == 1:
        if agreement.favourable:
            return _("The only method that judges its pace called it on track.")
        return _("The only method that judges its pace did not call it on track.")
    if not agreement.counted:
        return ""
    if not agreement.favourable:
        return _("None of the {total} methods called it on track.").format(total=agreement.counted)
    return voice.counted(
        "{n} method of {total} called it on track.",
        "{n} of {total} methods called it on track.",
        len(agreement.favourable),
        total=agreement.counted,
    )
