"""Charts as Vega-Lite specifications, plain dictionaries: what was observed, what is forecast, what was committed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from forecast.reporting.cases import Case, cases
from forecast.reporting.doubts import known_facts, passed_breaks
from forecast.reporting.layout import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    ROW,
    WIDTH,
    Axis,
    Label,
    spread_labels,
    value_axis,
    year_label,
)
from forecast.reporting.marks import (
    COMMITTED,
    DASHES,
    INK,
    QUIET,
    REQUIRED,
    SHAPES,
    KeyItem,
    key,
    key_height,
    key_labels,
    sample_of,
    target_labels,
)
from forecast.reporting.paths import (
    Points,
    committed_path,
    fan,
    inside,
    median,
    required_path,
    shown_axis,
    shown_periods,
    shown_values,
)
from forecast.reporting.text import case_title, moved_label, unit_beside
from forecast.reporting.voice import Voice
from forecast.schema.language import NO_BREAK
from forecast.schema.periods import decimal_year
from forecast.study import Study

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
#: The live chart ships the second one, which has the measures of the first.
FONT = "Liberation Sans, Arimo, Arial, Helvetica, sans-serif"
Bands = tuple[tuple[float, float, str], ...]
#: Lightness falls from the widest to the narrowest band, so that they stay apart in grey print.
BANDS: Bands = ((0.025, 0.975, "#dbe7f3"), (0.1, 0.9, "#b3cde6"), (0.25, 0.75, "#83aed6"))
#: The same for what rests on an assumption: grey.
ASSUMED_BANDS: Bands = ((0.025, 0.975, "#ececec"), (0.1, 0.9, "#d6d6d6"), (0.25, 0.75, "#bdbdbd"))
BAND_EDGE = "#6b7c8f"
#: Exceptional values and breaks: seen, but behind what counts; three to one against white.
LIGHT = "#8c8c8c"
MEDIAN = "#12497d"
NUMBERS = {
    "fr": {
        "decimal": ",",
        "thousands": NO_BREAK,
        "grouping": [3],
        "currency": ["", f"{NO_BREAK}$"],
        "percent": f"{NO_BREAK}%",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "percent": "%"},
}


def figure(study: Study, indicator: str, language: str) -> Spec | None:
    """Draw one indicator of a study; None when there is nothing in numbers to draw."""
    case = next(case for case in cases(study) if case.name == indicator)
    return draw_case(case, study, Voice.of(study, language))


def draw_case(case: Case, study: Study, voice: Voice, *, widest: float = 0.95) -> Spec | None:
    """Draw an indicator: its forecast, or without one its committed path; None for fewer than two numbers.

    Parameters
    ----------
    widest : float
        Widest interval of the forecast that is drawn, 0.5, 0.8 or 0.95.
    """
    if not case.indicator.numeric or len(case.used) + len(case.numeric) < 2:
        return None
    x = shown_axis(case, study)
    y = value_axis(shown_values(case, x), case.indicator.bounds)
    legend = key(case, voice)
    rules, names = _breaks(case, study, voice, x, y)
    layers = [*_forecast(case, x, y, widest), *_paths(case, legend, x, y), *_as_of(study, x, y), *rules]
    layers += [*_history(case, legend, x, y), *_targets(case)]
    labels = [
        *_forecast_labels(case, voice, x, y, widest),
        *_as_of_label(study, voice, x, y),
        *names,
        *target_labels(case, study, voice, y),
    ]
    layers += _texts([*labels, *key_labels(legend, x, y)])
    return _frame(case, voice, layers, x, y, widest)


def _frame(case: Case, voice: Voice, layers: list[Spec], x: Axis, y: Axis, widest: float) -> Spec:
    title, subtitle = _title(case, voice, widest)
    top = 18 * len(title) + 15 * len(subtitle) + 30
    rows = len({place.row for place in key(case, voice)})
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": HEIGHT,
        "autosize": "none",
        "padding": {"left": LEFT, "right": RIGHT, "top": top, "bottom": BOTTOM + ROW * rows},
        "background": "white",
        "title": {
            "text": title,
            "subtitle": subtitle,
            "anchor": "start",
            "frame": "group",
            "offset": 20,
            "dx": 4 - LEFT,
        },
        "layer": _scaled(layers, _encodings(case, voice, x, y)),
        "config": _config(voice.language),
    }


def _config(language: str) -> Spec:
    quiet = {"labelColor": QUIET, "tickColor": "#8c8c8c", "domainColor": "#8c8c8c", "labelFontSize": 11, "title": None}
    return {
        "aria": False,
        "font": FONT,
        "locale": {"number": NUMBERS[language]},
        "title": {
            "fontSize": 13,
            "subtitleFontSize": 11.5,
            "color": INK,
            "subtitleColor": QUIET,
            "lineHeight": 17,
            "subtitleLineHeight": 15,
            "subtitlePadding": 4,
        },
        "axis": quiet,
        "axisX": {"grid": False, "labelFlush": False},
        "axisY": {"gridColor": "#e8e8e8", "domain": False, "ticks": False, "labelPadding": 6},
        "view": {"stroke": None},
        "text": {"fontSize": 11},
    }


def _encodings(case: Case, voice: Voice, x: Axis, y: Axis) -> tuple[Spec, Spec]:
    """Both axes; the layers share them."""
    across = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [x.low, x.high], "nice": False, "zero": False},
        "axis": {
            "values": list(x.ticks),
            "labelExpr": year_label(shown_periods(case), case.indicator.measure),
            "labelOverlap": False,
        },
    }
    up = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [y.low, y.high], "nice": False, "zero": False},
        "axis": {"values": list(y.ticks), "labelExpr": _number_label(y, voice.language)},
    }
    return across, up


def _number_label(y: Axis, language: str) -> str:
    """Vega expression that writes a tick of the value axis; millions are written `20 M`."""
    step = y.ticks[1] - y.ticks[0] if len(y.ticks) > 1 else 1.0
    if y.high >= 5e6:
        unit = f"{NO_BREAK}M" if language == "fr" else "M"
        decimals = 0 if step >= 1e6 else 1
        return f"format(datum.value / 1e6, ',.{decimals}f') + '{unit}'"
    decimals = next(d for d in range(7) if d == 6 or abs(round(step, d) - step) < 1e-9)
    return f"format(datum.value, ',.{decimals}f')"


def _scaled(layers: Iterable[Spec], encodings: tuple[Spec, Spec]) -> list[Spec]:
    """Give the full axes to the first layer; every other layer shares them by their field names."""
    across, up = encodings
    scaled = []
    for i, layer in enumerate(layers):
        encoding = {"x": across if i == 0 else _shared(across), "y": up if i == 0 else _shared(up), **layer["encoding"]}
        scaled.append({**layer, "encoding": encoding})
    return scaled


def _shared(channel: Spec) -> Spec:
    return {key: channel[key] for key in ("field", "type", "scale")}


def _title(case: Case, voice: Voice, widest: float) -> tuple[list[str], list[str]]:
    """Name of the indicator with its unit; under it, what is drawn and what it rests on."""
    _ = voice.translate
    unit = voice.unit_name(case.indicator.unit)
    title = _("{name}, in {unit}") if unit != voice.unit_name("unspecified") else _("{name}, {unit}")
    beside = unit if case.indicator.unit == "%" else unit_beside(case, voice)
    text = title.format(name=case_title(case, voice), unit=unit) if beside else case_title(case, voice)
    return textwrap.wrap(text, 96), textwrap.wrap(_subtitle(case, voice, widest), 122)


def _subtitle(case: Case, voice: Voice, widest: float) -> str:
    _ = voice.translate
    if case.path is None:
        return _("Committed path only: no published value was found, so there is no forecast")
    drawn = {
        0.5: _("Median forecast and its 50% interval"),
        0.8: _("Median forecast and its 50% and 80% intervals"),
        0.95: _("Median forecast and its 50%, 80% and 95% intervals"),
    }
    parts = [drawn[widest]]
    if case.path.assumed:
        parts.append(_("rests on an assumption"))
    parts += [_("path changed by the scenario")] if case.forced else []
    if case.single:
        said = _("one observation: wide, prior-driven forecast, drawn from other indicators, not a trend")
        parts.append(_("one observation") if case.forced else said)
    parts += list(dict.fromkeys(label for item in case.numeric if (label := moved_label(item.target, voice))))
    return " · ".join(parts)


def _drawn(bands: Bands, widest: float) -> Bands:
    """Bands up to the widest that is drawn."""
    return tuple(band for band in bands if band[1] - band[0] < widest + 1e-9)


def _forecast(case: Case, x: Axis, y: Axis, widest: float) -> list[Spec]:
    """Bands, median and, under a scenario, the baseline's median."""
    if case.path is None:
        return []
    bands = _drawn(ASSUMED_BANDS if case.path.assumed else BANDS, widest)
    data = [
        {"x": time, "y": inside(ends[0], y), "y2": inside(ends[1], y), "colour": colour}
        for low, high, colour in bands
        for time, ends in fan(case.path, x, (low, high))
    ]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    layers = [_layer({"type": "area", "stroke": BAND_EDGE, "strokeWidth": 0.6}, data, y2={"field": "y2"}, color=colour)]
    if case.forced and case.reference is not None:
        layers.append(_line(median(case.reference, x), "#6e6e6e", 1.2))
    return [*layers, _line(median(case.path, x), INK if case.path.assumed else MEDIAN, 2.2)]


