"""The catalogue on disk: where it lies, its plans, sources and units, and the faults of those files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pydantic import RootModel

from forecast.errors import DataError, Fault, ForecastError, PlanError, nearest
from forecast.plans.grammar import Words, parse_target
from forecast.plans.model import Indicator, Plan, PlanFile, Series, Source, Target
from forecast.plans.series import SeriesFacts, SeriesFile, check_sources
from forecast.schema.files import Document, read_yaml, validate
from forecast.schema.language import Unit
from forecast.schema.names import check_name
from forecast.schema.periods import Period

#: Kinds a plan file may give to what the words say.
_COMPATIBLE = {
    "level": {"level", "standard"},
    "standard": {"standard"},
    "change": {"change"},
    "range": {"range"},
    "date": {"date"},
    "text": {"text"},
    "none": {"none"},
}


class _Sources(RootModel[dict[str, Source]]):
    pass


class _Units(RootModel[dict[str, Unit]]):
    pass


@dataclass(frozen=True)
class Catalogue:
    """The folder that holds `data/`, `parameters/` and `notebooks/`."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Catalogue:
        """Find it: `FORECAST_HOME`, else the folder at hand or one above it, else the checkout of this package."""
        if home := os.environ.get("FORECAST_HOME"):
            return cls._existing(Path(home), "FORECAST_HOME")
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents, Path(__file__).resolve().parents[3]):
            if (folder / "data" / "plans").is_dir():
                return cls(folder)
        raise PlanError(f"no folder data/plans here ({here}) or above; go to a checkout or set FORECAST_HOME to one")

    @classmethod
    def _existing(cls, folder: Path, where: str) -> Catalogue:
        if not (folder / "data" / "plans").is_dir():
            raise PlanError(f"{where}: no folder data/plans in {folder}; name a checkout of the project")
        return cls(folder.resolve())

    def shown(self, path: Path) -> str:
        """A path as shown to people, relative to the catalogue."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name

    @property
    def plan_ids(self) -> list[str]:
        """Ids of the plans, the names of their files."""
        return sorted(path.stem for path in (self.root / "data" / "plans").glob("*.yaml"))

    def document(self, plan_id: str) -> Document:
        """Read a plan's file; raise `PlanError` with the nearest name when there is none."""
        if plan_id not in self.plan_ids:
            raise PlanError(f"unknown plan '{plan_id}'{nearest(plan_id, self.plan_ids)}")
        path = self.root / "data" / "plans" / f"{plan_id}.yaml"
        return read_yaml(path, self.shown(path))

    def plan(self, plan_id: str) -> Plan:
        """Load a plan; raise `PlanError` (unknown) or `DataError` (faults, all at once)."""
        document = self.document(plan_id)
        file = validate(PlanFile, document)
        faults = list(check_plan(file, document, self))
        if faults:
            raise DataError(faults=faults)
        return Plan.model_construct(**dict(file), id=plan_id)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Source records by id."""
        path = self.root / "data" / "sources.yaml"
        return validate(_Sources, read_yaml(path, self.shown(path))).root

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units by id."""
        path = self.root / "data" / "units.yaml"
        return validate(_Units, read_yaml(path, self.shown(path))).root

    @cached_property
    def series_document(self) -> Document | None:
        """The file of what is known of series beside their values; None where there is nothing to say."""
        path = self.root / "data" / "series.yaml"
        return read_yaml(path, self.shown(path)) if path.exists() else None

    @cached_property
    def series(self) -> dict[str, SeriesFacts]:
        """Facts of the series that have any, by id."""
        document = self.series_document
        if document is None:
            return {}
        facts = validate(SeriesFile, document).root
        if faults := list(check_sources(facts, document, self.sources)):
            raise DataError(faults=faults)
        return facts

    def facts(self, series: Iterable[str], as_of: date) -> dict[str, SeriesFacts]:
        """What was known of some series on a date."""
        return {one: self.series[one].known(self.sources, as_of) for one in series if one in self.series}


def check_plan(plan: PlanFile, document: Document, catalogue: Catalogue) -> Iterator[Fault]:
    """Find what a plan's own model cannot: unknown sources, units and references, words and readings that disagree."""
    for loc, source in _named_sources(plan):
        if source not in catalogue.sources:
            yield _fault(document, loc, f"unknown source '{source}'{nearest(source, catalogue.sources)}")
    numbers = {*plan.orientations, *(number for o in plan.orientations.values() for number in o.objectives)}
    for name, indicator in plan.indicators.items():
        loc = ("indicators", name)
        if indicator.under is not None and indicator.under not in numbers:
            yield _fault(
                document, (*loc, "under"), f"unknown objective '{indicator.under}'{nearest(indicator.under, numbers)}"
            )
        yield from _check_targets(name, indicator, plan, document)
    for group in ("indicators", "drivers", "comparables"):
        items: dict[str, Series] = getattr(plan, group)
        for name, item in items.items():
            if item.unit is not None and item.unit not in catalogue.units:
                message = f"unknown unit '{item.unit}'{nearest(item.unit, catalogue.units)}"
                yield _fault(document, (group, name, "unit"), message)
            of = getattr(item, "of", None)
            if of is not None and of not in plan.indicators:
                yield _fault(document, (group, name, "of"), f"unknown indicator '{of}'{nearest(of, plan.indicators)}")


