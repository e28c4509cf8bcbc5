"""Scenarios side by side for a reader: probabilities at a glance, each indicator, and what could be committed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.compare import MIXTURE, Comparison, Pair
from forecast.plans.model import Target
from forecast.reporting.boards import DASH, marked
from forecast.reporting.drawing import described_svg
from forecast.reporting.dumbbells import draw_dumbbells
from forecast.reporting.grids import Grid
from forecast.reporting.markup import Html, bullets, disclosure, element, paragraphs, part
from forecast.reporting.text import moved_label
from forecast.reporting.voice import Voice, whole_units
from forecast.scenarios.model import Scenario
from forecast.schema.language import check_language, format_number

#: Stands where no draw differs from the baseline.
SAME = "="
#: Endings of the columns of a difference: itself, and its interval.
ENDS = ("", "_low", "_high")


def make_voice(comparison: Comparison, language: str) -> Voice:
    """Speak a language with the units of the plan; those in which everything observed is whole are counted."""
    bench = comparison.bench
    observed = bench.forecast(comparison.scenarios[0])[1]
    units, source = bench.catalogue.units, comparison.plan.source_language
    return Voice(check_language(language), units, source, whole_units(observed))


def compare_text(comparison: Comparison, language: str) -> Iterator[str | Grid]:
    """Say how scenarios compare: sentences and tables, one after the other."""
    voice = make_voice(comparison, language)
    yield title(comparison, voice)
    if not any(comparison.pairs.values()):
        yield nothing(voice)
        return
    for name in shown_indicators(comparison):
        yield indicator_grid(name, comparison, voice)
        if (milestones := milestones_grid(name, comparison, voice)).rows:
            yield milestones
    if left := left_alone(comparison, voice):
        yield left
    yield "\n".join(f"- {note}" for note in notes(comparison, voice))


def header(comparison: Comparison, language: str) -> Html:
    """Title, date of what was known, and what each scenario says."""
    voice = make_voice(comparison, language)
    _ = voice.translate
    content = [
        element("p", voice.text(comparison.plan.publisher), class_="publisher"),
        element("h1", title(comparison, voice)),
        bullets([_described(one, comparison, voice) for one in comparison.scenarios]),
    ]
    if voice.translated:
        said = _("The plan is published in another language: names are our translation.")
        content.append(element("p", said, class_="facts"))
    return element("div", content, class_="part", lang=language)


def overview(comparison: Comparison, language: str) -> Html:
    """The probability of every target under every scenario."""
    voice = make_voice(comparison, language)
    _ = voice.translate
    found = any(comparison.pairs.values())
    shown = overview_grid(comparison, voice).html() if found else paragraphs([nothing(voice)])
    return part("section", [element("h2", _("Scenarios at a glance")), shown], language)


def indicator_sections(comparison: Comparison, language: str) -> Html:
    """One section per indicator that a scenario changes: a chart, its figures, and the milestones."""
    voice = make_voice(comparison, language)
    _ = voice.translate
    sections = [_section(name, comparison, voice) for name in shown_indicators(comparison)]
    rest = paragraphs([left_alone(comparison, voice)], "note")
    return part("section", [element("h2", _("Indicator by indicator")), *sections, rest], language)


def reading_note(comparison: Comparison, language: str) -> Html:
    """How the figures are made and what they cannot tell."""
    voice = make_voice(comparison, language)
    _ = voice.translate
    return part("section", [element("h2", _("How to read the figures")), bullets(notes(comparison, voice))], language)


def _section(name: str, comparison: Comparison, voice: Voice) -> Html:
    _ = voice.translate
    grid, milestones = indicator_grid(name, comparison, voice), milestones_grid(name, comparison, voice)
    content = [element("h3", grid.title)]
    spec = draw_dumbbells(named_pairs(name, comparison, voice), voice)
    if spec is not None:
        told = " ".join([*spec["title"]["text"], _("The table below holds the figures of this chart.")])
        image = described_svg(spec, id=f"compare-{name}", title=grid.title, description=told, language=voice.language)
        content.append(element("figure", image))
    content.append(grid.html())
    content += [disclosure(milestones.title, milestones.html())] if milestones.rows else []
    return element("section", content, class_="indicator", id=name)


# Words


def title(comparison: Comparison, voice: Voice) -> str:
    """Name the plan, and say as known on which date its scenarios are compared."""
    _ = voice.translate
    said = _("{plan}: scenarios compared, as known on {date}")
    return said.format(plan=voice.text(comparison.plan.title), date=voice.date(comparison.bench.as_of))


def nothing(voice: Voice) -> str:
    """Say that there is nothing to compare."""
    _ = voice.translate
    return _("No target in numbers is still open: there is nothing to compare, unless another date is asked for.")


def left_alone(comparison: Comparison, voice: Voice) -> str:
    """Say of how many indicators no scenario changes anything; empty where there is none."""
    every = {name for name, _scenario, _pair in comparison.seen()}
    rest = len(every) - len(shown_indicators(comparison))
    if not rest:
        return ""
    return voice.counted(
        "No scenario changes {n} other indicator whose target is still open.",
        "No scenario changes {n} other indicators whose targets are still open.",
        rest,
    )


def shown_indicators(comparison: Comparison) -> list[str]:
    """Ids of the indicators to show in full: those asked about, else those that a scenario changes."""
    seen = comparison.seen()
    return list(
        dict.fromkeys(name for name, _, pair in seen if comparison.asked or pair.changed or pair.target_changed)
    )


def scenario_name(id: str, comparison: Comparison, voice: Voice) -> str:
    """Name a scenario, with the levers that the reader moved, or its id where another has the same title."""
    _ = voice.translate
    if id == MIXTURE:
        return _("Weighted mixture")
    titles = {one.id: voice.text(one.title) for one in comparison.scenarios}
    asked = id.partition("+")[2]
    if not asked and id != comparison.scenarios[0].id and list(titles.values()).count(titles[id]) > 1:
        asked = id
    return f"{titles[id]} ({asked})" if asked else titles[id]


def _described(scenario: Scenario, comparison: Comparison, voice: Voice) -> Html:
    """Name a scenario, what it says, its weight and its effort."""
    _ = voice.translate
    said = [voice.text(scenario.description)]
    if scenario.id in comparison.weights:
        share = voice.probability(comparison.weights[scenario.id])
        said.append(_("Weight in the mixture: {share}.").format(share=share))
    if scenario.id in comparison.efforts:
        said.append(_("Effort: {effort}.").format(effort=_effort(scenario.id, comparison, voice)))
    name = element("strong", scenario_name(scenario.id, comparison, voice))
    return Html(f"{name.text}<br>{element('span', ' '.join(said)).text}")


def notes(comparison: Comparison, voice: Voice) -> list[str]:
    """How to read the tables."""
    _ = voice.translate
    difference = _(
        "A difference is taken draw by draw from the baseline, judged by the same target at the same date, and its"
        " median is shown; “=” means that no draw differs."
    )
    interval = _(
        "The interval of a difference in value holds 80% of the draws; that of a difference in probability tells only"
        " what {draws} draws leave open."
    )
    milestone = _(
        "A milestone is the median of a year under the scenario: who commits to it commits to an even chance. Beside it"
        " stands the chance of it if nothing is changed."
    )
    effort = _(
        "Effort: how far levers are moved from where they do nothing, each in shares of the width of its bounds, added"
        " up."
    )
    caution = _(
        "A scenario computes what follows if something changes; it does not say that it will change, nor what causes"
        " it."
    )
    draws = format_number(comparison.bench.parameters.draws, voice.language)
    said = [difference, interval.format(draws=draws), milestone, *([effort] if comparison.efforts else [])]
    return [*said, *_mixture_notes(comparison, voice), caution]


def _mixture_notes(comparison: Comparison, voice: Voice) -> Iterator[str]:
    _ = voice.translate
    if comparison.weights:
        shares = (
            f"{scenario_name(name, comparison, voice)} ({voice.probability(share)})"
            for name, share in comparison.weights.items()
        )
        said = _("The weighted mixture pools the draws of these scenarios, each as often as its weight says: {shares}.")
        yield said.format(shares=", ".join(shares))
    if comparison.unmixed:
        names = (voice.text(comparison.plan.indicators[name].name) for name in comparison.unmixed)
        said = _("Not mixed, as the scenarios have other targets or one has no forecast: {names}.")
        yield said.format(names=", ".join(names))


# Tables


def overview_grid(comparison: Comparison, voice: Voice) -> Grid:
    """One row per indicator: its target, and the probability under every scenario with its difference."""
    _ = voice.translate
    columns = [scenario_name(scenario, comparison, voice) for scenario in comparison.pairs]
    rows = []
    for name in dict.fromkeys(name for name, _scenario, _pair in comparison.seen()):
        pairs = pairs_of(name, comparison)
        goal = goal_words(next(iter(pairs.values())), voice)
        cells = (_glance(pairs.get(scenario), goal, voice) for scenario in comparison.pairs)
        rows.append((indicator_name(name, comparison, voice), goal, *cells))
    caption = _("Probability of meeting each target, and its difference from the baseline")
    return Grid(caption, (_("Indicator"), _("Target"), *columns), tuple(rows), tuple(range(2, 2 + len(columns))))


def _glance(pair: Pair | None, goal: str, voice: Voice) -> str:
    """Write a probability with its difference, and the target where it is not that of the row."""
    if pair is None or not pair.aim.periods:
        return DASH
    shown = voice.probability(pair.aim.figures["probability"])
    if (own := goal_words(pair, voice)) != goal:
        shown = f"{shown} ({own})"
    if not pair.changed or not pair.difference:
        return shown
    return f"{shown}, {_signed(round(100 * pair.difference['probability_difference']), '%', voice)}"


def indicator_grid(name: str, comparison: Comparison, voice: Voice) -> Grid:
    """One row per scenario: value, probability, gap, differences and effort."""
    _ = voice.translate
    pairs, baseline = pairs_of(name, comparison), comparison.scenarios[0].id
    goal = goal_words(next(iter(pairs.values())), voice)
    rows = [
        (
            marked(scenario_name(scenario, comparison, voice), _marks(pair, goal, voice)),
            _value(pair, voice),
            voice.probability(pair.aim.figures["probability"]) if pair.aim.periods else DASH,
            _gap(pair, voice),
            *((DASH, DASH) if scenario == baseline else _differences(pair, voice)),
            *([_effort(scenario, comparison, voice)] if comparison.efforts else []),
        )
        for scenario, pair in pairs.items()
    ]
    columns = (
        _("Scenario"),
        _("Projected value and 80% interval"),
        _("Probability"),
        _("Gap"),
        _("Difference from the baseline and its 80% interval"),
        _("Difference in probability and its 80% interval"),
        *([_("Effort")] if comparison.efforts else []),
    )
    caption = f"{indicator_name(name, comparison, voice)}{voice.colon} {goal}"
    return Grid(caption, columns, tuple(rows), tuple(range(1, len(columns))))


def milestones_grid(name: str, comparison: Comparison, voice: Voice) -> Grid:
    """One row per year under the baseline and each scenario that changes something: what could be committed to."""
    _ = voice.translate
    rows = [
        (
            scenario_name(scenario, comparison, voice),
            voice.period(row["period"]),
            voice.quantity(row["value"], pair.aim.evidence.indicator.unit),
            DASH if row["baseline_probability"] is None else voice.probability(row["baseline_probability"]),
        )
        for scenario, pair in pairs_of(name, comparison).items()
        if pair.changed or scenario == comparison.scenarios[0].id
        for row in pair.milestones()
    ]
    columns = (_("Scenario"), _("Period"), _("Milestone"), _("Chance of it if nothing is changed"))
    caption = _("Milestones: {name}").format(name=voice.text(comparison.plan.indicators[name].name))
    return Grid(caption, columns, tuple(rows), (2, 3))


def pairs_of(name: str, comparison: Comparison) -> dict[str, Pair]:
    """What each scenario makes of one indicator.

    A baseline whose own target has passed is judged by the target of the scenarios, where they have but one.
    """
    found = {scenario: pairs[name] for scenario, pairs in comparison.pairs.items() if name in pairs}
    references = {id(pair.reference): pair.reference for pair in found.values()}
    baseline = comparison.scenarios[0].id
    if baseline in found or len(references) != 1:
        return found
    (reference,) = references.values()
    return {baseline: Pair(reference, reference, target_changed=True), **found}


def named_pairs(name: str, comparison: Comparison, voice: Voice) -> dict[str, Pair]:
    """The same by the name of the scenario, as a reader knows it."""
    return {scenario_name(one, comparison, voice): pair for one, pair in pairs_of(name, comparison).items()}


def indicator_name(name: str, comparison: Comparison, voice: Voice) -> str:
    """Name an indicator by its number, with what a reader must know of its forecast."""
    _ = voice.translate
    indicator = comparison.plan.indicators[name]
    path = comparison.bench.forecast(comparison.scenarios[0])[2].paths.get(name)
    known = [
        (_("rests on a proposed identification"), path is not None and "identification" in path.notes),
        (_("one observation"), path is not None and path.observations == 1),
    ]
    return marked(f"{indicator.number}. {voice.text(indicator.name)}", [label for label, holds in known if holds])


def goal_words(pair: Pair, voice: Voice) -> str:
    """Write a target: its level and its due date, and whether it is not the plan's own any more."""
    target: Target = pair.aim.target
    level, due = voice.level(target, pair.aim.evidence.indicator.unit), voice.period(str(target.due))
    return ", ".join(part for part in (level, due, moved_label(target, voice)) if part)


