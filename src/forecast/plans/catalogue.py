"""The catalogue on disk: where it lies, its plans, sources and units, and the faults of those files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pydantic import RootModel

from forecast.errors import DataError, Fault, ForecastError, PlanError, nearest
from forecast.plans.formulas import Formula, check_names, find_cycle, parse_formula
from forecast.plans.grammar import Words, parse_target
from forecast.plans.magnitudes import Magnitude, Range
from forecast.plans.model import Bounds, ChangeKind, Indicator, Lever, Plan, PlanFile, Series, Source, Target
from forecast.plans.series import SeriesFacts, SeriesFile, check_sources
from forecast.plans.units import check_units
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
    yield from _check_references(plan, document, catalogue)
    formulas = {name: parse_formula(item.formula) for name, item in followed(plan).items() if item.formula}
    yield from _check_formulas(formulas, plan, document, catalogue)
    named = {name for formula in formulas.values() for name in formula.names}
    yield from _check_assumed(named, plan, document)
    for name, lever in plan.levers.items():
        for key, message in _check_lever(name, lever, named, plan):
            yield _fault(document, ("levers", name, key), message)


def _check_references(plan: PlanFile, document: Document, catalogue: Catalogue) -> Iterator[Fault]:
    for group in ("indicators", "drivers", "comparables"):
        items: dict[str, Series] = getattr(plan, group)
        for name, item in items.items():
            if item.unit is not None and item.unit not in catalogue.units:
                message = f"unknown unit '{item.unit}'{nearest(item.unit, catalogue.units)}"
                yield _fault(document, (group, name, "unit"), message)
            if group != "indicators" and name in plan.indicators:
                yield _fault(document, (group, name), f"'{name}' is the id of an indicator; give it another")
            of = getattr(item, "of", None)
            if of is not None and of not in plan.indicators:
                yield _fault(document, (group, name, "of"), f"unknown indicator '{of}'{nearest(of, plan.indicators)}")


def _named_sources(plan: PlanFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("source",), plan.source
    for name, indicator in plan.indicators.items():
        for i, proposal in enumerate(indicator.proposals):
            for source in proposal.sources:
                yield ("indicators", name, "proposals", i, "sources"), source
    for name, side in plan.drivers.items():
        for source in side.assumed.source if side.assumed else ():
            yield ("drivers", name, "assumed", "source"), source


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


def _check_formulas(
    formulas: Mapping[str, Formula], plan: PlanFile, document: Document, catalogue: Catalogue
) -> Iterator[Fault]:
    """Find formulas that name the unknown, lead back to themselves or give another unit than they should."""
    known = followed(plan)
    for name, formula in formulas.items():
        unknown = check_names(formula, {**plan.comparables, **known})
        foreign = [one for one in formula.names if one in plan.comparables and one not in known]
        unknown += [f"'{one}' is a comparable, never joined to an indicator; make it a driver" for one in foreign]
        for message in unknown or _check_kind(name, formula, known, catalogue):
            yield _fault(document, _place_of_formula(name, plan), message)
    if cycle := find_cycle(formulas):
        message = (
            f"formulas lead back to where they start: {' → '.join(cycle)}; compute one of them from something else"
        )
        yield _fault(document, _place_of_formula(cycle[0], plan), message)
    for name, side in plan.comparables.items():
        for key in ("formula", "assumed"):
            if getattr(side, key) is not None:
                message = f"comparable '{name}' is shown as published; leave {key} out, or make it a driver"
                yield _fault(document, ("comparables", name, key), message)


def followed(plan: PlanFile) -> dict[str, Series]:
    """What formulas, levers and changes may name: indicators and drivers, but no comparable."""
    return {**plan.drivers, **plan.indicators}


def _place_of_formula(name: str, plan: PlanFile) -> tuple[str, ...]:
    return ("indicators" if name in plan.indicators else "drivers", name, "formula")


def _check_kind(name: str, formula: Formula, known: Mapping[str, Series], catalogue: Catalogue) -> Iterator[str]:
    """Say what is wrong with what a formula gives: its measure, else its unit."""
    units = {one: unit for one in (name, *formula.names) if (unit := known[one].unit) is not None}
    unmeasured = [one for one in formula.names if one not in units]
    if name not in units:
        yield f"'{name}' is not measured in numbers; leave its formula out"
    elif unmeasured:
        yield f"'{unmeasured[0]}' is not measured in numbers; name a driver that is"
    elif formula.is_stock and known[name].measure != "stock":
        yield f"stock() gives what is there on a date, but '{name}' is a {known[name].measure}; write measure: stock"
    elif catalogue.units.keys() >= set(units.values()) and (said := check_units(formula, units, units[name])):
        yield said


def _check_assumed(named: set[str], plan: PlanFile, document: Document) -> Iterator[Fault]:
    """Find assumed values of drivers on which nothing rests, and those that cannot be."""
    for name, side in plan.drivers.items():
        if side.assumed is None:
            continue
        if name not in named:
            message = f"no formula names the driver '{name}': nothing rests on its assumed value"
            yield _fault(document, ("drivers", name, "assumed"), message)
        for value in (one for one in ends(side.assumed.value) if not inside(one, side.bounds)):
            message = f"value {value:g} of '{name}' lies outside its bounds {show_bounds(side.bounds)}"
            yield _fault(document, ("drivers", name, "assumed", "value"), message)


def _check_lever(name: str, lever: Lever, named: set[str], plan: PlanFile) -> Iterator[tuple[str, str]]:
    """Say what is wrong with a lever, each with the key that it concerns."""
    known = followed(plan)
    if lever.on not in known:
        yield "on", f"unknown indicator or driver '{lever.on}'{nearest(lever.on, known)}"
        return
    item = known[lever.on]
    if item.measure not in ("flow", "stock"):
        yield "on", f"indicator '{lever.on}' is not measured in numbers; there is nothing to move"
        return
    if lever.on in plan.drivers and lever.on not in named:
        yield "on", f"no formula names the driver '{lever.on}': lever '{name}' would move nothing"
    if lever.change == "hold":
        yield "change", f"hold has no magnitude that lever '{name}' could move; write it as a change of a scenario"
    if lever.change == "close_gap" and not any(target.numeric for target in getattr(item, "targets", ())):
        yield "change", f"'{lever.on}' has no target in numbers, and so no gap for lever '{name}' to close"
    legal = legal_units(lever.change, item.unit)
    if lever.unit not in legal:
        unit = "no unit" if lever.unit is None else f"unit '{lever.unit}'"
        right = " or ".join("no unit" if one is None else one for one in legal)
        yield "unit", f"lever '{name}', {lever.change} on '{lever.on}', has {unit}; write {right}"
    allowed = _possible(lever, item)
    if not all(inside(value, allowed) for value in lever.bounds):
        beyond = f"bounds {show_bounds(lever.bounds)} of lever '{name}' reach beyond {show_bounds(allowed)}"
        yield "bounds", f"{beyond}; narrow them"


def _possible(lever: Lever, item: Series) -> Bounds:
    """Magnitudes that a change of a kind may have at all, in its unit."""
    if lever.change in ("set", "cap"):
        return item.bounds
    if lever.change == "growth" and lever.unit == "%/year":
        return (-100, None)
    return {"multiply": (0, None), "close_gap": (0, 100)}.get(lever.change, (None, None))


def legal_units(kind: ChangeKind, unit: str | None) -> tuple[str | None, ...]:
    """Units that a change may have on a path of a unit; a factor, a share and a hold have none of their own."""
    if kind == "growth":
        return growth_units(unit)
    if kind in ("multiply", "hold"):
        return (None,)
    if kind == "close_gap":
        return (None, "%")
    if kind == "add":
        return ("points", "%") if unit == "%" else (unit,)
    return (unit,)


def growth_units(unit: str | None) -> tuple[str, str]:
    """Units a growth may have: compound `%/year`, or linear in the unit itself (points for a percentage)."""
    return "%/year", "points/year" if unit == "%" else f"{unit}/year"


def ends(value: Magnitude | None) -> tuple[float, ...]:
    """Numbers of a magnitude that must be admissible: itself, or both ends of a range."""
    if value is None:
        return ()
    return (value.low, value.high) if isinstance(value, Range) else (value,)


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
