"""Backtests for a reader: tables of scores, coverage against what is promised, reliability of probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from forecast.backtest import Backtest, reliability_of, summarise
from forecast.backtest.cases import INTERVALS
from forecast.backtest.summary import FEW, USUAL_CHANGE
from forecast.reporting.basis import model_name
from forecast.reporting.drawing import described_svg
from forecast.reporting.figures import FONT, NUMBERS, SCHEMA, Spec
from forecast.reporting.grids import Grid
from forecast.reporting.marks import INK, QUIET
from forecast.reporting.markup import Column, Html, element, paragraphs, part, table
from forecast.reporting.voice import Voice
from forecast.schema.language import NO_BREAK, Unit, check_language, format_number

if TYPE_CHECKING:
    import pandas as pd

#: Models in the order in which they were asked for: a colour, and a shape that stays apart in grey print.
COLOURS = ("#12497d", "#8a3b00", "#1d6a4b", "#6b2d73", "#595959", "#a1260d", "#2f6f8f", "#7a5b00")
POINTS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "triangle-right", "triangle-left")
#: Half width of an interval of 95 % in standard errors.
NORMAL_95 = 1.96
#: Size of one panel, in pixels; panels in a row.
WIDTH, HEIGHT, ROW = 190, 190, 3
CAUTION = "*"
DASH = "–"


def scores_section(found: Backtest, language: str) -> Html:
    """Scores by model and by lead time, and what they rest on."""
    voice = make_voice(language)
    _ = voice.translate
    tables = [show(scores_table(found, language, by)) for by in ("model", "lead")] if len(found) else []
    content = [element("h2", _("Accuracy")), *tables, paragraphs(notes(found, language), "note")]
    return part("section", content, language)


def coverage_section(found: Backtest, language: str) -> Html:
    """How often the intervals held what happened, by length of history: a chart and its figures."""
    voice = make_voice(language)
    _ = voice.translate
    content = [element("h2", _("Coverage of the intervals"))]
    if len(found):
        rows = scores_table(found, language, "observations")
        spec = draw_coverage(summarise(found, "observations"), voice)
        said = _("A hollow point stands for fewer than {few} cases; the dashed line is what the interval promises.")
        content += [
            _figure(spec, rows.title, "coverage", voice),
            paragraphs([said.format(few=FEW)], "note"),
            show(rows),
        ]
    return part("section", content, language)


def reliability_section(found: Backtest, language: str) -> Html:
    """How often what was given a probability happened: a chart and its figures."""
    voice = make_voice(language)
    _ = voice.translate
    content = [element("h2", _("Reliability of the probabilities"))]
    if len(found.events):
        rows = reliability_table(found, language)
        spec = draw_reliability(reliability_of(found), voice)
        said = _("On the dashed line, things happen as often as stated; a bar is an interval of 95%.")
        content += [_figure(spec, rows.title, "reliability", voice), paragraphs([said], "note"), show(rows)]
    return part("section", content, language)


def make_voice(language: str, units: Mapping[str, Unit] = MappingProxyType({})) -> Voice:
    """Speak a language without a plan."""
    return Voice(check_language(language), units, "fr")


def show(shown: Grid) -> Html:
    """Write a table of text as HTML."""
    columns = [Column(heading, number=i in shown.numbers) for i, heading in enumerate(shown.columns)]
    return table(shown.title, columns, shown.rows)


def _figure(spec: Spec, title: str, id: str, voice: Voice) -> Html:
    _ = voice.translate
    description = _("The table below holds the figures of this chart.")
    drawn = described_svg(spec, id=id, title=title, description=description, language=voice.language)
    return element("figure", drawn, style="max-width: 46rem")


# Words


def notes(found: Backtest, language: str, by: str = "model") -> list[str]:
    """What the scores rest on, and how to read them."""
    voice = make_voice(language)
    _ = voice.translate
    if not len(found):
        return [_("Nothing to backtest: no value became known after another one of the same series.")]
    first = found.cases["model"].iloc[0]
    cases, events = (rows[rows["model"] == first] for rows in (found.cases, found.events))
    said = [
        _("{cases} from {series} for every model; those of one series are not independent of each other.").format(
            cases=voice.counted("{n} case", "{n} cases", len(cases)),
            series=voice.counted("{n} series alone", "{n} series", cases["series"].nunique()),
        )
    ]
    summary = summarise(found, by)
    if (summary["unit"] == USUAL_CHANGE).any():
        text = _(
            "WIS, CRPS and widths are divided by the usual change of each series: the mean absolute change from one "
            "value to the next, as in MASE."
        )
    else:
        text = _("MAE, WIS, CRPS and widths are in the unit of the series.")
    said.append(text)
    said.append(
        _(
            "Brier: over {events} probabilities, {targets} of them of meeting a target of a plan, the others of a rise "
            "or a fall of 1, 2 or 4% a year; 0 is perfect, and saying one half every time gives 0.25."
        ).format(
            events=format_number(len(events), language, 0),
            targets=format_number(int((events["kind"] == "target").sum()), language, 0),
        )
    )
    said.append(_("{mark} Fewer than {few} cases: such a figure says little.").format(mark=CAUTION, few=FEW))
    return said


def scores_table(
    found: Backtest, language: str, by: str = "model", units: Mapping[str, Unit] = MappingProxyType({})
) -> Grid:
    """One row per model, or per model and group; `units` names those of the series."""
    voice = make_voice(language, units)
    _ = voice.translate
    grouped = {"observations": _("Observations"), "lead": _("Years ahead"), "series": _("Series")}
    head = [_("Model"), *([grouped[by]] if by in grouped else []), *([_("Unit")] if by == "series" else [])]
    summary = summarise(found, by)
    own = bool((summary["unit"] != USUAL_CHANGE).any())
    intervals = _together(percent(n / 100, voice) for n in INTERVALS)
    columns = [
        *head,
        _("Cases"),
        *(["MAE"] if own else []),
        *("sMAPE", "MASE", "WIS", "CRPS"),
        _("Coverage at {intervals}").format(intervals=intervals),
        _("Widths"),
        "Brier",
    ]
    rows = [_scores_row(row, by, voice, own=own) for row in summary.to_dict("records")]
    titles = {
        "model": _("Scores by model"),
        "observations": _("Scores by length of history"),
        "lead": _("Scores by years ahead"),
        "series": _("Scores by series"),
    }
    return Grid(titles[by], tuple(columns), tuple(rows), tuple(range(len(head), len(columns))))


def _scores_row(row: dict[Any, Any], by: str, voice: Voice, *, own: bool) -> tuple[str, ...]:
    """Write one row; `own` says that some rows are in the unit of their series, and have a MAE beside the MASE."""
    _ = voice.translate
    head = [model_name(row["model"], voice)]
    head += [_group(row["group"], by, voice)] if by != "model" else []
    known = row["unit"] != USUAL_CHANGE
    if by == "series":
        head.append(voice.unit_name(row["unit"]) if known else _("usual change"))
    return (
        *head,
        count(row["cases"], few=row["few"], voice=voice),
        *([number(row["mae"], voice) if known else DASH] if own else []),
        percent(row["smape"] / 100, voice),
        *(number(row[name], voice) for name in ("mase", "wis", "crps")),
        _together(percent(row[f"coverage_{n}"], voice) for n in INTERVALS),
        _together(number(row[f"width_{n}"], voice) for n in INTERVALS),
        number(row["brier"], voice),
    )


def _together(figures: Iterable[str]) -> str:
    """Figures of the intervals in one cell, from the narrowest to the widest."""
    return f"{NO_BREAK}· ".join(figures)


def _group(group: str, by: str, voice: Voice) -> str:
    """Write a class: `2–4`, `20 or more`; the id of a series as it is."""
    if by == "series":
        return group
    _ = voice.translate
    return _("{n} or more").format(n=group[:-1]) if group.endswith("+") else group.replace("-", "–")


def reliability_table(found: Backtest, language: str) -> Grid:
    """One row per model and tenth of probability."""
    voice = make_voice(language)
    _ = voice.translate
    columns = (
        _("Model"),
        _("Stated probability"),
        _("Cases"),
        _("Stated on average"),
        _("Happened"),
        _("Difference and its 95% interval"),
    )
    rows = [
        (
            model_name(row["model"], voice),
            _("{low} to {high}").format(
                low=format_number(100 * row["low"], language, 0), high=percent(row["high"], voice)
            ),
            count(row["cases"], few=row["few"], voice=voice),
            percent(row["probability"], voice),
            percent(row["share"], voice),
            _difference(row, voice),
        )
        for row in reliability_of(found).to_dict("records")
    ]
    return Grid(_("Stated probabilities, and how often it happened"), columns, tuple(rows), (2, 3, 4, 5))


def _difference(row: dict[Any, Any], voice: Voice) -> str:
    """Write the share that happened less the probability, in points."""
    value = 100 * (row["share"] - row["probability"])
    sign = "+" if round(value) > 0 else ""
    shown = f"{sign}{format_number(value, voice.language, 0)}"
    if not reach(row):
        return shown
    return f"{shown}{NO_BREAK}±{NO_BREAK}{format_number(100 * reach(row), voice.language, 0)}"


def reach(row: dict[Any, Any]) -> float:
    """Half width of the 95 % interval of a share; zero where few cases, or a single series, tell no error."""
    known = not row["few"] and row["error"] == row["error"]
    return NORMAL_95 * float(row["error"]) if known else 0.0


def count(cases: int, *, few: bool, voice: Voice) -> str:
    """Write a number of cases, marked where they are few."""
    return f"{format_number(cases, voice.language, 0)}{NO_BREAK + CAUTION if few else ''}"


def number(value: float, voice: Voice) -> str:
    """Write a score: two decimals below ten, three digits of a large one; a dash where there is none."""
    if value != value:
        return DASH
    return format_number(value, voice.language, 2) if abs(value) < 10 else voice.number(value)


def percent(share: float, voice: Voice) -> str:
    """Write a share in percent; all and none are what was counted, so they are written."""
    if share != share:
        return DASH
    return f"{format_number(100 * share, voice.language, 0)}{NO_BREAK if voice.language == 'fr' else ''}%"


# Charts


def draw_coverage(summary: pd.DataFrame, voice: Voice) -> Spec:
    """Draw one panel per interval: the share of outcomes inside it by length of history, beside what is promised."""
    _ = voice.translate
    models = list(dict.fromkeys(summary["model"]))
    most = summary.groupby("group", sort=False)["cases"].max()
    names = {group: f"{_group(str(group), 'observations', voice)}|({cases})" for group, cases in most.items()}
    panels = []
    for interval in INTERVALS:
        rows = [
            {
                "group": names[row["group"]],
                "share": row[f"coverage_{interval}"],
                "model": model_name(row["model"], voice),
                "few": row["few"],
            }
            for row in summary.to_dict("records")
        ]
        across = {
            "field": "group",
            "type": "nominal",
            "sort": list(names.values()),
            "title": _("observations (cases)"),
            "axis": {"labelAngle": 0, "labelExpr": "split(datum.label, '|')"},
        }
        offset = {"field": "model", "type": "nominal", "sort": [model_name(model, voice) for model in models]}
        points = _points(rows, models, voice, x=across, xOffset=offset, y=_share("share", None))
        title = _("{percent} interval").format(percent=percent(interval / 100, voice))
        panels.append(_panel(title, [_promise(interval / 100), points]))
    return _frame(panels, voice.language)


def draw_reliability(reliability: pd.DataFrame, voice: Voice) -> Spec:
    """Draw one panel per model: how often it happened, against the probability stated, with 95 % intervals."""
    _ = voice.translate
    models = list(dict.fromkeys(reliability["model"]))
    panels = []
    for model in models:
        rows = [
            {
                "stated": row["probability"],
                "share": row["share"],
                "low": max(0.0, row["share"] - reach(row)),
                "high": min(1.0, row["share"] + reach(row)),
                "model": model_name(model, voice),
                "few": row["few"],
            }
            for row in reliability[reliability["model"] == model].to_dict("records")
        ]
        across = _share("stated", _("stated probability"))
        diagonal = {
            "mark": {"type": "line", "color": QUIET, "strokeDash": [4, 3], "strokeWidth": 1},
            "data": {"values": [{"stated": 0, "share": 0}, {"stated": 1, "share": 1}]},
            "encoding": {"x": across, "y": _share("share", _("it happened"))},
        }
        bars = {
            "mark": {"type": "rule", "color": QUIET, "strokeWidth": 1},
            "data": {"values": rows},
            "encoding": {"x": across, "y": _share("low", _("it happened")), "y2": {"field": "high"}},
        }
        points = _points(rows, models, voice, legend=False, x=across, y=_share("share", _("it happened")))
        panels.append(_panel(model_name(model, voice), [diagonal, bars, points]))
    return _frame(panels, voice.language)


def _share(field: str, title: str | None) -> Spec:
    scale = {"domain": [0, 1], "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "title": title, "axis": _percent_axis()}


def _percent_axis() -> Spec:
    return {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}


def _promise(share: float) -> Spec:
    """Line at the share that an interval promises."""
    encoding = {"y": _share("share", None)}
    mark = {"type": "rule", "color": QUIET, "strokeDash": [4, 3], "strokeWidth": 1.2}
    return {"mark": mark, "data": {"values": [{"share": share}]}, "encoding": encoding}


def _points(rows: Sequence[Spec], models: Sequence[str], voice: Voice, *, legend: bool = True, **places: Spec) -> Spec:
    """Draw a point per row by model, hollow where the cases are few."""
    names = [model_name(model, voice) for model in models]
    shown = {"title": None, "orient": "bottom", "symbolSize": 60, "symbolStrokeWidth": 1.5} if legend else None
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(names))]
    shapes = [POINTS[i % len(POINTS)] for i in range(len(names))]
    model = {"field": "model", "type": "nominal", "legend": shown}
    hollow = {"condition": {"test": "datum.few", "value": 0}, "value": 1}
    encoding = {
        **places,
        "stroke": {**model, "scale": {"domain": names, "range": colours}},
        "fill": {**model, "scale": {"domain": names, "range": colours}},
        "shape": {**model, "scale": {"domain": names, "range": shapes}},
        "fillOpacity": hollow,
    }
    mark = {"type": "point", "size": 60, "strokeWidth": 1.5, "opacity": 1}
    return {"mark": mark, "data": {"values": list(rows)}, "encoding": encoding}


def _panel(title: str, layers: Sequence[Spec]) -> Spec:
    return {"title": title, "width": WIDTH, "height": HEIGHT, "layer": list(layers)}


def _frame(panels: Sequence[Spec], language: str) -> Spec:
    return {
        "$schema": SCHEMA,
        "background": "white",
        "concat": list(panels),
        "columns": ROW,
        "config": {
            "aria": False,
            "font": FONT,
            "locale": {"number": NUMBERS[language]},
            "title": {"fontSize": 12, "color": INK, "anchor": "start"},
            "axis": {"labelColor": QUIET, "titleColor": QUIET, "titleFontWeight": "normal", "gridColor": "#e8e8e8"},
            "axisX": {"grid": False},
            "legend": {"labelColor": INK, "labelFontSize": 11},
            "view": {"stroke": None},
        },
    }
