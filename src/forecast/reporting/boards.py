"""The verdict board: what every official method says, how far they agree and why not, and what each compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.assessment.agreement import Agreement
from forecast.assessment.board import Board
from forecast.assessment.evidence import Point
from forecast.assessment.methods import METHODS
from forecast.assessment.paces import choose_base, readings
from forecast.assessment.verdict import Label, Method, Verdict
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.grids import Grid
from forecast.reporting.markup import Column, Html, element, table
from forecast.reporting.text import level, moved_label
from forecast.reporting.voice import Voice
from forecast.schema.language import Text, format_number

DASH = "–"
#: Heading of each method's column on the board, where its name would not fit; the key beside it gives the name.
CODES = {
    "eurostat_long": Text(fr="UE 15", en="EU 15"),
    "eurostat_short": Text(fr="UE 5", en="EU 5"),
    "statcan": Text(fr="CA", en="CA"),
    "un_chart_trend": Text(fr="ONU", en="UN"),
    "un_progress": Text(fr="ONU 23", en="UN 23"),
    "escap_anticipated": Text(fr="CESAP", en="ESCAP"),
    "sdg_index": Text(fr="ODD", en="SDG"),
    "aarr": Text(fr="TAMR", en="AARR"),
    "un_chart_level": Text(fr="ONU ≡", en="UN ≡"),
    "escap_current": Text(fr="CESAP ≡", en="ESCAP ≡"),
    "healthy_people": Text(fr="HP", en="HP"),
    "government_of_canada": Text(fr="GC", en="GC"),
    "quebec": Text(fr="QC", en="QC"),
    "nhs_variation": Text(fr="NHS ~", en="NHS ~"),
    "nhs_assurance": Text(fr="NHS ✓", en="NHS ✓"),
}


def name_of(method: Method, voice: Voice) -> str:
    """Name a method."""
    return voice.text(method.name)


def words_of(label: Label, voice: Voice) -> str:
    """Give a class in the method's own words; where they are our translation, that is marked."""
    _ = voice.translate
    words = label.fr if voice.language == "fr" else label.en
    return _("{words} (our translation)").format(words=words) if voice.language in label.ours else words


def verdict_words(method: Method, verdict: Verdict, voice: Voice) -> str:
    """Give a verdict with its sign, so that colour is not needed."""
    label = method.label(verdict)
    return f"{label.symbol} {words_of(label, voice)}"


def shown_cases(found: Sequence[Case]) -> list[tuple[Case, Commitment]]:
    """Choose the target of each indicator that the board shows, the leading one; those whose pace is judged first."""
    chosen = [(case, case.leading) for case in found]
    numeric = [(case, item) for case, item in chosen if item is not None and item.target.numeric]
    return sorted(numeric, key=lambda pair: not pair[1].board.agreement.counted)


def used_methods(boards: Sequence[Board]) -> list[int]:
    """Find the places of the methods that apply to one target at least."""
    return [place for place in range(len(METHODS)) if any(board.verdicts[place][1].applies for board in boards)]


def board_grid(found: Sequence[Case], voice: Voice) -> Grid | None:
    """Lay out the board for the command line; None without a target in numbers."""
    _ = voice.translate
    shown = shown_cases(found)
    if not shown:
        return None
    places = used_methods([item.board for _case, item in shown])
    codes = tuple(voice.text(CODES[METHODS[place].id]) for place in places)
    rows = tuple(
        (
            f"{case.indicator.number}. {voice.text(case.indicator.name)}",
            _target(item, case, voice),
            _chance(item, voice),
            _count(item.board.agreement),
            *(item.board.verdicts[place][0].label(item.board.verdicts[place][1]).symbol for place in places),
        )
        for case, item in shown
    )
    columns = (_("Indicator"), _("Target"), _("Probability"), _("On track"), *codes)
    return Grid(_("Verdict board"), columns, rows, (2, 3))


def board_table(found: Sequence[Case], voice: Voice) -> Html:
    """Lay out the board for a page: each sign says its words to those who point at it or do not see it."""
    _ = voice.translate
    shown = shown_cases(found)
    places = used_methods([item.board for _case, item in shown])
    columns = [Column(_("Indicator")), Column(_("Target")), Column(_("Probability")), Column(_("On track"))]
    columns += [Column(voice.text(CODES[METHODS[place].id])) for place in places]
    rows: list[list[str | Html]] = [
        [
            element("a", f"{case.indicator.number}. {voice.text(case.indicator.name)}", href=f"#{case.name}"),
            _target(item, case, voice),
            _chance(item, voice),
            _count(item.board.agreement),
            *(_sign(*item.board.verdicts[place], voice) for place in places),
        ]
        for case, item in shown
    ]
    return table(_("Verdict board"), columns, rows, "board")