def _forecast_labels(case: Case, voice: Voice, x: Axis, y: Axis, widest: float) -> list[Label]:
    """Names of the bands and lines at their right end."""
    if case.path is None:
        return []
    _ = voice.translate
    ends = [(high, voice.counted("{n}%", "{n}%", round(100 * (high - low)))) for low, high, _c in _drawn(BANDS, widest)]
    end, values = fan(case.path, x, [level for level, _name in ends] + [0.5])[-1]
    end = x.value(x.pixel(end, WIDTH) + 6, WIDTH)
    labels = []
    for (_level, name), value in zip(ends, values, strict=False):
        cut = _("{band}, beyond").format(band=name) if value > y.high * (1 + 1e-9) else name
        labels.append(Label(cut, end, inside(value, y), QUIET))
    labels.append(Label(_("median"), end, inside(values[-1], y), INK if case.path.assumed else MEDIAN, bold=True))
    if case.forced and case.reference is not None:
        value = median(case.reference, x)[-1][1]
        labels.append(Label(_("baseline"), end, inside(value, y), QUIET))
    return spread_labels(labels, y)


def _layer(mark: Spec, data: list[Spec], **encoding: Spec) -> Spec:
    return {"mark": mark, "data": {"values": data}, "encoding": encoding}


def _line(rows: Points, colour: str, width: float, dash: Sequence[float] = (), sample: Points = ()) -> Spec:
    """Draw a line, and its sample in the key as a second stretch of it."""
    mark = {"type": "line", "color": colour, "strokeWidth": width, **({"strokeDash": list(dash)} if dash else {})}
    data = [{"x": x, "y": y, "part": part} for part, points in enumerate((rows, sample)) for x, y in points]
    return _layer(mark, data, detail={"field": "part", "type": "nominal"})


