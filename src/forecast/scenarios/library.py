"""The scenarios on disk, `parameters/<plan>/<scenario>.yaml`, and their faults."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forecast.errors import DataError, Fault, ScenarioError, nearest
from forecast.plans.catalogue import Catalogue, check_file, collect, ends, inside, legal_units, show_bounds
from forecast.plans.formulas import parse_formula
from forecast.plans.model import Plan, Series
from forecast.scenarios.model import Change, Course, Judgment, LeverMove, Scenario, ScenarioFile, TargetChange
from forecast.scenarios.profiles import find_clash
from forecast.scenarios.recipes.registry import check_recipe
from forecast.schema.files import Document, read_yaml, validate
from forecast.schema.language import Text
from forecast.schema.periods import Period

#: Id of the scenario in which no lever is moved; every plan has it.
BASELINE = "baseline"
#: Stands in place of a scenario where all those of a plan are run side by side; no scenario may be called so.
COMPARISON = "comparison"
RESERVED = f"no scenario may be called '{COMPARISON}': all of them side by side are run by that name; rename it"
#: Files of `parameters/` that are not a plan's folder.
GENERAL = ("defaults.yaml", "runs.yaml")
Place = tuple[str | int, ...]
#: Kinds that each put the path somewhere: two of them from one date contradict each other.
PLACING = ("set", "hold", "growth")
#: Why a lever stands where a reader put it.
ASKED = Text(fr="demandé par le lecteur", en="asked for by the reader")


def scenario_ids(catalogue: Catalogue, plan_id: str) -> list[str]:
    """Ids of a plan's scenarios, `baseline` first."""
    found = {path.stem for path in (catalogue.root / "parameters" / plan_id).glob("*.yaml")}
    return sorted(found, key=lambda name: (name != BASELINE, name))


def load(catalogue: Catalogue, plan: Plan, scenario_id: str = BASELINE) -> Scenario:
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
    return _resolve_document(read_yaml(path, catalogue.shown(path)), catalogue, plan, scenario_id, chain)


def parse(document: Document, catalogue: Catalogue, plan: Plan, scenario_id: str) -> Scenario:
    """Make a scenario of a document that is not among those on disk, with all that it extends; raises as `load`."""
    resolved = _resolve_document(document, catalogue, plan, scenario_id, ())
    return Scenario.model_construct(**resolved, id=scenario_id, plan=plan.id)


def _resolve_document(
    document: Document, catalogue: Catalogue, plan: Plan, scenario_id: str, chain: tuple[str, ...]
) -> dict[str, Any]:
    file = validate(ScenarioFile, document)
    faults = list(_check(file, document, plan, catalogue))
    if faults:
        raise DataError(faults=faults)
    if not file.extends:
        return _extended(file, None, plan)
    _check_extends(file.extends, plan.id, document, scenario_ids(catalogue, plan.id), (*chain, scenario_id))
    resolved = _extended(file, _resolve(catalogue, plan, file.extends, (*chain, scenario_id)), plan)
    line = document.line(("extends",))
    if both := [Fault(document.path, line, message) for _, message in clashes(resolved["changes"])]:
        raise DataError(faults=both)
    return resolved


def _extended(file: ScenarioFile, base: Mapping[str, Any] | None, plan: Plan) -> dict[str, Any]:
    """Bring together what a scenario says and what it extends; its own wins."""
    resolved: dict[str, Any] = dict(file) | {"changes": (*pull_levers(file.levers, plan), *file.changes)}
    if base is None:
        return resolved
    own = {_place(change) for change in resolved["changes"]}
    resolved["changes"] = (*(one for one in base["changes"] if _place(one) not in own), *resolved["changes"])
    for name in ("recipes", "judgments"):
        said = {(one.on, one.start) for one in getattr(file, name)}
        resolved[name] = (*(one for one in base[name] if (one.on, one.start) not in said), *getattr(file, name))
    resolved["targets"] = {**base["targets"], **_merged(base["targets"], file.targets)}
    for name in ("levers", "assumptions"):
        resolved[name] = {**base[name], **getattr(file, name)}
    return resolved


def derive(file: ScenarioFile, base: Scenario, plan: Plan, id: str) -> Scenario:
    """Make a scenario that extends one at hand, without a file of its own.

    Raises
    ------
    ScenarioError
        If a lever's magnitude lies outside its bounds, or changes clash.
    """
    for name, move in file.levers.items():
        for message in (_outside(name, value, plan) for value in ends(move.value)):
            if message:
                raise ScenarioError(message)
    resolved = _extended(file, dict(base), plan)
    for _, message in clashes(resolved["changes"]):
        raise ScenarioError(message)
    return Scenario.model_construct(**resolved, id=id, plan=plan.id)


