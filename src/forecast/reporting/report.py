"""The parts of a report: each takes a study and a language, and returns what a notebook shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from forecast.plans.model import Indicator
from forecast.reporting.basis import basis, model_name
from forecast.reporting.boards import board_table, count_note, key_grid, shown_cases
from forecast.reporting.cases import Beside, Case, Commitment, cases
from forecast.reporting.drawing import described_svg
from forecast.reporting.figures import draw_case
from forecast.reporting.gaps import gap_sentence, pace_sentence
from forecast.reporting.headline import headline
from forecast.reporting.markup import Html, bullets, disclosure, element, foreign, paragraphs, part
from forecast.reporting.prospects import (
    dates_grid,
    extreme_sentence,
    paces_grid,
    percentile_sentence,
    readings_sentence,
)
from forecast.reporting.tables import quoting, sources_table, states_table, summary_table, targets_table
from forecast.reporting.text import (
    case_title,
    known_value,
    moved_label,
    objective,
    sentence,
    target_sentence,
    words,
)
from forecast.reporting.values import chart_table, values_table
from forecast.reporting.verdicts import (
    agreement_sentence,
    before_sentence,
    ratio_note,
    silent_sentence,
    verdict_grid,
)
from forecast.reporting.voice import Voice
from forecast.study import Study

TEMPLATES = Path(__file__).parent / "templates"


def stylesheet() -> str:
    """Style of every page: no font or image from elsewhere, printable, readable at twice the size."""
    return (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")


def header(study: Study, language: str) -> Html:
    """Title, scenario, date of what was known, and the headline."""
    voice = Voice.of(study, language)
    _ = voice.translate
    plan = study.plan
    facts = [
        _("Scenario: {name}").format(name=voice.text(study.scenario.title)),
        _("As known on {date}").format(date=voice.date(study.as_of)),
        _("Period of the plan: {start} to {end}").format(start=voice.period(plan.start), end=voice.period(plan.end)),
    ]
    content = [
        element("p", voice.text(plan.publisher), class_="publisher"),
        element("h1", voice.text(plan.title)),
        element("p", " · ".join(facts), class_="facts"),
        element("p", headline(study, language), class_="headline"),
    ]
    if voice.translated:
        content.append(
            element("p", _("The plan is published in another language: names are our translation."), class_="facts")
        )
    return element("div", content, class_="part", lang=language)


def summary(study: Study, language: str) -> Html:
    """How the indicators stand at a glance."""
    voice = Voice.of(study, language)
    _ = voice.translate
    found = cases(study)
    content: list[Html] = [element("h2", _("Summary"))]
    if not any(case.numeric for case in found):
        content.append(paragraphs([_("No target of this plan is a number: nothing is forecast.")]))
    if found:
        content += [summary_table(found, voice), paragraphs([_reading_note(found, voice)], "note")]
    content.append(paragraphs([voice.text(study.plan.note)], "note"))
    return part("section", content, language)


def _reading_note(found: Sequence[Case], voice: Voice) -> str:
    _ = voice.translate
    parts = []
    if any(len(case.commitments) > 1 for case in found):
        asked = any(item.asked for case in found for item in case.commitments)
        moved = _("Each row shows the target whose date the reader asked for.")
        parts.append(
            moved if asked else _("Each row shows the next target that can be forecast, or else the last one.")
        )
    if any(case.path is not None for case in found):
        parts.append(_("The interval of the gap is the one in which it lies with a probability of 80%."))
    return " ".join(parts)


def board(study: Study, language: str) -> Html:
    """What every official method says of the leading targets, side by side; nothing without a target in numbers."""
    voice = Voice.of(study, language)
    _ = voice.translate
    found = cases(study)
    if not shown_cases(found):
        return Html("")
    said = _(
        "Official methods judge “on track” in different ways, and none of those shown says how likely it is. Each"
        " column is a method, each sign its verdict in the key below; the probability is that of the forecast."
    )
    content = [
        element("h2", _("Verdict board")),
        paragraphs([said]),
        board_table(found, voice),
        paragraphs([" ".join([count_note(voice), _colours(voice)])], "note"),
        disclosure(_("Key to the board"), key_grid(found, voice).html("key")),
    ]
    return part("section", content, language)


def _colours(voice: Voice) -> str:
    _ = voice.translate
    return _("Green: met or on track; red: the worst class of a method; amber: classes between them.")


def indicator_sections(study: Study, language: str) -> Html:
    """One section per indicator in numbers under its orientation, and a table of the others."""
    voice = Voice.of(study, language)
    _ = voice.translate
    content: list[Html] = [element("h2", _("Indicator by indicator"))]
    groups: dict[str | None, list[Case]] = {}
    for case in cases(study):
        groups.setdefault(objective(case.indicator, study.plan), []).append(case)
    for number, group in groups.items():
        content += _orientation(number, group, study, voice)
    return part("section", content, language)


def _orientation(number: str | None, group: Sequence[Case], study: Study, voice: Voice) -> Iterator[Html]:
    _ = voice.translate
    if number is None:
        name = _("Under no orientation of the plan")
    else:
        name = f"{number}. {voice.text(study.plan.orientations[number].name)}"
    yield element("h3", name, class_="orientation")
    for case in group:
        if case.indicator.numeric:
            yield indicator_section(case, study, voice)
    states = [(case, item) for case in group if not case.indicator.numeric for item in case.commitments]
    if states:
        yield states_table(states, _("Followed as dates and states: {name}").format(name=name), study, voice)


def indicator_section(case: Case, study: Study, voice: Voice) -> Html:
    """One indicator: how its targets stand, its chart, what the forecast rests on, and the figures behind it."""
    _ = voice.translate
    indicator = case.indicator
    reading = [
        paragraphs(_leading(case, voice)),
        bullets(basis(case, study, voice), "basis"),
        paragraphs([voice.text(indicator.note), *_baseline_note(indicator, voice)], "note"),
    ]
    content = [
        element("h4", f"{indicator.number}. {case_title(case, voice)}"),
        paragraphs([sentence(", ".join(_marks(case, voice)))], "mark"),
        element("div", [*_chart(case, study, voice), element("div", reading, class_="reading")], class_="pair"),
        *_proposals(case, voice),
        *_figures(case, study, voice),
    ]
    return element("section", content, class_="indicator", id=case.name)


def _marks(case: Case, voice: Voice) -> list[str]:
    """What a reader must know before reading a section: whether it is no plain forecast of the plan's target."""
    _ = voice.translate
    marks = [_("rests on an assumption")] if case.assumed else []
    marks += [_("path changed by the scenario")] if case.forced else []
    return [*marks, *dict.fromkeys(label for item in case.commitments if (label := moved_label(item.target, voice)))]