def _paths(case: Case, legend: Sequence[KeyItem], x: Axis, y: Axis) -> list[Spec]:
    """Draw the committed path from the starting value through the targets, and the one required from the last value."""
    layers = []
    for item in legend:
        if item.sample not in DASHES:
            continue
        path = committed_path(case) if item.sample == "committed" else required_path(case)
        sample = [(x.value(item.left + place, WIDTH), key_height(item, y)) for place in (-6, 16)]
        colour, width = (COMMITTED, 1.4) if item.sample == "committed" else (REQUIRED, 1.8)
        layers.append(_line(path, colour, width, DASHES[item.sample], sample))
    return layers


def _as_of(study: Study, x: Axis, y: Axis) -> list[Spec]:
    now = decimal_year(study.as_of)
    if not x.low <= now <= x.high:
        return []
    data = [{"x": now, "y": y.low, "y2": y.high}]
    return [_layer({"type": "rule", "color": "#8c8c8c", "strokeWidth": 1}, data, y2={"field": "y2"})]


def _as_of_label(study: Study, voice: Voice, x: Axis, y: Axis) -> list[Label]:
    _ = voice.translate
    text = _("as of {date}").format(date=voice.date(study.as_of))
    place = Label(text, decimal_year(study.as_of), y.value(HEIGHT + 8, HEIGHT), QUIET, "center")
    return [place] if _as_of(study, x, y) else []


