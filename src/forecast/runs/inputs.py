"""What a run depends on, and the hash by which a run that changed nothing is found again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from forecast import observations, scenarios
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import Plan
from forecast.scenarios import Scenario
from forecast.scenarios.library import COMPARISON
from forecast.schema.language import Text
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period

#: Packages whose version may change a figure or a picture.
PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "prophet", "vl-convert-python", "babel", "papermill")
#: Notebooks that are run, as seen from the root of the catalogue.
REPORT, COMPARE = "notebooks/report.ipynb", "notebooks/compare.ipynb"
#: What a comparison is called and says of itself, where a scenario has its title and description.
COMPARED = Text(fr="Comparaison des scénarios", en="Scenarios compared")
BESIDE = Text(
    fr="Tous les scénarios du plan côte à côte, et ce que chacun change par rapport à la référence.",
    en="All scenarios of the plan side by side, and what each changes from the baseline.",
)


@dataclass(frozen=True)
class Inputs:
    """Everything that decides what a run of a plan and scenario shows, except its language and the calendar day."""

    parts: dict[str, str]
    versions: dict[str, str]
    scenario: dict[str, Any]
    parameters: dict[str, Any]
    as_of_given: str | None
    by: str | None

    @property
    def hash(self) -> str:
        """SHA-256 of all of it."""
        return digest(json.dumps(self.__dict__, sort_keys=True, ensure_ascii=False, default=str))


def gather_inputs(
    catalogue: Catalogue,
    plan_id: str,
    scenario_id: str,
    *,
    as_of: date,
    given: bool,
    by: Period | None,
    parameters: Parameters,
) -> Inputs:
    """Gather the inputs of a run: what was known, which targets are past, parameters, code and versions.

    A comparison depends on every scenario of the plan, in the order in which they are shown.
    """
    plan = catalogue.plan(plan_id)
    compared = scenario_id == COMPARISON
    names = scenarios.scenario_ids(catalogue, plan_id) if compared else [scenario_id]
    loaded = [scenarios.load(catalogue, plan, name) for name in names]
    past = [passed for one in loaded for passed in _past(scenarios.resolve(one, plan, by=by), as_of)]
    known = observations.known(plan, catalogue, as_of=as_of)
    parts = {
        "plan": digest(plan.model_dump_json()),
        "known": digest(json.dumps(known, ensure_ascii=False)),
        "past": digest(json.dumps(past)),
        "records": digest(_records(catalogue)),
        "code": code_hash(catalogue.root),
    }
    return Inputs(
        parts=parts,
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        scenario=_beside(loaded) if compared else _dump(loaded[0]),
        parameters=json.loads(parameters.model_dump_json(exclude={"language", "time_limit"})),
        as_of_given=as_of.isoformat() if given else None,
        by=by.text if by else None,
    )


def _dump(scenario: Scenario) -> dict[str, Any]:
    dumped: dict[str, Any] = json.loads(scenario.model_dump_json(by_alias=True))
    return dumped


def _beside(loaded: Sequence[Scenario]) -> dict[str, Any]:
    """What stands for a scenario in the record of a comparison: its title, and all that is compared."""
    return {
        "title": COMPARED.model_dump(),
        "description": BESIDE.model_dump(),
        "scenarios": {one.id: _dump(one) for one in loaded},
    }


def _past(plan: Plan, as_of: date) -> list[bool]:
    return [target.past(as_of) for indicator in plan.indicators.values() for target in indicator.targets]


def _records(catalogue: Catalogue) -> str:
    kinds: tuple[Mapping[str, BaseModel], ...] = (catalogue.sources, catalogue.units, catalogue.series)
    return "\n".join(f"{key} {item.model_dump_json()}" for kind in kinds for key, item in sorted(kind.items()))


@lru_cache
def code_hash(root: Path) -> str:
    """Hash of the package, but for the explorer that no run uses, and of the notebooks that are run."""
    package = Path(__file__).parents[1]
    inside = (path for path in package.rglob("*") if package / "widgets" not in path.parents)
    files = sorted(path for path in inside if path.is_file() and path.suffix != ".pyc")
    parts = [f"{path.relative_to(package).as_posix()} {digest(path.read_bytes())}" for path in files]
    return digest("\n".join([*parts, *(digest((root / name).read_bytes()) for name in (REPORT, COMPARE))]))


def digest(content: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
