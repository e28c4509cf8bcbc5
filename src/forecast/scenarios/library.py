"""The scenarios on disk, `parameters/<plan>/<scenario>.yaml`, and their faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forecast.errors import DataError, Fault, ScenarioError, nearest
from forecast.plans.catalogue import Catalogue, check_file, collect, inside, show_bounds
from forecast.plans.model import Plan, Series
from forecast.scenarios.model import Change, Scenario, ScenarioFile, TargetChange
from forecast.schema.files import Document, read_yaml, validate

#: Files of `parameters/` that are not a plan's folder.
GENERAL = ("defaults.yaml", "runs.yaml")


def scenario_ids(catalogue: Catalogue, plan_id: str) -> list[str]:
    """Ids of a plan's scenarios, `baseline` first."""
    found = {path.stem for path in (catalogue.root / "parameters" / plan_id).glob("*.yaml")}
    return sorted(found, key=lambda name: (name != "baseline", name))


def load(catalogue: Catalogue, plan: Plan, scenario_id: str = "baseline") -> Scenario:
    """Load a scenario with all that it extends; what it says itself wins over what it extends.

    Raises
    ------
    ScenarioError
        If there is no such scenario.
    DataError
        If a file is faulty, or a scenario extends itself.
    """
    return Scenario.model_construct(**_resolve(catalogue, plan, scenario_id, ()), id=scenario_id, plan=plan.id)


def _resolve(catalogue: Catalogue, plan: Plan, scenario_id: str, chain: tuple[str, ...]) -> dict[str, Any]:
    known = scenario_ids(catalogue, plan.id)
    if scenario_id not in known:
        raise ScenarioError(f"unknown scenario '{scenario_id}' of plan '{plan.id}'{nearest(scenario_id, known)}")
    path = catalogue.root / "parameters" / plan.id / f"{scenario_id}.yaml"
    document = read_yaml(path, catalogue.shown(path))
    file = validate(ScenarioFile, document)
    faults = list(_check(file, document, plan, catalogue))
    if faults:
        raise DataError(faults=faults)
    resolved: dict[str, Any] = dict(file)
    if file.extends:
        _check_extends(file.extends, plan.id, document, known, (*chain, scenario_id))
        base = _resolve(catalogue, plan, file.extends, (*chain, scenario_id))
        own = {(change.on, change.start) for change in file.changes}
        kept = tuple(change for change in base["changes"] if (change.on, change.start) not in own)
        resolved["changes"] = (*kept, *file.changes)
        resolved["targets"] = {**base["targets"], **_merged(base["targets"], file.targets)}
        resolved["assumptions"] = {**base["assumptions"], **file.assumptions}
    return resolved


def _merged(base: Mapping[str, TargetChange], own: Mapping[str, TargetChange]) -> dict[str, TargetChange]:
    """What a scenario says of a target, over what its base says of the same one, field by field."""
    return {
        name: base[name].model_copy(update=change.model_dump(exclude_none=True) | {"reason": change.reason})
        if name in base
        else change
        for name, change in own.items()
    }


def _check_extends(base: str, plan_id: str, document: Document, known: list[str], chain: tuple[str, ...]) -> None:
    """Refuse a base that does not exist, or one that leads back to this scenario."""
    message = None
    if base not in known:
        message = f"unknown scenario '{base}' of plan '{plan_id}'{nearest(base, known)}"
    elif base in chain:
        message = f"scenario '{base}' of plan '{plan_id}' extends itself: {' → '.join((*chain, base))}"
    if message:
        raise DataError(faults=[Fault(document.path, document.line(("extends",)), message)])


def _check(file: ScenarioFile, document: Document, plan: Plan, catalogue: Catalogue) -> Iterator[Fault]:
    known: dict[str, Series] = {**plan.indicators, **plan.drivers}
    seen: set[tuple[str, str]] = set()
    for i, change in enumerate(file.changes):
        for message in _check_change(change, plan, catalogue):
            yield Fault(document.path, document.line(("changes", i)), message)
        if (change.on, change.start) in seen:
            message = f"two changes on '{change.on}' from {change.start}; keep one, or start the second later"
            yield Fault(document.path, document.line(("changes", i)), message)
        seen.add((change.on, change.start))
    yield from _check_targets(file, document, plan)
    yield from _check_assumptions(file, document, known)