def _target(item: Commitment, case: Case, voice: Voice) -> str:
    due = voice.period(item.target.due) if item.target.due else ""
    return ", ".join(part for part in (level(item, case, voice), due, moved_label(item.target, voice)) if part)


def _chance(item: Commitment, voice: Voice) -> str:
    return DASH if item.probability is None else voice.probability(item.probability)


def _count(agreement: Agreement) -> str:
    return f"{len(agreement.favourable)}/{agreement.counted}" if agreement.counted else DASH


def _sign(method: Method, verdict: Verdict, voice: Voice) -> Html:
    label = method.label(verdict)
    said = f"{name_of(method, voice)}{voice.colon} {words_of(label, voice)}"
    tone = {True: "good", False: "bad", None: None}[label.favourable]
    return element("span", label.symbol, role="img", aria_label=said, title=said, class_=tone)


def key_grid(found: Sequence[Case], voice: Voice) -> Grid:
    """Explain the columns of the board: name, what is judged, and the signs that stand there with their words."""
    _ = voice.translate
    boards = [item.board for _case, item in shown_cases(found)]
    rows = []
    for place in used_methods(boards):
        method = METHODS[place]
        labels = {board.verdicts[place][1].key: method.label(board.verdicts[place][1]) for board in boards}
        known = [labels[key] for key in (*method.labels, *labels) if key in labels]
        signs = "; ".join(f"{label.symbol} {words_of(label, voice)}" for label in dict.fromkeys(known))
        rows.append((voice.text(CODES[method.id]), name_of(method, voice), _question(method, voice), signs))
    columns = (_("Column"), _("Method"), _("Judges"), _("Signs"))
    return Grid(_("Key to the board"), columns, tuple(rows))


def _question(method: Method, voice: Voice) -> str:
    _ = voice.translate
    return {
        "pace": _("whether the pace is enough"),
        "level": _("how near the value is"),
        "change": _("whether it changed"),
        "result": _("the result at the due date"),
        "process": _("whether the process can do it"),
    }[method.question]


def verdict_grid(item: Commitment, case: Case, voice: Voice, *, brief: bool = False) -> Grid:
    """Lay out what every method that applies says of one target, and on what; `brief` leaves out how it decides."""
    _ = voice.translate
    rows = tuple(
        (
            name_of(method, voice),
            verdict_words(method, verdict, voice),
            compared(verdict, case, voice),
            _figure(verdict.ratio, voice),
            _figure(verdict.distance, voice),
            *(() if brief else (_how(verdict, voice),)),
        )
        for method, verdict in item.board.verdicts
        if verdict.applies
    )
    title = _("Official verdicts: {target}").format(target=_target(item, case, voice))
    columns = (_("Method"), _("Verdict"), _("Values compared"), _("Ratio"), _("Lacking to the next class"))
    return Grid(title, columns if brief else (*columns, _("How it decides")), rows, (3, 4))


def _figure(value: float | None, voice: Voice) -> str:
    return DASH if value is None else format_number(value, voice.language, 2)


def ratio_note(voice: Voice) -> str:
    """Say how to read the ratios."""
    _ = voice.translate
    return _("Ratio: what was done for what the method requires; 1 is just enough, below 0 is the wrong way.")


def sentence(text: str) -> str:
    """Make a sentence of a text: capital and full stop; nothing of nothing."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def compared(verdict: Verdict, case: Case, voice: Voice) -> str:
    """Write the values that a method compares, with their periods."""
    points = dict.fromkeys(point for point in (verdict.base, verdict.latest) if point is not None)
    return " → ".join(_point(point, case, voice) for point in points) or DASH


def _point(point: Point, case: Case, voice: Voice) -> str:
    shown = voice.quantity(point.value, case.indicator.unit, exact=True, bare=True)
    return f"{shown} ({voice.period(point.period.text)})"


def _how(verdict: Verdict, voice: Voice) -> str:
    _ = voice.translate
    base = _("base: {chosen}").format(chosen=_(verdict.chosen)) if verdict.chosen else ""
    return "; ".join(part for part in (_(verdict.rule), base) if part)


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
    said = _("{count} of the {total} methods that judge the pace call it met or on track.").format(
        count=len(agreement.favourable), total=agreement.counted
    )
    return " ".join([said, *_dissent(agreement, voice)])


def before_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say what the methods said of the target before it was changed; empty where it was not."""
    _ = voice.translate
    before = item.board.before
    if before is None or not before.evidence.target.numeric:
        return ""
    target = before.evidence.target
    goal = voice.level(target, case.indicator.unit, assumed=case.supposed)
    said = _("Before the change, the target was {target}, due {due}: {count} of {total} methods called it on track.")
    return said.format(
        target=goal,
        due=voice.due(target),
        count=len(before.agreement.favourable),
        total=before.agreement.counted,
    )