def _leading(case: Case, voice: Voice) -> list[str | Html]:
    """The leading target in full; the others are in the table."""
    _ = voice.translate
    item = case.leading
    if item is None:
        return [_("The plan gives no target for this indicator.")]
    further = "; ".join(part for part in (gap_sentence(item, case, voice), pace_sentence(item, case, voice)) if part)
    rest = len(case.commitments) - 1
    others = (
        voice.counted("{n} other target in the table below.", "{n} other targets in the table below.", rest)
        if rest
        else ""
    )
    said = " ".join([target_sentence(item, case, voice), others]).strip()
    judged = (agreement_sentence(item, voice), before_sentence(item, case, voice)) if item.target.numeric else ()
    verdict = " ".join(part for part in judged if part)
    why = " ".join(part for part in (extreme_sentence(item, voice), percentile_sentence(item, voice)) if part)
    return [quoting(said, item.target, voice), sentence(further), readings_sentence(item, case, voice), why, verdict]


def _chart(case: Case, study: Study, voice: Voice) -> Iterator[Html]:
    spec = draw_case(case, study, voice)
    if spec is None:
        return
    image = described_svg(
        spec,
        id=f"chart-{case.name}",
        title=" ".join(spec["title"]["text"]),
        description=_description(case, spec, voice),
        language=voice.language,
    )
    _ = voice.translate
    figures = disclosure(_("Figures of the chart"), chart_table(case, study, voice))
    yield element("figure", [image, figures])


def _description(case: Case, spec: dict[str, object], voice: Voice) -> str:
    """What the chart shows, for those who do not see it."""
    subtitle = spec["title"]["subtitle"]  # type: ignore[index]
    said = [" ".join(subtitle) + "."]
    said += [target_sentence(item, case, voice) for item in case.ordered]
    return " ".join(said)


def _baseline_note(indicator: Indicator, voice: Voice) -> list[str | Html]:
    """The plan's own figures: its starting value and, where it gives no name, its targets."""
    _ = voice.translate
    said = []
    if indicator.baseline is not None and indicator.baseline.words.strip("–- "):
        printed = _("Starting value as the plan gives it: {words}.")
        said = [printed.format(words=voice.quoted(indicator.baseline.words)), voice.text(indicator.baseline.note)]
    if indicator.unnamed:
        printed = _("Target as the plan gives it: {words}.")
        said += [printed.format(words=words(target, voice)) for target in indicator.targets]
    text, printed = " ".join(part for part in said if part), indicator.baseline.words if indicator.baseline else ""
    quotes = [voice.quoted(quote) for quote in (printed, *(target.words for target in indicator.targets)) if quote]
    return [foreign(text, quotes if voice.translated else (), voice.source_language)]