def _marks(pair: Pair, goal: str, voice: Voice) -> list[str]:
    """What is not as in the title of the table, or not known, in a row."""
    _ = voice.translate
    own = goal_words(pair, voice)
    marks = [] if own == goal else [_("its target: {target}").format(target=own)]
    return [*marks, _("rests on an assumption")] if pair.aim.assumed else marks


def _value(pair: Pair, voice: Voice) -> str:
    unit, figures = pair.aim.evidence.indicator.unit, pair.aim.figures
    if not figures:
        return DASH
    return f"{voice.quantity(figures['median'], unit)} ({voice.range(figures['low'], figures['high'], unit)})"


def _gap(pair: Pair, voice: Voice) -> str:
    """Say how far the median ends from the target."""
    _ = voice.translate
    figures, target, indicator = pair.aim.figures, pair.aim.target, pair.aim.evidence.indicator
    if not figures:
        return DASH
    if _is_nothing(figures["gap"], indicator.unit, voice):
        return _("just on target")
    said = _("above the target by {amount}") if indicator.better == "down" else _("{amount} short")
    if target.high is not None or target.operator == "=":
        said = _("{amount} away from the target")
    if figures["gap"] < 0:
        said = _("{amount} to spare")
    return said.format(amount=voice.difference(figures["gap"], indicator.unit))


