"""Scenarios as files: a state becomes one that `forecast run` accepts, and one that a reader brings is read."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forecast.errors import ScenarioError
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.scenarios import Scenario
from forecast.scenarios.apply import ASKED as ASKED_DATE
from forecast.scenarios.library import ASKED
from forecast.scenarios.model import Assumption, LeverMove, ScenarioFile, TargetChange
from forecast.schema.language import Text
from forecast.schema.names import check_name
from forecast.schema.periods import PER_YEAR, Period
from forecast.widgets.state import State

HEAD = "# yaml-language-server: $schema=../../data/schema/scenario.schema.json\n"
#: Title of a scenario until it gets a name.
NAMELESS = Text(fr="Scénario exploré", en="Explored scenario")
#: Longest id that is made of a name.
LONGEST = 60


def make_file(
    state: State, base: Scenario, plan: Plan, *, title: Text = NAMELESS, description: Text = NAMELESS
) -> ScenarioFile:
    """Say what a state changes, as a scenario file does: only what differs from the scenario started from.

    A lever that this scenario moves keeps its dates and its profile, except for a start that the reader chose.
    """
    levers = {}
    for name in dict.fromkeys((*state.levers, *state.starts)):
        earlier = base.levers.get(name)
        update: dict[str, Any] = {"reason": ASKED, "source": (), "assumed": True}
        update |= {"value": state.levers[name]} if name in state.levers else {}
        update |= {"start": state.starts[name]} if name in state.starts else {}
        if earlier is not None:
            levers[name] = earlier.model_copy(update=update)
        elif name in state.levers:  # a start alone moves nothing
            levers[name] = LeverMove.model_validate({"value": 0.0, "reason": ASKED}).model_copy(update=update)
    asked = {"due": state.due, "value": state.value, "operator": state.operator}
    targets = {}
    if any(one is not None for one in asked.values()):
        reason = ASKED if state.due is None else ASKED_DATE
        targets[state.indicator] = TargetChange.model_validate(asked | {"reason": reason})
    assumptions = {name: _assume(name, value, state, base, plan) for name, value in state.assumptions.items()}
    return ScenarioFile(
        title=title,
        description=description,
        extends=base.id,
        levers=levers,
        targets=targets,
        assumptions=assumptions,
    )


def _assume(name: str, value: float, state: State, base: Scenario, plan: Plan) -> Assumption:
    """Assume a value in the period in which the scenario or the plan does, else in the last one that is over."""
    side = plan.drivers.get(name)
    if name in base.assumptions:
        period = base.assumptions[name].period
    elif side is not None and side.assumed is not None:
        period = side.assumed.period
    else:
        period = last_period(plan, state.indicator, state.as_of).text
    return Assumption(value=value, unit=str(plan.item(name).unit), period=period, reason=ASKED)


def last_period(plan: Plan, indicator: str, as_of: date) -> Period:
    """Last period that was over on a day, of the kind in which an indicator falls due; a year where that has none."""
    dues = [target.period for target in plan.indicators[indicator].targets if target.period]
    period = dues[-1] if dues else plan.last
    if period.kind not in PER_YEAR:
        return Period.parse(str(as_of.year - 1))
    while period.end > as_of:
        period = period + -1
    while (period + 1).end <= as_of:
        period = period + 1
    return period


def write_text(file: ScenarioFile) -> str:
    """Write a scenario as the text of its file."""
    plain = file.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    for name, move in file.levers.items():
        plain["levers"][name] = move.model_dump(by_alias=True, exclude_unset=True, exclude_none=True, mode="json")
    return HEAD + yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def save(file: ScenarioFile, catalogue: Catalogue, plan: Plan, id: str, *, replace: bool = False) -> Path:
    """Write a scenario into `parameters/`; one that is there is only replaced when that is said.

    Raises
    ------
    ScenarioError
        If there is one of this id, or it cannot be written.
    """
    check_name(id, "scenario", ScenarioError)
    path = catalogue.root / "parameters" / plan.id / f"{id}.yaml"
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as opened:
            opened.write(write_text(file))
    except FileExistsError:
        raise ScenarioError(f"{catalogue.shown(path)}: there is one already; choose another name") from None
    except OSError as error:
        raise ScenarioError(f"{catalogue.shown(path)}: could not be written ({error.strerror})") from None
    return path


def make_id(name: str) -> str:
    """Make an id of a name: `Demande à +8 %` becomes `demande_a_8`; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST].strip("_")
    return found if not found[:1].isdigit() else f"scenario_{found}"
