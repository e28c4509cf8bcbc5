"""A chart for targets that are dates or words: when each falls due within the plan, and what is known of it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from forecast.plans.model import Plan, Target
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.dumbbells import make_config
from forecast.reporting.figures import MEDIAN, SCHEMA, Spec
from forecast.reporting.layout import LETTER, Axis, fiscal, time_axis, year_label
from forecast.reporting.marks import COMMITTED, INK, QUIET, REQUIRED
from forecast.reporting.text import case_title, days_sentence, moved_label, status_words, words
from forecast.reporting.voice import Voice
from forecast.schema.periods import Period, decimal_year
from forecast.study import Study

#: Width of the drawing, of the words at its left and of the space at its right, in pixels.
WIDTH, LEFT, RIGHT = 500, 214, 26
#: Height of a line of text, and the space around the lines of a row, in pixels.
LINE, SPACE = 14.5, 22
#: Letters in a line of the words at the left, and the most that are shown of a target's words.
LETTERS, SHOWN = 35, 140
#: Space between a mark and the text beside it, in pixels.
BESIDE = 13
#: The span of the plan: light, so that text on it keeps its contrast.
SPAN, SPAN_EDGE = "#eaf0f6", "#8c8c8c"
TITLE = {
    "fontSize": 13,
    "subtitleFontSize": 11.5,
    "color": INK,
    "subtitleColor": QUIET,
    "lineHeight": 17,
    "subtitleLineHeight": 15,
    "subtitlePadding": 4,
}
#: Mark of each status: shape, fill and edge. Hollow means that nothing was published.
MARKS = {
    "open": ("circle", MEDIAN, MEDIAN),
    "no_forecast": ("circle", MEDIAN, MEDIAN),
    "no_value": ("circle", "white", INK),
    "met": ("triangle-up", REQUIRED, REQUIRED),
    "missed": ("cross", COMMITTED, COMMITTED),
}


@dataclass(frozen=True)
class Row:
    """One target: its words, what is said beside its mark, its place on the time axis, its status and its height.

    Attributes
    ----------
    time : float or None
        Due day in decimal years; None for a target that recurs or has no due date.
    top, height : float
        In pixels from the top of the drawing.
    """

    name: tuple[str, ...]
    said: tuple[str, ...]
    time: float | None
    status: str
    right: bool = True
    top: float = 0.0
    height: float = 0.0

    @property
    def middle(self) -> float:
        """Height of its mark, in pixels from the top."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Text:
    """A line of text: its place in pixels, its colour and how it stands."""

    text: str
    x: float
    y: float
    colour: str = INK
    align: str = "left"
    bold: bool = False


def draw_timeline(case: Case, study: Study, voice: Voice) -> Spec | None:
    """Draw the targets of an indicator on the time of its plan, a row for each; None where none has a due date."""
    found = [item for item in case.commitments if item.target.due_date is not None]
    if not found:
        return None
    x = _axis(found, study)
    ends = _ends(study.plan, voice, x)
    rows = _rows(case, study, voice, x, ends[-1].y + 13)
    height = rows[-1].top + rows[-1].height
    texts = [*ends, *_as_of(study, voice, x), *(text for row in rows for text in _row_texts(row, study.plan, x))]
    layers = [*_ground(study, rows, x, height), _marks(rows), *_texts(texts, x)]
    title = textwrap.wrap(f"{case.indicator.number}. {case_title(case, voice)}", 96)
    subtitle = textwrap.wrap(_subtitle(voice), 122)
    top = 18 * len(title) + 15 * len(subtitle) + 40
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": height,
        "autosize": "none",
        "padding": {"left": LEFT, "right": RIGHT, "top": top, "bottom": 26},
        "background": "white",
        "title": {
            "text": title,
            "subtitle": subtitle,
            "anchor": "start",
            "frame": "group",
            "offset": 20,
            "dx": 4 - LEFT,
        },
        "layer": [_scaled(layer, i == 0, study.plan, x, height) for i, layer in enumerate(layers)],
        "config": {**make_config(voice.language), "title": TITLE, "text": {"fontSize": 11}},
    }


def timeline_alt(case: Case, study: Study, voice: Voice) -> str:
    """Say what a timeline shows, for those who do not see it."""
    _ = voice.translate
    plan = study.plan
    span = _("Period of the plan: {start} to {end}").format(start=voice.period(plan.start), end=voice.period(plan.end))
    known = _("As known on {date}").format(date=voice.date(study.as_of))
    told = [
        f"{words(item.target, voice)}{voice.colon} {', '.join(_said(item, case, study, voice))}"
        for item in case.commitments
    ]
    return " ".join(f"{part}." for part in (f"{case.indicator.number}. {case_title(case, voice)}", span, known, *told))


