"""The chart of one indicator under several scenarios: medians beside the baseline’s, intervals, targets."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from forecast.compare import Pair
from forecast.reporting.figures import ASSUMED_BANDS, BAND_EDGE, BANDS, FONT, MEDIAN, NUMBERS, SCHEMA, Spec
from forecast.reporting.layout import Axis, value_axis
from forecast.reporting.marks import COMMITTED, INK, QUIET
from forecast.reporting.voice import Voice

#: Width of the plotting area, least height of a scenario in it and of a line of its name, in pixels.
WIDTH, ROW, LINE = 400, 38, 15
#: Space beside the drawing, for browsers whose letters are wider than those it was measured with.
MARGIN = 28
#: Letters in a line of the name of a scenario, and in one above the chart.
LETTERS, WIDE = 34, 112


def draw_dumbbells(pairs: Mapping[str, Pair], voice: Voice) -> Spec | None:
    """Draw an indicator under scenarios, a row for each; None where fewer than two have a forecast.

    Parameters
    ----------
    pairs : mapping of str to Pair
        By the name of the scenario, in the order of the rows from above.
    """
    known = {name: pair for name, pair in pairs.items() if pair.aim.periods}
    if len(known) < 2:
        return None
    rows = [_row(name, pair, voice) for name, pair in known.items()]
    indicator = next(iter(known.values())).aim.evidence.indicator
    x = value_axis(list(_shown(rows)), indicator.bounds)
    rows = [{**row, "low": max(row["low"], x.low), "high": min(row["high"], x.high)} for row in rows]
    most = max(row["scenario"].count("|") + 1 for row in rows)
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": max(ROW, LINE * most + 8) * len(rows),
        "background": "white",
        "padding": {"left": MARGIN, "right": MARGIN, "top": 5, "bottom": 5},
        "title": _title(voice, assumed=any(pair.aim.assumed for pair in known.values())),
        "data": {"values": rows},
        "layer": _layers(x, voice.unit_name(indicator.unit), [row["scenario"] for row in rows]),
        "config": make_config(voice.language),
    }


def _row(name: str, pair: Pair, voice: Voice) -> Spec:
    """What is drawn of one scenario; a line of its name ends at each bar."""
    figures = pair.aim.figures
    return {
        "scenario": "|".join(textwrap.wrap(name.replace("|", "/"), LETTERS)),
        "low": figures["low"],
        "median": figures["median"],
        "high": figures["high"],
        "baseline": pair.reference.figures.get("median"),
        "target": pair.aim.target.value,
        "target_high": pair.aim.target.high,
        "probability": voice.probability(figures["probability"]),
        "band": (ASSUMED_BANDS if pair.aim.assumed else BANDS)[1][2],
        "point": INK if pair.aim.assumed else MEDIAN,
    }


def _shown(rows: list[Spec]) -> Iterator[float]:
    """Values that the axis must hold."""
    for row in rows:
        for field in ("low", "high", "baseline", "target", "target_high"):
            if row[field] is not None:
                yield row[field]


def _title(voice: Voice, *, assumed: bool) -> Spec:
    """Say what the marks stand for."""
    _ = voice.translate
    said = _(
        "When due: median (full point) and its 80% interval (bar) under each scenario, the baseline’s median (hollow"
        " point), the target (brown mark), and at the right the probability of meeting it."
    )
    told = f"{said} {_('Grey: rests on an assumption.')}" if assumed else said
    return {"text": textwrap.wrap(told, WIDE), "anchor": "start", "offset": 10}


def _layers(x: Axis, unit: str, order: list[str]) -> list[Spec]:
    """The interval, the way from the baseline, both medians, the target and the probability, one over the other."""
    scale = {"domain": [x.low, x.high], "nice": False, "zero": False}
    axis = {"values": list(x.ticks), "format": ",.10~f", "title": unit}
    up = {"field": "scenario", "type": "nominal", "sort": order, "title": None}
    named = {**up, "axis": {"labelExpr": "split(datum.label, '|')", "labelLimit": 240}}

    def across(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def layer(mark: Spec, at: str, until: str | None = None, colour: str | None = None) -> Spec:
        encoding: Spec = {"x": across(at), "y": named}
        if until:
            encoding["x2"] = {"field": until}
        if colour:
            encoding["color"] = {"field": colour, "type": "nominal", "scale": None, "legend": None}
        return {"mark": mark, "encoding": encoding, "transform": [{"filter": f"isValid(datum.{at})"}]}

    point = {"type": "point", "size": 90, "strokeWidth": 1.6, "opacity": 1}
    tick = {"type": "tick", "orient": "vertical", "size": 26, "thickness": 3.5, "color": COMMITTED, "opacity": 1}
    text = {"type": "text", "align": "left", "color": INK, "fontSize": 12}
    return [
        layer({"type": "bar", "size": 14, "stroke": BAND_EDGE, "strokeWidth": 0.6}, "low", "high", "band"),
        layer({"type": "rule", "color": INK, "strokeWidth": 1.4}, "baseline", "median"),
        layer(tick, "target"),
        layer(tick, "target_high"),
        layer({**point, "color": QUIET, "fill": "white"}, "baseline"),
        layer({**point, "filled": True}, "median", colour="point"),
        {
            "mark": text,
            "encoding": {"x": {"value": WIDTH + 10}, "y": named, "text": {"field": "probability", "type": "nominal"}},
        },
    ]


def make_config(language: str) -> Spec:
    """Look of a chart with a row for each name."""
    return {
        "aria": False,
        "font": FONT,
        "locale": {"number": NUMBERS[language]},
        "title": {"fontSize": 11.5, "fontWeight": "normal", "color": QUIET, "lineHeight": 15},
        "axis": {
            "labelColor": INK,
            "labelFontSize": 11.5,
            "titleFontWeight": "normal",
            "tickColor": QUIET,
            "domainColor": QUIET,
        },
        "axisX": {"gridColor": "#e8e8e8", "labelColor": QUIET, "titleColor": QUIET, "labelFlush": False},
        "axisY": {"grid": False, "domain": False, "ticks": False, "labelPadding": 8},
        "view": {"stroke": None},
    }