def _proposals(case: Case, voice: Voice) -> Iterator[Html]:
    """Possible identifications of an indicator that the source does not name."""
    _ = voice.translate
    if not case.indicator.unnamed:
        return
    yield element(
        "p",
        _("The source does not name this indicator. Proposed identifications, ours and not confirmed:"),
        class_="note",
    )
    if not case.indicator.proposals:
        yield element("p", _("none"), class_="note")
    items = []
    for proposal in case.indicator.proposals:
        links = ", ".join(element("a", source, href=f"#{source}").text for source in proposal.sources)
        name = element("strong", f"{voice.text(proposal.name)} ({voice.identification(proposal.likelihood)})")
        rests = element("span", _("the forecast rests on it"), class_="mark")
        used = f" {rests.text}" if proposal.forecast else ""
        items.append(Html(f"{name.text}{used}<br>{element('span', voice.text(proposal.evidence)).text} [{links}]"))
    yield bullets(items, "proposals")


def _figures(case: Case, study: Study, voice: Voice) -> Iterator[Html]:
    """The tables behind a section, opened on demand."""
    _ = voice.translate
    name = voice.text(case.indicator.name)
    if case.commitments:
        yield disclosure(_("All targets"), targets_table(case, voice))
    item = case.leading
    if item is not None and item.target.numeric:
        yield disclosure(
            _("Official verdicts, required pace and probability by date"), verdict_tables(item, case, voice)
        )
    if case.values:
        caption = _("Known values: {name}").format(name=name)
        yield disclosure(_("Known values and their sources"), values_table(case.values, caption, voice, case.indicator))
    if case.beside:
        yield disclosure(
            _("Drivers and comparable series, never joined"), [_beside(side, voice) for side in case.beside]
        )


def verdict_tables(item: Commitment, case: Case, voice: Voice) -> list[Html]:
    """What the methods say of the leading target, the pace that it requires, and its probability by date."""
    grids = (verdict_grid(item, case, voice), paces_grid(item, case, voice), dates_grid(item, voice))
    first, *rest = [grid.html("verdicts") for grid in grids if grid is not None and grid.rows] or [Html("")]
    return [first, paragraphs([ratio_note(item, voice), silent_sentence(item, voice)], "note"), *rest]


def _beside(side: Beside, voice: Voice) -> Html:
    _ = voice.translate
    kind = _("Driver: {name}") if side.driver else _("Comparable, not joined: {name}")
    caption = kind.format(name=voice.text(side.item.name))
    last = _("Last known value: {value}.").format(value=known_value(side.values[-1], voice))
    if side.values[-1].status == "assumed":
        last = _("Assumed starting value: {value}.").format(value=known_value(side.values[-1], voice))
    note = f"{last} {voice.text(side.item.note)}".strip()
    return Html(paragraphs([note], "note").text + values_table(side.values, caption, voice).text)


def method_note(study: Study, language: str) -> Html:
    """What the figures mean, how they are made and what they cannot tell."""
    voice = Voice.of(study, language)
    _ = voice.translate
    used = study.parameters
    made = _("Model {model}, {draws} predictive draws of each series, seed {seed}, program version {version}.").format(
        model=model_name(used.model, voice),
        draws=voice.quantity(used.draws, "unspecified", exact=True),
        seed=used.seed,
        version=version("forecast"),
    )
    said = [
        _(
            "A forecast is a set of possible futures drawn from what was known on the date above; the probability is"
            " the share of them that meets the target. A probability of 80% means that one such target in five is"
            " missed."
        ),
        _("The median has as many futures above it as below; the 80% interval leaves one in ten on each side."),
        _("A percentage stays within its bounds and a count does not become negative."),
        _(
            "With one observation there is no trend: the forecast is wide and comes from how other indicators usually"
            " change. Without an observation nothing is forecast."
        ),
        _(
            "The required pace is a straight line from the last known value to the target; the recent pace is the"
            " slope a year of the line that best fits the observations of the last five years."
        ),
        _(
            "A scenario computes what follows if something changes; it does not say that it will change, nor what"
            " causes it."
        ),
        _(
            "Beside each forecast of the default model stands how accurate it has been, and how often its interval"
            " held, on public series that it had not seen."
        ),
        made,
    ]
    return part("section", [element("h2", _("How to read the figures")), bullets(said)], language)


def sources(study: Study, language: str) -> Html:
    """The documents that the report cites."""
    voice = Voice.of(study, language)
    _ = voice.translate
    content = [element("h2", _("Sources")), sources_table(cited(study), study, voice)]
    return part("section", content, language)


def cited(study: Study) -> list[str]:
    """Ids of every source that a report names, in order."""
    found = {study.plan.source, *(str(source) for source in study.observed["source"].dropna())}
    found |= {source for change in study.scenario.changes for source in change.source}
    proposals = (proposal for indicator in study.plan.indicators.values() for proposal in indicator.proposals)
    found |= {source for proposal in proposals for source in proposal.sources}
    facts = study.catalogue.facts(study.observed["series"].unique(), study.as_of)
    found |= {source for known in facts.values() for _place, source in known.cited}
    return sorted(found & study.catalogue.sources.keys())