def _place(change: Change) -> tuple[str | None, ...]:
    """What a change takes the place of in the scenario extended: the same lever, else the same act and start."""
    return (change.lever,) if change.lever else (change.on, change.change, change.start)


def pull_levers(moves: Mapping[str, LeverMove], plan: Plan) -> tuple[Change, ...]:
    """Make changes of the levers that are moved; unknown ones are left to the check of the file."""
    return tuple(
        Change.model_construct(
            **dict(move),
            on=plan.levers[name].on,
            change=plan.levers[name].change,
            unit=plan.levers[name].unit,
            lever=name,
        )
        for name, move in moves.items()
        if name in plan.levers
    )


def with_levers(scenario: Scenario, plan: Plan, values: Mapping[str, float]) -> Scenario:
    """Move levers of a scenario to magnitudes that a reader asks for.

    Raises
    ------
    ScenarioError
        If a lever is unknown, its magnitude outside its bounds, or it clashes with a change of the scenario.
    """
    moves = {}
    for name, value in values.items():
        if name not in plan.levers:
            raise ScenarioError(f"unknown lever '{name}' of plan '{plan.id}'{nearest(name, plan.levers)}")
        if message := _outside(name, value, plan):
            raise ScenarioError(message)
        earlier = scenario.levers.get(name)
        update = {"value": value, "reason": ASKED, "source": (), "assumed": True}
        moves[name] = earlier.model_copy(update=update) if earlier else LeverMove(value=value, reason=ASKED)
    changes = (*(one for one in scenario.changes if one.lever not in moves), *pull_levers(moves, plan))
    for _, message in clashes(changes):
        raise ScenarioError(message)
    return scenario.model_copy(update={"levers": {**scenario.levers, **moves}, "changes": changes})


def _outside(name: str, value: float, plan: Plan) -> str | None:
    """Say that a magnitude lies outside the bounds of its lever; None where it does not."""
    lever = plan.levers[name]
    if inside(value, lever.bounds):
        return None
    return f"{value:g} of lever '{name}' lies outside its bounds {show_bounds(lever.bounds)}"


