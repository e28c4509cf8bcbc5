"""The slow parts of the explorer: ready HTML, each worked out only when nothing newer is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from forecast.compare import compare
from forecast.errors import ForecastError
from forecast.influence import measure_influence
from forecast.reporting.basis import basis
from forecast.reporting.cases import Commitment, cases
from forecast.reporting.comparisons import indicator_grid, make_voice, named_pairs
from forecast.reporting.drawing import described_svg
from forecast.reporting.dumbbells import draw_dumbbells
from forecast.reporting.exploring import acting
from forecast.reporting.influences import draw_tornado, influence_grid, moving, nothing
from forecast.reporting.live import LiveChart, make_live
from forecast.reporting.markup import Html, bullets, disclosure, element, paragraphs
from forecast.reporting.report import verdict_tables
from forecast.reporting.seeking import seek_text
from forecast.reporting.values import chart_table
from forecast.reporting.verdicts import agreement_sentence, before_sentence
from forecast.scenarios import Scenario
from forecast.schema.language import N_
from forecast.seek import seek
from forecast.study import Bench
from forecast.widgets.form import Look
from forecast.widgets.steps import in_steps

#: Probability for which the least move is sought.
WANTED = 0.8
NOTHING = Html("")
#: Seconds that a part is worked out before it gives way to what is newer.
LEAST = 0.006
#: Titles of the parts, in their order on the page.
TITLES = {
    "take": N_("What it would take"),
    "baseline": N_("Against the baseline"),
    "pins": N_("Pinned side by side"),
    "influence": N_("Which lever matters most"),
    "board": N_("Verdict board"),
    "table": N_("Figures of the chart"),
    "basis": N_("What the forecast rests on"),
}


@dataclass(frozen=True)
class Pin:
    """A pinned state: its number, its scenario, and what it moves, in words."""

    number: str
    scenario: Scenario
    said: str


@dataclass(frozen=True)
class Asked:
    """What the parts are made from.

    Attributes
    ----------
    scenario : Scenario
        The one that the state stands for.
    last : str or None
        Lever that was moved last.
    pins : tuple of Pin
        Those of this indicator.
    """

    look: Look
    bench: Bench
    scenario: Scenario
    last: str | None = None
    pins: tuple[Pin, ...] = ()

    @property
    def item(self) -> Commitment | None:
        """The leading target."""
        return self.look.case.leading

    @property
    def foreseen(self) -> bool:
        """Whether the last target has a probability."""
        return bool(self.item is not None and self.item.probability is not None)


@dataclass(frozen=True)
class Made:
    """A part as it is shown: a live chart above ready HTML; nothing of it where there is nothing to show."""

    html: Html = NOTHING
    chart: LiveChart | None = None
    alt: str = ""


Part = Callable[[Asked], Made]


def make_part(name: str, asked: Asked) -> Iterator[Made | None]:
    """Make a part of the page in steps, None at each pause; a sentence stands where it cannot be made."""
    _ = asked.look.voice.translate

    def work(pause: Callable[[], None]) -> Made:
        return PARTS[name](replace(asked, bench=replace(asked.bench, pause=pause)))

    try:
        yield from in_steps(work, least=LEAST)
    except ForecastError as error:
        yield Made(paragraphs([_("This cannot be worked out here: {reason}").format(reason=str(error))], "note"))


def _baseline(asked: Asked) -> Made:
    """Value, probability and gap beside those of the baseline, judged by the same target."""
    if not asked.foreseen:
        return Made()
    return Made(_beside([asked.scenario], asked))


def _pins(asked: Asked) -> Made:
    """The pinned states side by side, with a chart, and buttons to go back to one or take it away."""
    _ = asked.look.voice.translate
    if not asked.pins:
        return Made()
    rows = [
        element(
            "li",
            [
                element("span", f"{asked.look.voice.text(pin.scenario.title)}{asked.look.voice.colon} {pin.said} "),
                _button("restore", pin, _("Go back to it"), asked),
                _button("unpin", pin, _("Take it away"), asked),
            ],
        )
        for pin in asked.pins
    ]
    listed = element("ul", rows, class_="pins")
    return Made(Html(listed.text + _beside([pin.scenario for pin in asked.pins], asked, drawn=True).text))


def _button(action: str, pin: Pin, said: str, asked: Asked) -> Html:
    name = f"{said}{asked.look.voice.colon} {asked.look.voice.text(pin.scenario.title)}"
    return element("button", said, type="button", data_action=action, data_pin=pin.number, aria_label=name)


def _beside(chosen: Sequence[Scenario], asked: Asked, *, drawn: bool = False) -> Html:
    comparison = compare(asked.bench, chosen, indicators=[asked.look.state.indicator])
    voice, name = make_voice(comparison, asked.look.voice.language), asked.look.state.indicator
    if not any(name in pairs for pairs in comparison.pairs.values()):
        return Html("")
    grid, image = indicator_grid(name, comparison, voice), Html("")
    if drawn and (found := named_pairs(name, comparison, voice)):
        spec = draw_dumbbells(found, voice)
        if spec is not None:
            told = " ".join(spec["title"]["text"])
            svg = described_svg(spec, id="pins", title=grid.title, description=told, language=voice.language)
            image = element("figure", svg)
    return Html(image.text + grid.html().text)


def _board(asked: Asked) -> Made:
    """What every official method says of the leading target."""
    if asked.item is None or not asked.item.target.numeric:
        return Made()
    study, voice = asked.bench.run(asked.scenario), asked.look.voice
    case = next(one for one in cases(study, asked.look.seen.values) if one.name == asked.look.state.indicator)
    item = case.leading
    assert item is not None  # the same target, now with its verdicts
    said = [agreement_sentence(item, voice), before_sentence(item, case, voice)]
    tables = verdict_tables(item, case, voice)
    told = paragraphs([" ".join(part for part in said if part)])
    return Made(Html(told.text + "".join(one.text for one in tables)))


def _influence(asked: Asked) -> Made:
    """A tornado of the levers and assumptions, each alone over its bounds."""
    if not asked.foreseen or not asked.look.levers():
        return Made()
    found = measure_influence(asked.bench, asked.scenario, asked.look.state.indicator, points=0)
    voice = asked.look.voice
    if not moving(found):
        return Made(paragraphs([nothing(found, asked.bench, voice)]))
    spec, grid = draw_tornado(found, asked.bench, voice), influence_grid(found, asked.bench, voice)
    return Made(
        disclosure(grid.title, grid.html()), make_live(spec), f"{grid.title}. {' '.join(spec['title']['text'])}"
    )


def _take(asked: Asked) -> Made:
    """How far the lever that was moved last would have to go."""
    if not asked.foreseen:
        return Made()
    moved = acting(asked.scenario, asked.look.state.indicator, asked.look.plan)
    last = asked.last if asked.last in moved else next(reversed(moved), None)
    return Made(sought(asked, [last])) if last else Made()


def sought(asked: Asked, levers: Sequence[str | None]) -> Html:
    """Say for each lever, or for the pace where it is None, the least that gives the probability wanted."""
    language, indicator = asked.look.voice.language, asked.look.state.indicator
    said = []
    for lever in levers:
        answer = seek(asked.bench, asked.scenario, indicator, WANTED, lever=lever, delays=0)
        said.append(seek_text(answer, asked.bench, language, brief=True))
    return paragraphs(said) if len(said) == 1 else bullets(said)


def _table(asked: Asked) -> Made:
    """The figures of the chart."""
    if asked.look.case.path is None:
        return Made()
    return Made(chart_table(asked.look.case, asked.look.study, asked.look.voice))


def _basis(asked: Asked) -> Made:
    """What the forecast rests on, and how accurate such forecasts have been."""
    return Made(bullets(basis(asked.look.case, asked.look.study, asked.look.voice), "basis"))


PARTS: Mapping[str, Part] = {
    "baseline": _baseline,
    "pins": _pins,
    "board": _board,
    "influence": _influence,
    "take": _take,
    "table": _table,
    "basis": _basis,
}