def _history(case: Case, legend: Sequence[KeyItem], x: Axis, y: Axis) -> list[Spec]:
    """Values used, joined by a thin line; the shape of a point says how exact it is, exact ones are full.

    Exceptional ones have a shape of their own, lighter.
    """
    if not case.used:
        return []
    line = _line([(value.time, value.value) for value in case.used], "#6e6e6e", 1)
    points = [{"x": value.time, "y": value.value, "status": sample_of(value)} for value in case.used]
    points += [
        {"x": x.value(item.left + 6, WIDTH), "y": key_height(item, y), "status": item.sample}
        for item in legend
        if item.sample in SHAPES
    ]
    scale = {"domain": list(SHAPES), "range": list(SHAPES.values())}
    fill = {"domain": list(SHAPES), "range": [INK if status == "exact" else "white" for status in SHAPES]}
    shape = {"field": "status", "type": "nominal", "scale": scale, "legend": None}
    filled = {"field": "status", "type": "nominal", "scale": fill, "legend": None}
    edge = {"domain": list(SHAPES), "range": [LIGHT if sample == "exceptional" else INK for sample in SHAPES]}
    stroke = {"field": "status", "type": "nominal", "scale": edge, "legend": None}
    mark = {"type": "point", "strokeWidth": 1.5, "size": 46, "opacity": 1}
    return [*([line] if len(case.used) > 1 else []), _layer(mark, points, shape=shape, fill=filled, stroke=stroke)]


def _breaks(case: Case, study: Study, voice: Voice, x: Axis, y: Axis) -> tuple[list[Spec], list[Label]]:
    """Vertical lines where the definition or the level breaks, named at their foot."""
    _ = voice.translate
    found = [item for facts in known_facts(case, study).values() for item in facts.breaks]
    times = [item.since for item in passed_breaks(case.used, found)]
    if not times:
        return [], []
    data = [{"x": time, "y": y.low, "y2": y.high} for time in times]
    mark = {"type": "rule", "color": LIGHT, "strokeWidth": 1.2, "strokeDash": [2, 2]}
    labels = [Label(_("break"), time, y.value(8, HEIGHT), QUIET, "center") for time in times]
    return [_layer(mark, data, y2={"field": "y2"})], labels


def _targets(case: Case) -> list[Spec]:
    """Each target as a short bar at its date."""
    measure = case.indicator.measure
    data = [
        {"x": item.target.period.time(measure), "y": end}
        for item in case.numeric
        for end in (item.target.value, item.target.high)
        if item.target.period and end is not None
    ]
    mark = {"type": "tick", "orient": "horizontal", "size": 22, "thickness": 3.5, "color": COMMITTED, "opacity": 1}
    return [_layer(mark, data)] if data else []


def _texts(labels: Sequence[Label]) -> list[Spec]:
    """Labels; those inside the chart over a white edge, so that lines under them do not hinder reading."""
    data = [
        {
            "x": label.x,
            "y": label.y,
            "text": label.text,
            "colour": label.colour,
            "align": label.align,
            "weight": "bold" if label.bold else "normal",
        }
        for label in labels
    ]
    looks = {"align": {"expr": "datum.align"}, "fontWeight": {"expr": "datum.weight"}, "baseline": "middle"}
    mark = {"type": "text", **looks}
    edge = {"stroke": "white", "strokeWidth": 3, "strokeJoin": "round", "color": "white"}
    text = {"field": "text", "type": "nominal"}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    within = [row for row in data if row["align"] == "center"]
    return [_layer({**mark, **edge}, within, text=text), _layer(mark, data, text=text, color=colour)]
