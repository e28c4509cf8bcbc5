"""Tables of values: what a chart shows, and what is known with its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from forecast.plans.model import Indicator
from forecast.reporting.cases import Case, Commitment, Value
from forecast.reporting.layout import Axis
from forecast.reporting.markup import Column, Html, element, lines, table
from forecast.reporting.paths import shown_axis
from forecast.reporting.text import level, moved_label, why_chosen
from forecast.reporting.voice import Voice
from forecast.schema.draws import FloatArray
from forecast.schema.periods import Period
from forecast.study import Study

DASH = "–"
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def chart_table(case: Case, study: Study, voice: Voice) -> Html:
    """The figures behind a chart, of the same periods: what is known, the forecast's bands and the targets."""
    _ = voice.translate
    forecast = dict(_forecast(case, shown_axis(case, study)))
    columns = [Column(_("Fiscal year") if _fiscal(case, forecast) else _("Period")), Column(_("Known value"), True)]
    if forecast:
        columns += [Column(_("Median"), True)]
        columns += [Column(_("{n}% interval").format(n=n), True) for n in (50, 80, 95)]
    columns.append(Column(_("Target"), True))
    rows = [_chart_row(period, case, forecast, voice) for period in _periods(case, forecast)]
    return table(_("Figures of the chart: {name}").format(name=voice.text(case.indicator.name)), columns, rows)


def _forecast(case: Case, x: Axis) -> Iterator[tuple[Period, FloatArray]]:
    """Quantiles of each period that the chart shows."""
    if case.path is None:
        return
    for period, time, values in zip(case.path.periods, case.path.times, case.path.quantiles(LEVELS).T, strict=True):
        if time <= x.high + 1e-9:
            yield period, values


def _fiscal(case: Case, forecast: dict[Period, FloatArray]) -> bool:
    """Whether every row of the chart's table is a fiscal year."""
    return all(period.kind == "fiscal_year" for period in _periods(case, forecast))


def _periods(case: Case, forecast: dict[Period, FloatArray]) -> list[Period]:
    dues = [item.target.period for item in case.numeric if item.target.period]
    periods = dict.fromkeys([*(value.period for value in case.used), *forecast, *dues])
    return sorted(periods, key=lambda period: (period.time(case.indicator.measure), period.text))


def _chart_row(period: Period, case: Case, forecast: dict[Period, FloatArray], voice: Voice) -> list[str | Html]:
    known = [value for value in case.used if value.period == period]
    aimed = [item for item in case.numeric if item.target.period == period]
    row: list[str | Html] = [voice.period(period.text), _known_cell(known, voice)]
    row += _bands(forecast.get(period), case.indicator, voice) if forecast else []
    return [*row, _aimed_cell(aimed, case, voice)]


def _known_cell(known: Sequence[Value], voice: Voice) -> Html:
    shown = [lines(voice.quantity(value.value, value.unit, exact=True), voice.status(value.status)) for value in known]
    return Html("".join(cell.text for cell in shown)) if shown else Html(DASH)


def _aimed_cell(aimed: Sequence[Commitment], case: Case, voice: Voice) -> Html:
    shown = [lines(level(item, case, voice), moved_label(item.target, voice)) for item in aimed]
    return Html("".join(cell.text for cell in shown)) if shown else Html(DASH)


def _bands(values: FloatArray | None, indicator: Indicator, voice: Voice) -> list[str | Html]:
    """Median, then the intervals from the narrowest to the widest."""
    if values is None:
        return [DASH] * 4
    numbers, middle = [float(value) for value in values], len(LEVELS) // 2
    pairs = [(numbers[middle - i], numbers[middle + i]) for i in (1, 2, 3)]
    return [
        voice.quantity(numbers[middle], indicator.unit),
        *(voice.range(low, high, indicator.unit) for low, high in pairs),
    ]


def values_table(values: Sequence[Value], caption: str, voice: Voice, indicator: Indicator | None = None) -> Html:
    """Known values with their source and status; those not used say why.

    Where an indicator has a proposed identification, each row says of which series it is.
    """
    _ = voice.translate
    series = indicator is not None and indicator.identification is not None
    columns = [
        Column(_("Period")),
        *([Column(_("Series"))] if series else []),
        Column(_("Value"), number=True),
        Column(_("Status")),
        Column(_("Known from")),
        Column(_("Source")),
        Column(_("Used")),
        Column(_("Note")),
    ]
    rows = [_value_row(value, voice, indicator if series else None) for value in values]
    return table(caption, columns, rows, "values")


def _value_row(value: Value, voice: Voice, indicator: Indicator | None) -> list[str | Html]:
    _ = voice.translate
    source = element("a", value.source, href=f"#{value.source}") if value.source else Html(_("none: assumption"))
    return [
        voice.period(value.period.text),
        *([_series_name(value, indicator, voice)] if indicator else []),
        voice.quantity(value.value, value.unit, exact=True),
        voice.status(value.status) or _("exact"),
        voice.day(value.published),
        source,
        lines(_("yes") if value.used else _("no"), why_chosen(value, voice)),
        value.notes.get(voice.language) or "",
    ]


def _series_name(value: Value, indicator: Indicator, voice: Voice) -> str:
    _ = voice.translate
    proposal = indicator.identification
    if proposal is not None and value.series == proposal.series:
        return _("proposed series: {name}").format(name=voice.text(proposal.name))
    return _("the plan's own")