def _named_sources(plan: PlanFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("source",), plan.source
    for name, indicator in plan.indicators.items():
        for i, proposal in enumerate(indicator.proposals):
            for source in proposal.sources:
                yield ("indicators", name, "proposals", i, "sources"), source


def _check_targets(name: str, indicator: Indicator, plan: PlanFile, document: Document) -> Iterator[Fault]:
    for i, target in enumerate(indicator.targets):
        loc = ("indicators", name, "targets", i)
        for message in check_target(target, parse_target(target.words, plan.source_language), indicator):
            yield _fault(document, loc, f"indicator '{name}', target '{target.words}': {message}")


def check_target(target: Target, words: Words, indicator: Indicator) -> Iterator[str]:
    """Compare how a target is read with what its words say, and with the indicator it belongs to."""
    if target.reason:
        yield "reason is set by scenarios; leave it out"
    if target.kind not in _COMPATIBLE[words.kind]:
        yield f"the words are read as kind {words.kind}, not {target.kind}; without one clear number they are kind text"
        return
    yield from _check_reading(target, words)
    if target.numeric and not target.operator and target.high is None:
        yield "operator is missing; write >= or <=, as better says"
    if target.kind != "none" and target.due is None:
        yield "due is missing; write the period by which it falls due"
    if target.numeric and not indicator.numeric:
        yield f"an indicator of measure {indicator.measure} has no target in numbers"
    if target.value is not None and not inside(target.value, indicator.bounds):
        yield f"value {target.value:g} lies outside the bounds {show_bounds(indicator.bounds)}"


def _check_reading(target: Target, words: Words) -> Iterator[str]:
    said, value = words.value, target.value
    if said is not None and value is not None and abs(said - value) > 1e-9 * abs(said):
        yield f"the words say {said:g}, not value {value:g}"
    if words.kind == "change" and target.change is not None and words.numbers[0] != target.change:
        yield f"the words say {words.numbers[0]:g}, not change {target.change:g}"
    if words.operator and target.operator != words.operator:
        yield f"the words say operator {words.operator}, not {target.operator}"
    if words.due and target.period and target.period.end != Period.parse(words.due).end and words.due != target.due:
        yield f"the words say due {words.due}, not {target.due}"


def inside(value: float, bounds: tuple[float | None, float | None]) -> bool:
    """Whether a value respects bounds, either of which may be absent."""
    low, high = bounds
    return (low is None or value >= low) and (high is None or value <= high)


def show_bounds(bounds: tuple[float | None, float | None]) -> str:
    """Write bounds as `[0, 100]`, absent ones as `none`."""
    return "[" + ", ".join("none" if bound is None else f"{bound:g}" for bound in bounds) + "]"


def _fault(document: Document, loc: tuple[str | int, ...], message: str) -> Fault:
    return Fault(document.path, document.line(loc), message)


def collect(steps: Iterable[Callable[[], object]]) -> list[Fault]:
    """Run every step and gather the faults of all of them."""
    faults: list[Fault] = []
    for step in steps:
        try:
            step()
        except ForecastError as error:
            faults.extend(error.faults or [Fault(str(error), 0, "")])
    return sorted(set(faults))


def check(catalogue: Catalogue) -> list[Fault]:
    """Faults of the sources, the units, the facts of series and every plan."""
    base = collect([lambda: catalogue.sources, lambda: catalogue.units])
    if base:
        return base
    names = [
        fault for path in sorted((catalogue.root / "data" / "plans").iterdir()) for fault in check_file(path, catalogue)
    ]
    plans = [lambda plan_id=plan_id: catalogue.plan(plan_id) for plan_id in catalogue.plan_ids]
    return names + collect([lambda: catalogue.series, *plans])


def check_file(path: Path, catalogue: Catalogue) -> Iterator[Fault]:
    """Refuse a file of plans or scenarios whose name would not be read, or would be interpreted."""
    if path.suffix != ".yaml":
        yield Fault(catalogue.shown(path), 0, "not read: files here end in .yaml")
        return
    try:
        check_name(path.stem, "the file's name")
    except ForecastError as error:
        yield Fault(catalogue.shown(path), 0, str(error))
