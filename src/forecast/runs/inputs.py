"""What a run depends on, and the hash by which a run that changed nothing is found again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
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
from forecast.schema.parameters import Parameters
from forecast.schema.periods import Period

#: Packages whose version may change a figure or a picture.
PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "prophet", "vl-convert-python", "babel", "papermill")
NOTEBOOK = Path("notebooks") / "report.ipynb"


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
    """Gather the inputs of a run: what was known, which targets are past, parameters, code and versions."""
    plan = catalogue.plan(plan_id)
    scenario = scenarios.load(catalogue, plan, scenario_id)
    resolved = scenarios.resolve(scenario, plan, by=by)
    known = observations.known(plan, catalogue, as_of=as_of)
    parts = {
        "plan": digest(plan.model_dump_json()),
        "known": digest(json.dumps(known, ensure_ascii=False)),
        "past": digest(json.dumps(_past(resolved, as_of))),
        "records": digest(_records(catalogue)),
        "code": code_hash(catalogue.root),
    }
    return Inputs(
        parts=parts,
        versions={"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        scenario=json.loads(scenario.model_dump_json(by_alias=True)),
        parameters=json.loads(parameters.model_dump_json(exclude={"language", "time_limit"})),
        as_of_given=as_of.isoformat() if given else None,
        by=by.text if by else None,
    )


def _past(plan: Plan, as_of: date) -> list[bool]:
    return [target.past(as_of) for indicator in plan.indicators.values() for target in indicator.targets]


def _records(catalogue: Catalogue) -> str:
    kinds: tuple[Mapping[str, BaseModel], ...] = (catalogue.sources, catalogue.units, catalogue.series)
    return "\n".join(f"{key} {item.model_dump_json()}" for kind in kinds for key, item in sorted(kind.items()))


@lru_cache
def code_hash(root: Path) -> str:
    """Hash of the package and of the report notebook."""
    package = Path(__file__).parents[1]
    files = sorted(path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc")
    parts = [f"{path.relative_to(package).as_posix()} {digest(path.read_bytes())}" for path in files]
    return digest("\n".join([*parts, digest((root / NOTEBOOK).read_bytes())]))


def digest(content: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