def _check_targets(file: ScenarioFile, document: Document, plan: Plan) -> Iterator[Fault]:
    for name, moved in file.targets.items():
        line = document.line(("targets", name))
        if name not in plan.indicators:
            yield Fault(document.path, line, f"unknown indicator '{name}'{nearest(name, plan.indicators)}")
        elif not any(target.numeric for target in plan.indicators[name].targets):
            yield Fault(document.path, line, f"indicator '{name}' has no target in numbers to change")
        elif moved.value is not None and not inside(moved.value, plan.indicators[name].bounds):
            bounds = show_bounds(plan.indicators[name].bounds)
            yield Fault(document.path, line, f"target {moved.value:g} of '{name}' lies outside the bounds {bounds}")


def _check_assumptions(file: ScenarioFile, document: Document, known: Mapping[str, Series]) -> Iterator[Fault]:
    for name, assumed in file.assumptions.items():
        line = document.line(("assumptions", name))
        if name not in known:
            yield Fault(document.path, line, f"unknown indicator or driver '{name}'{nearest(name, known)}")
        elif assumed.unit != known[name].unit:
            yield Fault(
                document.path, line, f"unit '{assumed.unit}' instead of '{known[name].unit}', the unit of '{name}'"
            )
        elif not inside(assumed.value, known[name].bounds):
            bounds = show_bounds(known[name].bounds)
            yield Fault(document.path, line, f"value {assumed.value:g} of '{name}' lies outside its bounds {bounds}")


def _check_change(change: Change, plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    known = {**plan.indicators, **plan.drivers}
    if change.on not in known:
        yield f"unknown indicator or driver '{change.on}'{nearest(change.on, known)}"
        return
    item = known[change.on]
    if item.measure not in ("flow", "stock"):
        yield f"indicator '{change.on}' is not measured in numbers; there is nothing to change"
        return
    if change.on in plan.drivers:
        yield f"no indicator is computed from the driver '{change.on}' yet: a change on it would move nothing"
    legal = growth_units(item.unit) if change.change == "growth" else (item.unit,)
    if change.unit not in legal:
        yield f"unit '{change.unit}' of change {change.change} on '{change.on}'; write {' or '.join(map(str, legal))}"
    if change.change == "set" and not inside(change.value, item.bounds):
        yield f"value {change.value:g} of '{change.on}' lies outside its bounds {show_bounds(item.bounds)}"
    if change.change == "growth" and change.unit == "%/year" and change.value <= -100:
        yield f"growth {change.value:g} %/year on '{change.on}' leaves nothing; write more than -100"
    for source in change.source:
        if source not in catalogue.sources:
            yield f"unknown source '{source}'{nearest(source, catalogue.sources)}"


def growth_units(unit: str | None) -> tuple[str, str]:
    """Units a growth may have: compound `%/year`, or linear in the unit itself (points for a percentage)."""
    return "%/year", "points/year" if unit == "%" else f"{unit}/year"


def check(catalogue: Catalogue, plans: Iterable[Plan]) -> list[Fault]:
    """Faults of every scenario, and of folders that belong to no plan or lack their baseline."""
    known = {plan.id: plan for plan in plans}
    faults = []
    for path in sorted((catalogue.root / "parameters").iterdir()):
        if path.is_dir() and path.name not in catalogue.plan_ids:
            message = f"no plan is called '{path.name}'{nearest(path.name, catalogue.plan_ids)}"
            faults.append(Fault(catalogue.shown(path), 0, message))
        elif path.is_file() and path.name not in GENERAL:
            message = f"scenarios lie in a folder named after their plan; here only {' and '.join(GENERAL)}"
            faults.append(Fault(catalogue.shown(path), 0, message))
    for plan in known.values():
        names = scenario_ids(catalogue, plan.id)
        folder = catalogue.root / "parameters" / plan.id
        faults += [fault for path in sorted(folder.glob("*")) for fault in check_file(path, catalogue)]
        if "baseline" not in names:
            faults.append(
                Fault(f"parameters/{plan.id}/baseline.yaml", 0, "every plan needs a scenario called baseline")
            )
        faults += collect([lambda plan=plan, name=name: load(catalogue, plan, name) for name in names])  # type: ignore[misc]
    return faults
