"""The verdict board: what every official method says of the leading targets, side by side, and the key to its signs."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.assessment.agreement import Agreement
from forecast.assessment.board import Board
from forecast.assessment.methods import METHODS
from forecast.assessment.verdict import Label, Method, Verdict
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.grids import Grid
from forecast.reporting.markup import Column, Html, element, lines, table
from forecast.reporting.tables import labels
from forecast.reporting.text import level, moved_label
from forecast.reporting.voice import Voice
from forecast.schema.language import Text

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


def marked(text: str, marks: Sequence[str]) -> str:
    """Add to a name what a reader must know of it."""
    return f"{text} – {', '.join(marks)}" if marks else text


def goal_of(item: Commitment, case: Case, voice: Voice) -> str:
    """Name a target: its level and due date, and whether it is the plan's own."""
    due = voice.period(item.target.due) if item.target.due else ""
    return ", ".join(part for part in (level(item, case, voice), due, moved_label(item.target, voice)) if part)


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
            marked(f"{case.indicator.number}. {voice.text(case.indicator.name)}", labels(case, voice)),
            goal_of(item, case, voice),
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
            lines(_link(case, voice), *labels(case, voice)),
            goal_of(item, case, voice),
            _chance(item, voice),
            _count(item.board.agreement),
            *(_sign(*item.board.verdicts[place], voice) for place in places),
        ]
        for case, item in shown
    ]
    return table(_("Verdict board"), columns, rows, "board")


def _link(case: Case, voice: Voice) -> Html:
    return element("a", f"{case.indicator.number}. {voice.text(case.indicator.name)}", href=f"#{case.name}")


def _chance(item: Commitment, voice: Voice) -> str:
    return DASH if item.probability is None else voice.probability(item.probability)


def _count(agreement: Agreement) -> str:
    return f"{len(agreement.favourable)}/{agreement.counted}" if agreement.counted else DASH


def _sign(method: Method, verdict: Verdict, voice: Voice) -> Html:
    label = method.label(verdict)
    said = f"{name_of(method, voice)}{voice.colon} {words_of(label, voice)}"
    return element("span", label.symbol, role="img", aria_label=said, title=said, class_=tone(method, label))


def tone(method: Method, label: Label) -> str | None:
    """Choose the colour of a sign: of the unfavourable classes only the worst one is bad, the others are between."""
    if label.favourable is None:
        return None
    unfavourable = [one for one in method.labels.values() if one.favourable is False]
    return "good" if label.favourable else "bad" if label == unfavourable[-1] else "between"


def key_grid(found: Sequence[Case], voice: Voice) -> Grid:
    """Explain the columns of the board: name, what is judged, and the signs that stand there with their words."""
    _ = voice.translate
    boards = [item.board for _case, item in shown_cases(found)]
    rows = []
    for place in used_methods(boards):
        method = METHODS[place]
        seen = {board.verdicts[place][1].key: method.label(board.verdicts[place][1]) for board in boards}
        known = [seen[key] for key in (*method.labels, *seen) if key in seen]
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


def count_note(voice: Voice) -> str:
    """Say what the board's figures "on track" count."""
    _ = voice.translate
    return _(
        "“On track”: of the methods that judge whether the pace is enough and that apply, how many call the target met"
        " or on track; Eurostat counts once where both its windows are the same."
    )