def _subtitle(voice: Voice) -> str:
    _ = voice.translate
    return _("Due date of each target, the time left or passed, and its state · band: the period of the plan")


def _axis(found: Sequence[Commitment], study: Study) -> Axis:
    """Span the plan, the due dates and the as-of in years, or in fiscal years where the plan counts in them."""
    plan = study.plan
    dates = [plan.first.start, plan.last.end, study.as_of, *(item.target.due_date for item in found)]
    times = [decimal_year(day) for day in dates if day is not None]
    return time_axis(min(times), max(times), [plan.first, plan.last], "flow")


def _rows(case: Case, study: Study, voice: Voice, x: Axis, top: float) -> list[Row]:
    """Make the rows, one under the other from a height on."""
    rows = []
    for item in case.commitments:
        row = replace(_row(item, case, study, voice, x), top=top)
        row = replace(row, height=LINE * max(len(row.name), len(row.said)) + SPACE)
        rows.append(row)
        top += row.height
    return rows


def _row(item: Commitment, case: Case, study: Study, voice: Voice, x: Axis) -> Row:
    """Say what stands at the left and beside the mark, on the side where there is more room."""
    name = textwrap.wrap(words(_shortened(item.target), voice), LETTERS)
    said, due = _said(item, case, study, voice), item.target.due_date
    if due is None or "recurring" in item.target.reading:
        room = WIDTH - _unmarked(study.plan, x)
        lines = [line for part in said for line in textwrap.wrap(part, _letters(room))]
        return Row(tuple(name), tuple(lines), None, item.status)
    time = decimal_year(due)
    place = x.pixel(time, WIDTH)
    right = place < WIDTH / 2
    lines = [line for part in said for line in textwrap.wrap(part, _letters(WIDTH - place if right else place))]
    return Row(tuple(name), tuple(lines), time, item.status, right)


def _unmarked(plan: Plan, x: Axis) -> float:
    """Place of what is said of a target without a mark: where the plan begins, unless that is too far right."""
    return min(x.pixel(_span(plan)[0], WIDTH), WIDTH / 4)


def _letters(room: float) -> int:
    return math.floor((room - BESIDE) / LETTER)


def _shortened(target: Target) -> Target:
    """Cut the words of a target, and our translation of them, where they would fill the chart."""
    texts = {name: getattr(target, name) for name in ("words", "translation")}
    update = {name: textwrap.shorten(text, SHOWN, placeholder=" …") for name, text in texts.items() if text}
    return target.model_copy(update=update)


def _said(item: Commitment, case: Case, study: Study, voice: Voice) -> list[str]:
    """Say when a target falls due, how long that is, its state, and whether the scenario changed it."""
    target = item.target
    due, day = voice.due(target), voice.date(target.due_date) if target.due_date else ""
    parts = [
        due if day in due else f"{due} ({day})",
        days_sentence(target, study.as_of, voice),
        voice.readings(target) if "recurring" in target.reading else "",
        status_words(item, case, voice).split(" ", 1)[1],  # the shape of the mark stands for its sign
        moved_label(target, voice),
    ]
    return list(dict.fromkeys(part for part in parts if part))


def _ends(plan: Plan, voice: Voice, x: Axis) -> list[Text]:
    """Name the first and the last day of the plan at the top of its band, one under the other where it is narrow."""
    _ = voice.translate
    first = _("plan begins: {date}").format(date=voice.date(plan.first.start))
    last = _("plan ends: {date}").format(date=voice.date(plan.last.end))
    start, end = (x.pixel(time, WIDTH) for time in _span(plan))
    below = (len(first) + len(last)) * LETTER + 24 > end - start
    left = min(start + 5, WIDTH + RIGHT - 2 - LETTER * len(first))
    return [Text(first, left, 13, QUIET), Text(last, end - 5, 13 + LINE * below, QUIET, "right")]


def _span(plan: Plan) -> tuple[float, float]:
    return decimal_year(plan.first.start), decimal_year(plan.last.end + timedelta(days=1))


def _as_of(study: Study, voice: Voice, x: Axis) -> list[Text]:
    """Name the as-of day above its rule, within the drawing."""
    _ = voice.translate
    text = _("as of {date}").format(date=voice.date(study.as_of))
    place, half = x.pixel(decimal_year(study.as_of), WIDTH), LETTER * len(text) / 2
    return [Text(text, min(max(place, half), WIDTH + RIGHT - half - 2), -9, QUIET, "center")]


def _row_texts(row: Row, plan: Plan, x: Axis) -> Iterator[Text]:
    """Place the words at the left, and beside the mark what is said; the due date is bold."""
    for line, y in _lines(row.name, row.middle):
        yield Text(line, 8 - LEFT, y)
    place = _unmarked(plan, x) if row.time is None else x.pixel(row.time, WIDTH)
    side = BESIDE if row.right else -BESIDE
    for i, (line, y) in enumerate(_lines(row.said, row.middle)):
        yield Text(line, place + side, y, INK, "left" if row.right else "right", bold=i == 0)


