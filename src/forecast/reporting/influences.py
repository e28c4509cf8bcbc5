"""What matters most, for a reader: a tornado of levers and assumptions, and their shares of the variance."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from forecast.compare import Comparison
from forecast.influence import Factor, Influence, Share, Swing, measure_influence
from forecast.reporting.boards import DASH, marked
from forecast.reporting.changes import lever_amount, lever_name
from forecast.reporting.comparisons import shown_indicators
from forecast.reporting.drawing import described_svg
from forecast.reporting.dumbbells import LETTERS, LINE, MARGIN, ROW, WIDE, WIDTH, make_config
from forecast.reporting.figures import ASSUMED_BANDS, BAND_EDGE, BANDS, SCHEMA, Spec
from forecast.reporting.grids import Grid
from forecast.reporting.layout import value_axis
from forecast.reporting.marks import COMMITTED, INK
from forecast.reporting.markup import Html, element, paragraphs, part
from forecast.reporting.voice import Voice, whole_units
from forecast.schema.language import check_language, translator
from forecast.study import Bench

#: Points of the design where several indicators are weighed in one page.
POINTS = 64
#: Share of a variance up to which a factor moves nothing: what sampling leaves.
LEAST = 1e-3


def make_voice(influence: Influence, bench: Bench, language: str) -> Voice:
    """Speak a language with the units of the plan."""
    _plan, observed, _baseline = bench.forecast(bench.scenario(influence.scenario))
    return Voice(check_language(language), bench.catalogue.units, bench.plan.source_language, whole_units(observed))


def influence_text(influence: Influence, bench: Bench, language: str) -> Iterator[str | Grid]:
    """Say what matters most: one table, and how to read it."""
    voice = make_voice(influence, bench, language)
    if not moving(influence):
        yield nothing(influence, bench, voice)
        return
    yield influence_grid(influence, bench, voice)
    yield from notes(influence, bench, voice)


def influence_sections(comparison: Comparison, language: str, *, points: int = POINTS) -> Html:
    """What matters most for each indicator that levers act on: under the baseline, else a scenario still open.

    Parameters
    ----------
    points : int
        Size of the design, a power of two; fewer are faster and less sure.
    """
    bench, sections = comparison.bench, []
    for name in shown_indicators(comparison):
        acting = {name, *comparison.plan.named_by(name)}
        open_in = [one for one in comparison.scenarios if name in comparison.pairs.get(one.id, {})]
        # a scenario that itself puts the indicator somewhere leaves nothing for the levers to move
        open_in.sort(key=lambda one: name in {*(a.on for a in one.changes), *(b.on for b in one.recipes)})
        if open_in and any(lever.on in acting for lever in comparison.plan.levers.values()):
            found = measure_influence(bench, open_in[0], name, points=points)
            sections.append(influence_section(found, bench, language))
    if not sections:
        return Html("")
    heading = element("h2", translator(language)("What matters most"))
    return part("section", [heading, *sections], language)


def influence_section(influence: Influence, bench: Bench, language: str) -> Html:
    """One indicator for a page: the tornado, the table with its figures, and how to read them."""
    voice = make_voice(influence, bench, language)
    _ = voice.translate
    heading = element("h3", _heading(influence, bench, voice))
    if not moving(influence):
        return part("section", [heading, paragraphs([nothing(influence, bench, voice)])], language)
    grid = influence_grid(influence, bench, voice)
    image = _image(influence, bench, voice, grid)
    content = [heading, image, grid.html(), paragraphs(list(notes(influence, bench, voice)), "note")]
    return part("section", content, language)


def _image(influence: Influence, bench: Bench, voice: Voice, grid: Grid) -> Html:
    _ = voice.translate
    spec = draw_tornado(influence, bench, voice)
    told = " ".join([*spec["title"]["text"], _("The table below holds the figures of this chart.")])
    id = f"influence-{influence.indicator}"
    return element("figure", described_svg(spec, id=id, title=grid.title, description=told, language=voice.language))


def influence_grid(influence: Influence, bench: Bench, voice: Voice) -> Grid:
    """Lay out what each lever and assumption that moves something makes of value and probability, and its shares."""
    _ = voice.translate
    total = {share.factor.name: share for share in influence.value_shares}
    chance = {share.factor.name: share for share in influence.probability_shares}
    shared = influence.evaluations > 0
    rows = tuple(
        (
            factor_name(swing.factor, bench, voice),
            " → ".join(magnitude(end, swing.factor, bench, voice) for end in (size.low, size.high)),
            " → ".join(voice.quantity(end.value, influence.unit) for end in (swing.low, swing.high)),
            " → ".join(voice.probability(end.probability) for end in (swing.low, swing.high)),
            *([_share(share.get(swing.factor.name), voice) for share in (total, chance)] if shared else []),
        )
        for swing in moving(influence)
        for size in (swing.factor.size,)
    )
    shares = (_("Share of the variance of the value"), _("Share of the variance of the probability"))
    columns = (_("Lever or assumption"), _("From, to"), _("Projected value"), _("Probability"))
    title = _("What matters most: {target}").format(target=goal(influence, bench, voice))
    return Grid(title, (*columns, *(shares if shared else ())), rows, (4, 5) if shared else ())


def _heading(influence: Influence, bench: Bench, voice: Voice) -> str:
    """Name the target, and the scenario where it is not the baseline."""
    scenario = bench.scenario(influence.scenario)
    said = goal(influence, bench, voice)
    return said if scenario.is_baseline else f"{said} – {voice.text(scenario.title)}"


def goal(influence: Influence, bench: Bench, voice: Voice) -> str:
    """Name the indicator, its target and the due date, and say where the levers act through assumed drivers."""
    _ = voice.translate
    said = _("{name}, {target}, due {due}").format(
        name=voice.text(bench.plan.indicators[influence.indicator].name),
        target=voice.level(influence.target, influence.unit),
        due=voice.due(influence.target),
    )
    assumed = any(swing.factor.kind == "assumption" for swing in influence.swings)
    return marked(said, [_("rests on an assumption")] if assumed else [])


def factor_name(factor: Factor, bench: Bench, voice: Voice) -> str:
    """Name a lever, or the driver of which a value is assumed."""
    _ = voice.translate
    if factor.kind == "assumption":
        name = voice.text(bench.plan.drivers[factor.name].name)
        return _("{name} (assumption)").format(name=name)
    return lever_name(factor.name, bench.plan, voice)


def magnitude(value: float, factor: Factor, bench: Bench, voice: Voice) -> str:
    """Write where a factor is put, in its unit."""
    if factor.kind == "assumption":
        return voice.quantity(value, factor.unit, exact=True)
    return lever_amount(value, bench.plan.levers[factor.name], bench.plan, voice)


def _share(share: Share | None, voice: Voice) -> str:
    """Write a total share with half its 95 % interval; a dash where the outcome does not vary."""
    if share is None:
        return DASH
    return f"{voice.share(min(max(share.total, 0.0), 1.0))} ± {voice.share(min(share.total_error, 1.0))}"


def moving(influence: Influence) -> list[Swing]:
    """Factors that move the value or the probability, alone or with others; the largest first."""
    shares = (*influence.value_shares, *influence.probability_shares)
    together = {share.factor.name for share in shares if share.total > LEAST}
    return [one for one in influence.swings if _shows(one, influence.draws) or one.factor.name in together]


def _shows(swing: Swing, draws: int) -> bool:
    """Whether one factor alone moves the probability by more than a draw, or the value at all that is printed."""
    largest = max(abs(swing.low.value), abs(swing.high.value))
    return abs(swing.probability) > 1 / draws or abs(swing.value) > LEAST * largest


def notes(influence: Influence, bench: Bench, voice: Voice) -> Iterator[str]:
    """Name what moves nothing, and say how the figures are made."""
    _ = voice.translate
    shown = moving(influence)
    if idle := [factor_name(one.factor, bench, voice) for one in influence.swings if one not in shown]:
        yield _("Known better, these would change nothing: {names}.").format(names="; ".join(idle))
    if influence.left_out:
        left = "; ".join(
            factor_name(one.factor, bench, voice) for one in influence.swings if one.factor.name in influence.left_out
        )
        yield _("Moved alone only, as they cannot act together with the others: {names}.").format(names=left)
    yield _(
        "Each row moves one lever over its bounds, or one assumption over its range, and leaves all else as it is. For"
        " the shares of the variance all move at once ({evaluations} trials): a share is what would be left if all but"
        " this one were known (total Sobol share, with half its 95% interval). Shares may add up to more than 100%."
    ).format(evaluations=voice.number(influence.evaluations))


def nothing(influence: Influence, bench: Bench, voice: Voice) -> str:
    """Say that nothing moves the indicator."""
    _ = voice.translate
    return _("{name}: the plan has no lever and no assumption that acts on it.").format(
        name=voice.text(bench.plan.indicators[influence.indicator].name)
    )


def draw_tornado(influence: Influence, bench: Bench, voice: Voice) -> Spec:
    """Draw one bar a factor, from the value at its low end to that at its high end, around the value as it stands."""
    _ = voice.translate
    rows = [
        {
            "name": "|".join(textwrap.wrap(factor_name(swing.factor, bench, voice).replace("|", "/"), LETTERS)),
            "low": swing.low.value,
            "high": swing.high.value,
        }
        for swing in moving(influence)
    ]
    target = [one for one in (influence.target.value, influence.target.high) if one is not None]
    ends = [end.value for swing in moving(influence) for end in (swing.low, swing.high)]
    x = value_axis([influence.now.value, *target, *ends], bench.plan.indicators[influence.indicator].bounds)
    across = {
        "type": "quantitative",
        "scale": {"domain": [x.low, x.high], "nice": False, "zero": False},
        "axis": {"values": list(x.ticks), "format": ",.10~f", "title": voice.unit_name(influence.unit)},
    }
    down = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelExpr": "split(datum.label, '|')", "labelLimit": 240},
    }
    assumed = any(swing.factor.kind == "assumption" for swing in influence.swings)
    colour = (ASSUMED_BANDS if assumed else BANDS)[1][2]
    bar = {"type": "bar", "size": 16, "stroke": BAND_EDGE, "strokeWidth": 0.6, "color": colour}
    said = _(
        "Median when due, from the low to the high end of each lever or assumption alone; the line stands where"
        " nothing is moved, the brown one at the target."
    )
    lines = [
        {
            "mark": {"type": "rule", "color": colour, "strokeWidth": width},
            "data": {"values": [{"value": value} for value in values]},
            "encoding": {"x": {"field": "value", **across}},
        }
        for values, colour, width in (([influence.now.value], INK, 1.4), (target, COMMITTED, 3))
    ]
    most = max(str(row["name"]).count("|") + 1 for row in rows)
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": max(ROW, LINE * most + 8) * len(rows),
        "background": "white",
        "padding": {"left": MARGIN, "right": MARGIN, "top": 5, "bottom": 5},
        "title": {"text": textwrap.wrap(said, WIDE - 12), "anchor": "start", "offset": 10},
        "layer": [
            {
                "mark": bar,
                "data": {"values": rows},
                "encoding": {"x": {"field": "low", **across}, "x2": {"field": "high"}, "y": down},
            },
            *lines,
        ],
        "config": make_config(voice.language),
    }
