"""Observations on disk: one row per published value, with its source, vintage and status."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from forecast.errors import DataError, Fault, nearest
from forecast.plans.baseline import baseline_value, changed_value
from forecast.plans.catalogue import Catalogue, inside, show_bounds
from forecast.plans.facts import lay
from forecast.plans.model import DayText, Indicator, PeriodText, Plan, Series
from forecast.plans.series import check_named
from forecast.schema.exactness import EXACTNESS, Status
from forecast.schema.files import Document, Record, read_text
from forecast.schema.periods import Period, end_of

if TYPE_CHECKING:
    import pandas as pd

HEADER = ("series", "period", "value", "unit", "source", "published", "status", "note", "note_fr")


class Observation(Record):
    """One published value of one series."""

    series: str
    period: PeriodText
    value: float
    unit: str
    source: str
    published: DayText | None = None
    status: Status
    note: str | None = None
    note_fr: str | None = None


@dataclass(frozen=True)
class Row:
    """An observation and where it stands."""

    observation: Observation
    path: str
    line: int

    def fault(self, message: str) -> Fault:
        """A fault of this row."""
        return Fault(self.path, self.line, message)


def load(plan: Plan, catalogue: Catalogue, *, as_of: date) -> pd.DataFrame:
    """Rebuild what was known of a plan's series on a date.

    Parameters
    ----------
    plan : Plan
        Its indicators, drivers and comparables name the series.
    catalogue : Catalogue
        Where the observations and their sources lie.
    as_of : date
        Values that became known after this day are left out.

    Returns
    -------
    DataFrame
        Table *observations*: one row per value and indicator (or driver, or comparable), ascending in time. Of two
        values for one period both stay; `used` marks the more exact, then the later published, and `why` says so.
        `error` is the standard deviation of a value's own error; `exceptional`, `break_from` and its link say what
        `data/series.yaml` holds about its date.

    Raises
    ------
    DataError
        If an observation file is faulty.
    """
    from forecast.schema.tables import make_table

    return make_table("observations", known(plan, catalogue, as_of=as_of))


def known(plan: Plan, catalogue: Catalogue, *, as_of: date) -> list[dict[str, Any]]:
    """Rows of the table that `load` makes, in its order: by indicator, then in time."""
    rows = read(catalogue)
    records = []
    for name in (*plan.indicators, *plan.drivers, *plan.comparables):
        series, measured = plan.series_of(name), plan.item(name)
        items = [row.observation for row in rows if row.observation.series in series]
        items = [item for item in items if known_from(item, catalogue) <= as_of]
        found = [
            item.model_dump()
            | {
                "indicator": name,
                "used": used,
                "why": why,
                "published": known_from(item, catalogue).isoformat(),
                "time": Period.parse(item.period).time(measured.measure),
            }
            for item, used, why in choose(items, catalogue)
        ]
        found.sort(key=lambda record: (record["time"], record["used"]))
        records += lay(found, catalogue.facts(series, as_of), measured.bounds)
    return records


def known_from(item: Observation, catalogue: Catalogue) -> date:
    """Day from which a value was known: its own date of publication, else that of its source."""
    return end_of(item.published) if item.published else catalogue.sources[item.source].known_from


def choose(known: Iterable[Observation], catalogue: Catalogue) -> Iterator[tuple[Observation, bool, str | None]]:
    """Mark which value of each series and period is used, and why when there are several."""
    groups: dict[tuple[str, str], list[Observation]] = {}
    for item in known:
        groups.setdefault((item.series, item.period), []).append(item)
    for group in groups.values():
        ranked = sorted(
            group, key=lambda item: (EXACTNESS.index(item.status), -known_from(item, catalogue).toordinal(), item.value)
        )
        why = None
        if len(ranked) > 1:
            why = _why(ranked[0], ranked[1], catalogue)
        for item in ranked:
            yield item, item is ranked[0], why


def _why(used: Observation, other: Observation, catalogue: Catalogue) -> str:
    if used.status != other.status:
        return "more exact status"
    return "later publication" if known_from(used, catalogue) != known_from(other, catalogue) else "the smaller of two"


def read(catalogue: Catalogue) -> list[Row]:
    """Read every observation file; raise `DataError` with the faults of all of them."""
    rows: list[Row] = []
    faults: list[Fault] = []
    for path in sorted((catalogue.root / "data" / "observations").glob("*.csv")):
        shown = catalogue.shown(path)
        try:
            found, wrong = _read_file(read_text(path, shown), shown)
        except DataError as error:
            found, wrong = [], list(error.faults)
        rows += found
        faults += wrong
    faults += [
        row.fault(f"unknown source '{row.observation.source}'{nearest(row.observation.source, catalogue.sources)}")
        for row in rows
        if row.observation.source not in catalogue.sources
    ]
    if faults:
        raise DataError(faults=faults)
    return rows


def _read_file(text: str, shown: str) -> tuple[list[Row], list[Fault]]:
    reader = csv.reader(StringIO(text))
    header = [name.strip() for name in next(reader)]
    faults = [Fault(shown, 1, f"column '{name}' is missing") for name in HEADER if name not in header]
    faults += [
        Fault(shown, 1, f"unknown column '{name}'{nearest(name, HEADER)}") for name in header if name not in HEADER
    ]
    faults += [Fault(shown, 1, f"column '{name}' stands twice; keep one") for name in HEADER if header.count(name) > 1]
    if faults:
        return [], faults
    rows = []
    for cells in _cells(reader, shown, faults):
        if not any(cells):
            continue
        if len(cells) != len(header):
            message = f"{len(cells)} cells instead of {len(header)}; put text that holds a comma in double quotes"
            faults.append(Fault(shown, reader.line_num, message))
            continue
        record = {name: cell.strip() or None for name, cell in zip(header, cells, strict=True)}
        if "_" in (record["value"] or ""):  # Python would read 1_2400 as 12400
            faults.append(
                Fault(shown, reader.line_num, f"value: '{record['value']}' is not a number; write digits only")
            )
            continue
        try:
            rows.append(Row(Observation.model_validate(record), shown, reader.line_num))
        except ValidationError as error:
            faults += [Fault(shown, reader.line_num, _explain(item)) for item in error.errors()]
    return rows, faults


def _cells(reader: Any, shown: str, faults: list[Fault]) -> Iterator[list[str]]:
    """The rows of a CSV file; what cannot be split into cells ends it with a fault."""
    try:
        yield from reader
    except csv.Error as error:
        message = f"cannot be read as CSV ({error}); is a double quote left open?"
        faults.append(Fault(shown, reader.line_num, message))


def _explain(item: object) -> str:
    column, given, kind = item["loc"][0], item["input"], item["type"]  # type: ignore[index]
    if given is None:
        return f"{column}: the cell is empty"
    if kind in ("float_parsing", "finite_number"):
        return f"{column}: '{given}' is not a number; write digits with a point and no spaces, such as 1632008 or 27.9"
    if kind == "literal_error":
        return f"{column}: '{given}' is not one of {', '.join(EXACTNESS)}"
    return f"{column}: {item['msg'].removeprefix('Value error, ')}"  # type: ignore[index]


def check(catalogue: Catalogue, plans: Iterable[Plan]) -> list[Fault]:
    """Faults of the observations against the plans that name their series, and of baselines against them."""
    try:
        rows = read(catalogue)
    except DataError as error:
        return list(error.faults)
    plans = list(plans)
    named = _named_series(plans)
    faults = [*_repeated(rows), *_unit_faults(rows, named), *_unnamed(catalogue, named)]
    for plan in plans:
        document = catalogue.document(plan.id)
        faults += _proposal_faults(plan, named.keys(), document)
        faults += _assumption_faults(plan, rows, document)
        for name, indicator in plan.indicators.items():
            faults += _baseline_faults(plan, name, indicator, rows, document)
    return faults


def _assumption_faults(plan: Plan, rows: list[Row], document: Document) -> Iterator[Fault]:
    """Refuse to assume what is observed: the assumption would be ignored."""
    observed = {row.observation.series for row in rows}
    for name, side in plan.drivers.items():
        if side.assumed is not None and plan.series_of(name)[0] in observed:
            message = f"driver '{name}' is observed and assumed; leave its assumption out"
            yield Fault(document.path, document.line(("drivers", name, "assumed")), message)


def _named_series(plans: Iterable[Plan]) -> dict[str, Series]:
    return {
        plan.series_of(name)[0]: item
        for plan in plans
        for group in (plan.comparables, plan.drivers, plan.indicators)
        for name, item in group.items()
    }


def _unnamed(catalogue: Catalogue, named: Collection[str]) -> Iterator[Fault]:
    try:
        facts, document = catalogue.series, catalogue.series_document
    except DataError:
        return  # the catalogue's own check shows its faults
    if document is not None:
        yield from check_named(facts, document, named)


def _repeated(rows: list[Row]) -> Iterator[Fault]:
    seen: dict[tuple[str, str, float], Row] = {}
    for row in rows:
        item = row.observation
        first = seen.setdefault((item.series, item.period, item.value), row)
        if first is not row:
            where = f"line {first.line}" if first.path == row.path else f"{first.path}:{first.line}"
            yield row.fault(
                f"the same observation stands twice ({item.series}, {item.period}, {item.value:g}); see {where}"
            )


def _unit_faults(rows: list[Row], named: dict[str, Series]) -> Iterator[Fault]:
    for row in rows:
        item = row.observation
        series = named.get(item.series)
        if series is None:
            yield row.fault(f"no plan names series '{item.series}'{nearest(item.series, named)}")
        elif item.unit != series.unit:
            yield row.fault(f"unit '{item.unit}' instead of '{series.unit}', the unit of series '{item.series}'")
        elif not inside(item.value, series.bounds):
            yield row.fault(
                f"value {item.value:g} of '{item.series}' lies outside its bounds {show_bounds(series.bounds)}"
            )


def _baseline_faults(
    plan: Plan, name: str, indicator: Indicator, rows: list[Row], document: Document
) -> Iterator[Fault]:
    start = baseline_value(plan, indicator)
    values = {row.observation.value for row in rows if row.observation.series == plan.series_of(name)[0]}
    if start is not None and start not in values:
        message = f"indicator '{name}': no observation holds its baseline {start:g}; add it to data/observations"
        yield Fault(document.path, document.line(("indicators", name, "baseline")), message)
    for i, target in enumerate(indicator.targets):
        expected = changed_value(target, start)
        if expected is None or target.value is None or abs(expected - target.value) <= 1e-6 * max(1, abs(expected)):
            continue
        message = f"indicator '{name}', target '{target.words}': value {target.value:g} instead of {expected:g}"
        yield Fault(document.path, document.line(("indicators", name, "targets", i)), message)


def _proposal_faults(plan: Plan, series: Collection[str], document: Document) -> Iterator[Fault]:
    for name, indicator in plan.indicators.items():
        for i, proposal in enumerate(indicator.proposals):
            if proposal.series is not None and proposal.series not in series:
                message = f"unknown series '{proposal.series}'{nearest(proposal.series, series)}"
                yield Fault(document.path, document.line(("indicators", name, "proposals", i, "series")), message)