def _differences(pair: Pair, voice: Voice) -> tuple[str, str]:
    """Write the differences of value and of probability, each with its interval."""
    found, unit = pair.difference, pair.aim.evidence.indicator.unit
    if not found:
        return DASH, DASH
    if not pair.changed:
        return SAME, SAME
    values = [found[f"difference{end}"] for end in ENDS]
    points = [round(100 * found[f"probability_difference{end}"]) for end in ENDS]
    return _with_interval(values, unit, voice), _with_interval(points, "%", voice)


def _with_interval(found: Sequence[float], unit: str | None, voice: Voice) -> str:
    """Write a difference and the two ends of its interval, all with their signs."""
    _ = voice.translate
    value, low, high = found
    start = f"{_sign(low, unit, voice)}{voice.distance(low, unit)}"
    return f"{_signed(value, unit, voice)} ({_('{low} to {high}').format(low=start, high=_signed(high, unit, voice))})"


def _signed(value: float, unit: str | None, voice: Voice) -> str:
    return f"{_sign(value, unit, voice)}{voice.difference(value, unit)}"


def _sign(value: float, unit: str | None, voice: Voice) -> str:
    """Sign of a difference; none of one that is written as zero."""
    if _is_nothing(value, unit, voice):
        return ""
    return "+" if value > 0 else "\N{MINUS SIGN}"


def _is_nothing(value: float, unit: str | None, voice: Voice) -> bool:
    """Whether a distance is written as zero."""
    return voice.distance(value, unit) == voice.distance(0.0, unit)


def _effort(scenario: str, comparison: Comparison, voice: Voice) -> str:
    effort = comparison.efforts.get(scenario)
    return DASH if effort is None else format_number(effort, voice.language, 2)