def readings_sentence(item: Commitment, case: Case, voice: Voice) -> str:
    """Say what a change such as "+5 %" would aim at in each of its readings; empty for other targets."""
    _ = voice.translate
    target, known = item.target, item.board.evidence.points
    if target.kind != "change" or target.change is None or not known:
        return ""
    base = choose_base(item.board.evidence) if item.board.evidence.judged else known[0]
    levels = readings(target.change, base.value, known[-1].value)
    names = {
        "relative": _("in percent of the last value"),
        "points": _("in points from the last value"),
        "of baseline": _("in percent of the starting value"),
    }
    shown = (f"{voice.quantity(level, case.indicator.unit)} ({names[key]})" for key, level in levels.items())
    return _("The words would aim at: {levels}.").format(levels="; ".join(shown))


def _dissent(agreement: Agreement, voice: Voice) -> Iterator[str]:
    """Say, reason by reason, why the smaller side differs."""
    _ = voice.translate
    names = {method.id: name_of(method, voice) for method in METHODS}
    reasons: dict[str, list[str]] = {}
    for method, reason in agreement.reasons.items():
        reasons.setdefault(reason, []).append(names[method])
    for reason, methods in reasons.items():
        said = _("Against the others, on track: {methods}, because {reason}.")
        if agreement.majority:
            said = _("Against the others, not on track: {methods}, because {reason}.")
        yield said.format(methods=", ".join(methods), reason=_(reason))


def dates_grid(item: Commitment, voice: Voice) -> Grid | None:
    """Lay out the probability by date; None without a forecast."""
    _ = voice.translate
    dates = item.board.dates
    if dates is None or item.probability is None:
        return None
    rows = tuple(
        (voice.period(period.text), voice.probability(met), voice.probability(reached))
        for period, met, reached in zip(dates.periods, dates.met, dates.reached, strict=True)
    )
    columns = (_("Period"), _("Met then"), _("Met then or before"))
    return Grid(_("Probability by date"), columns, rows, (1, 2))


def paces_grid(item: Commitment, case: Case, voice: Voice) -> Grid | None:
    """Lay out the pace that an open target requires, from the base and from today; None where none is required."""
    _ = voice.translate
    paces = item.board.paces
    if paces is None or item.probability is None:
        return None
    starts = ((_("from today"), paces.from_latest), (_("from the base"), paces.from_base))
    rows = tuple(
        (
            f"{name}, {_point(pace.start, case, voice)}",
            voice.pace(pace.linear, case.indicator.unit, bare=True),
            _rate(pace.compound, voice),
            DASH if pace.logit is None else voice.signed(pace.logit, 3),
            DASH if pace.multiple is None else voice.signed(pace.multiple, 1),
        )
        for name, pace in starts
        if pace is not None and not pace.met
    )
    columns = (_("Required pace"), _("Linear"), _("Compound, a year"), _("Log-odds, a year"), _("Times the recent one"))
    return Grid(_("Required pace, in every way in use"), columns, rows, (1, 2, 3, 4)) if rows else None


def _rate(percent: float | None, voice: Voice) -> str:
    return DASH if percent is None else f"{voice.signed(percent, 1)}{voice.percent_sign}"


def percentile_sentence(item: Commitment, voice: Voice) -> str:
    """Say how many similar public indicators ever achieved what is required; empty where that is not known."""
    _ = voice.translate
    share = item.board.share
    if share is None or item.probability is None:
        return ""
    indicators = format_number(share.indicators, voice.language)
    if share.share == 0:
        return voice.counted(
            "None of {indicators} similar public indicators ever achieved the required change in {n} year.",
            "None of {indicators} similar public indicators ever achieved the required change in {n} years.",
            share.years,
            indicators=indicators,
        )
    return voice.counted(
        "Similar public indicators ({indicators}) achieved the required change in {n} year in {percent} of cases.",
        "Similar public indicators ({indicators}) achieved the required change in {n} years in {percent} of cases.",
        share.years,
        indicators=indicators,
        percent=voice.probability(share.share),
    )


def extreme_sentence(item: Commitment, voice: Voice) -> str:
    """Give the reason of an extreme probability; empty where it is not extreme."""
    _ = voice.translate
    reason = item.outlook.get("extreme")
    return _("Why so extreme: {reason}.").format(reason=_(reason)) if reason else ""