def _lines(texts: Sequence[str], middle: float) -> Iterator[tuple[str, float]]:
    for i, text in enumerate(texts):
        yield text, middle + LINE * (i - (len(texts) - 1) / 2)


def _ground(study: Study, rows: Sequence[Row], x: Axis, height: float) -> Iterator[Spec]:
    """Draw what stands behind: the band of the plan, limits of years, lines between rows, the as-of."""
    start, end = _span(study.plan)
    band = [{"x": start, "x2": end, "y": 0, "y2": height}]
    yield _layer({"type": "rect", "color": SPAN, "opacity": 1}, band, x2={"field": "x2"}, y2={"field": "y2"})
    years = [{"x": time, "y": rows[0].top, "y2": height} for time in _limits(study.plan, x)]
    yield _layer({"type": "rule", "color": "#d4d9de", "strokeWidth": 1}, years, y2={"field": "y2"})
    between = [{"x": x.value(8 - LEFT, WIDTH), "x2": x.high, "y": row.top} for row in rows[1:]]
    yield _layer({"type": "rule", "color": "#d4d9de", "strokeWidth": 1}, between, x2={"field": "x2"})
    ends = [{"x": time, "y": 0, "y2": height} for time in (start, end)]
    dashed = {"type": "rule", "color": SPAN_EDGE, "strokeWidth": 1, "strokeDash": [4, 3]}
    yield _layer(dashed, ends, y2={"field": "y2"})
    now = [{"x": decimal_year(study.as_of), "y": 0, "y2": height}]
    yield _layer({"type": "rule", "color": "#6e6e6e", "strokeWidth": 1.4}, now, y2={"field": "y2"})


def _limits(plan: Plan, x: Axis) -> Iterator[float]:
    """First days of the years that the plan counts in, in decimal years."""
    in_fiscal = fiscal([plan.first, plan.last])
    for year in range(math.floor(x.low), math.ceil(x.high) + 1):
        start = decimal_year(Period.parse(f"{year}-{year + 1}" if in_fiscal else str(year)).start)
        if x.low < start < x.high:
            yield start


def _marks(rows: Sequence[Row]) -> Spec:
    data = [{"x": row.time, "y": row.middle, "status": row.status} for row in rows if row.time is not None]
    return _layer(
        {"type": "point", "size": 130, "strokeWidth": 2, "opacity": 1},
        data,
        shape=_by_status(0),
        fill=_by_status(1),
        stroke=_by_status(2),
    )


def _by_status(place: int) -> Spec:
    scale = {"domain": list(MARKS), "range": [mark[place] for mark in MARKS.values()]}
    return {"field": "status", "type": "nominal", "scale": scale, "legend": None}


def _texts(texts: Sequence[Text], x: Axis) -> list[Spec]:
    """Draw text over a white edge, so that lines under it do not hinder reading."""
    data = [
        {
            "x": x.value(text.x, WIDTH),
            "y": text.y,
            "text": text.text,
            "colour": text.colour,
            "align": text.align,
            "weight": "bold" if text.bold else "normal",
        }
        for text in texts
    ]
    looks = {"align": {"expr": "datum.align"}, "fontWeight": {"expr": "datum.weight"}, "baseline": "middle"}
    edge = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round", "color": "white"}
    shown = {"field": "text", "type": "nominal"}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return [
        _layer({"type": "text", **looks, **edge}, data, text=shown),
        _layer({"type": "text", **looks}, data, text=shown, color=colour),
    ]


def _layer(mark: Spec, data: Sequence[Spec], **encoding: Spec) -> Spec:
    return {"mark": mark, "data": {"values": list(data)}, "encoding": encoding}


def _scaled(layer: Spec, first: bool, plan: Plan, x: Axis, height: float) -> Spec:
    """Place a layer: years across, pixels from the top; the first layer has the axis."""
    years = {"values": list(x.ticks), "labelExpr": year_label([plan.first, plan.last], "flow"), "labelOverlap": False}
    across: Spec = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [x.low, x.high], "nice": False, "zero": False},
        "axis": {**years, "grid": False, "ticks": False, "title": None, "labelPadding": 6},
    }
    up: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [height, 0], "nice": False, "zero": False},
        "axis": None,
    }
    shared = {"x": across, "y": up} if first else {"x": _bare(across), "y": _bare(up)}
    return {**layer, "encoding": {**shared, **layer["encoding"]}}


def _bare(channel: Spec) -> Spec:
    return {key: channel[key] for key in ("field", "type", "scale")}