def _merged(base: Mapping[str, TargetChange], own: Mapping[str, TargetChange]) -> dict[str, TargetChange]:
    """What a scenario says of a target, over what its base says of the same one, field by field."""
    return {
        name: base[name].model_copy(
            update=change.model_dump(exclude_none=True) | ({"reason": change.reason} if change.reason else {})
        )
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
    placed: list[tuple[Place, Change]] = [
        *((("levers", name), one) for name in file.levers for one in pull_levers({name: file.levers[name]}, plan)),
        *((("changes", i), change) for i, change in enumerate(file.changes)),
    ]
    for name in file.levers:
        if name not in plan.levers:
            message = f"unknown lever '{name}'{nearest(name, plan.levers)}"
            yield Fault(document.path, document.line(("levers", name)), message)
    for loc, change in placed:
        for message in _check_change(change, plan, catalogue):
            yield Fault(document.path, document.line(loc), message)
    for i, message in clashes(change for _, change in placed):
        yield Fault(document.path, document.line(placed[i][0]), message)
    for group in ("recipes", "judgments"):
        for i, one in enumerate(getattr(file, group)):
            messages = (
                _check_course(one, known, catalogue) if group == "recipes" else _check_judgment(one, known, catalogue)
            )
            for message in messages:
                yield Fault(document.path, document.line((group, i)), message)
    yield from _check_targets(file, document, plan)
    yield from _check_assumptions(file, document, known)


def clashes(changes: Iterable[Change]) -> Iterator[tuple[int, str]]:
    """Find changes that cannot both hold: two of a kind from one date, or two that each put the path somewhere.

    Yields
    ------
    (int, str)
        Position of the second one, and what is wrong.
    """
    seen: set[tuple[str, str, str | None]] = set()
    for i, change in enumerate(changes):
        kind = "places" if change.change in PLACING else change.change
        if (change.on, kind, change.start) in seen:
            when = change.start or "the first period"
            yield i, f"two changes on '{change.on}' from {when}; keep one, or start the second later"
        seen.add((change.on, kind, change.start))


def _check_course(course: Course, known: Mapping[str, Series], catalogue: Catalogue) -> Iterator[str]:
    if course.on not in known:
        yield f"unknown indicator or driver '{course.on}'{nearest(course.on, known)}"
    try:
        check_recipe(course.recipe, course.parameters)
    except ScenarioError as error:
        yield from str(error).splitlines()
    yield from _check_sources(course.source, catalogue)


def _check_judgment(judgment: Judgment, known: Mapping[str, Series], catalogue: Catalogue) -> Iterator[str]:
    if judgment.on not in known:
        yield f"unknown indicator or driver '{judgment.on}'{nearest(judgment.on, known)}"
    elif judgment.unit != known[judgment.on].unit and not (
        judgment.unit == "points" and known[judgment.on].unit == "%"
    ):
        unit = "points" if known[judgment.on].unit == "%" else known[judgment.on].unit
        yield f"unit '{judgment.unit}' of the judgment on '{judgment.on}'; write {unit}"
    yield from _check_sources(judgment.source, catalogue)


def _check_sources(sources: Iterable[str], catalogue: Catalogue) -> Iterator[str]:
    for source in sources:
        if source not in catalogue.sources:
            yield f"unknown source '{source}'{nearest(source, catalogue.sources)}"


def _check_targets(file: ScenarioFile, document: Document, plan: Plan) -> Iterator[Fault]:
    for name, moved in file.targets.items():
        line = document.line(("targets", name))
        if name not in plan.indicators:
            yield Fault(document.path, line, f"unknown indicator '{name}'{nearest(name, plan.indicators)}")
            continue
        numeric = [target for target in plan.indicators[name].targets if target.numeric]
        if not numeric:
            yield Fault(document.path, line, f"indicator '{name}' has no target in numbers to change")
        elif message := moved.clash(numeric[-1]):
            yield Fault(document.path, line, f"target of '{name}': {message}")
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
        elif outside := [value for value in ends(assumed.value) if not inside(value, known[name].bounds)]:
            bounds = show_bounds(known[name].bounds)
            yield Fault(document.path, line, f"value {outside[0]:g} of '{name}' lies outside its bounds {bounds}")


def _check_change(change: Change, plan: Plan, catalogue: Catalogue) -> Iterator[str]:
    known = {**plan.indicators, **plan.drivers}
    if change.on not in known:
        yield f"unknown indicator or driver '{change.on}'{nearest(change.on, known)}"
        return
    item = known[change.on]
    if item.measure not in ("flow", "stock"):
        yield f"indicator '{change.on}' is not measured in numbers; there is nothing to change"
        return
    if change.on in plan.drivers and not moves_something(change.on, plan):
        yield f"no formula names the driver '{change.on}': a change on it would move nothing"
    legal = legal_units(change.change, item.unit)
    if change.unit not in legal:
        shown = " or ".join("no unit" if unit is None else unit for unit in legal)
        given = f"unit '{change.unit}' of change" if change.unit else "no unit is given for change"
        yield f"{given} {change.change} on '{change.on}'; write {shown}"
    for value in ends(change.value):
        if message := _check_size(change, value, item, plan):
            yield message
            break
    yield from _check_dates(change, item)
    yield from _check_sources(change.source, catalogue)


def _check_size(change: Change, value: float, item: Series, plan: Plan) -> str | None:
    """Say why a magnitude cannot be; None where it can."""
    if change.change in ("set", "cap") and not inside(value, item.bounds):
        return f"value {value:g} of '{change.on}' lies outside its bounds {show_bounds(item.bounds)}"
    if change.change == "growth" and change.unit == "%/year" and value <= -100:
        return f"growth {value:g} %/year on '{change.on}' leaves nothing; write more than -100"
    if change.change == "multiply" and value < 0:
        return f"factor {value:g} on '{change.on}' is below zero; write 0 or more"
    if change.change == "close_gap" and not 0 <= value <= 100:
        return f"share {value:g} of the gap of '{change.on}'; write 0 to 100 (percent)"
    return _outside(change.lever, value, plan) if change.lever else None


def _check_dates(change: Change, item: Series) -> Iterator[str]:
    if change.start and change.until and Period.parse(change.until) < Period.parse(change.start):
        yield f"the change on '{change.on}' ends {change.until}, before it starts, {change.start}; swap them"
        return
    start, until = (Period.parse(text).time(item.measure) if text else None for text in (change.start, change.until))
    if clash := find_clash(change.profile, -math.inf if start is None else start, until):
        yield f"the change on '{change.on}': {clash}"


def moves_something(driver: str, plan: Plan) -> bool:
    """Whether a formula of the plan names a driver."""
    formulas = (item.formula for item in (*plan.indicators.values(), *plan.drivers.values()) if item.formula)
    return any(driver in parse_formula(formula).names for formula in formulas)


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
        if BASELINE not in names:
            faults.append(
                Fault(f"parameters/{plan.id}/baseline.yaml", 0, "every plan needs a scenario called baseline")
            )
        if COMPARISON in names:
            faults.append(Fault(f"parameters/{plan.id}/{COMPARISON}.yaml", 0, RESERVED))
        faults += collect([lambda plan=plan, name=name: load(catalogue, plan, name) for name in names])  # type: ignore[misc]
    return faults
