"""`parameters/runs.yaml`: which plans, scenarios and languages are run, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, Field

from forecast.errors import DataError, Fault, RunError, nearest
from forecast.plans.catalogue import Catalogue
from forecast.scenarios import scenario_ids
from forecast.scenarios.library import COMPARISON
from forecast.schema.files import Document, Record, read_yaml, validate
from forecast.schema.language import LANGUAGES, Language

#: One field of a cron time: numbers or three-letter names, with ranges, lists and steps; nothing that one cron has
#: and another has not.
_FIELD = re.compile(r"(?:\*|\w+(?:-\w+)?)(?:/\d+)?(?:,\w+(?:-\w+)?(?:/\d+)?)*")
_PART = re.compile(r"\d+|[A-Za-z]{3}")


def _cron(text: str) -> str:
    fields = text.split()
    words = [word for field in fields for word in re.findall(r"\w+", field)]
    plain = len(fields) == 5 and all(map(_FIELD.fullmatch, fields)) and all(map(_PART.fullmatch, words))
    if not plain:
        raise ValueError(f"'{text}' is not a plain cron time; write five fields: minute hour day month weekday")
    try:
        CronSim(text, datetime(2026, 1, 1))
    except CronSimError as error:
        raise ValueError(f"'{text}' is not a cron time ({error}); write minute hour day month weekday") from None
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"unknown time zone '{name}'; write one such as America/Toronto") from None
    return name


class Entry(Record):
    """One line of the timetable."""

    plans: Literal["all"] | tuple[str, ...] = "all"
    scenarios: Literal["all"] | tuple[str, ...] = "all"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = LANGUAGES
    when: Annotated[str, AfterValidator(_cron)]


class Matrix(Record):
    """The whole timetable."""

    time_zone: Annotated[str, AfterValidator(_zone)]
    runs: dict[str, Entry]


@dataclass(frozen=True, order=True)
class Job:
    """One run to make: plan × scenario × language; `comparison` instead of a scenario sets them all side by side."""

    plan: str
    scenario: str
    language: str

    def __str__(self) -> str:
        return f"{self.plan} · {self.scenario} · {self.language}"


def load_matrix(catalogue: Catalogue) -> Matrix:
    """Read `parameters/runs.yaml`; raise `DataError` with all its faults."""
    document = read_yaml(catalogue.root / "parameters" / "runs.yaml", "parameters/runs.yaml")
    matrix = validate(Matrix, document)
    faults = [fault for name, entry in matrix.runs.items() for fault in _check(name, entry, document, catalogue)]
    if faults:
        raise DataError(faults=faults)
    return matrix


def _check(name: str, entry: Entry, document: Document, catalogue: Catalogue) -> Iterator[Fault]:
    line = document.line(("runs", name))
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        yield Fault(
            document.path, line, f"entry '{name}' is not a plain name; write lower-case letters, digits, - and _"
        )
    for plan in () if entry.plans == "all" else entry.plans:
        if plan not in catalogue.plan_ids:
            yield Fault(document.path, line, f"unknown plan '{plan}'{nearest(plan, catalogue.plan_ids)}")
    known = {scenario for plan in catalogue.plan_ids for scenario in _names(catalogue, plan)}
    for scenario in () if entry.scenarios == "all" else entry.scenarios:
        if scenario not in known:
            yield Fault(document.path, line, f"no plan has a scenario '{scenario}'{nearest(scenario, known)}")
        elif not any(job.scenario == scenario for job in _expand(catalogue, entry)):
            yield Fault(document.path, line, f"none of its plans has a scenario '{scenario}'")
    if not entry.plans:
        yield Fault(document.path, line, "plans is empty; write all, or name at least one")


def jobs_of(
    catalogue: Catalogue,
    matrix: Matrix,
    *,
    entry: str | None = None,
    plans: Sequence[str] = (),
    scenarios: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> list[Job]:
    """Expand the matrix, narrowed to what was asked for; each job once.

    Raises
    ------
    RunError
        If an entry, a plan or a scenario that was asked for does not exist, or nothing is left.
    """
    if entry is not None and entry not in matrix.runs:
        raise RunError(f"unknown entry '{entry}' of parameters/runs.yaml{nearest(entry, matrix.runs)}")
    for plan in plans:
        if plan not in catalogue.plan_ids:
            raise RunError(f"unknown plan '{plan}'{nearest(plan, catalogue.plan_ids)}")
    entries = [matrix.runs[entry]] if entry else list(matrix.runs.values())
    whole = [job for each in entries for job in _expand(catalogue, each)]
    _refuse_unknown(scenarios, {name for plan in plans or catalogue.plan_ids for name in _names(catalogue, plan)})
    kept = [
        job
        for job in dict.fromkeys(whole)
        if (not plans or job.plan in plans)
        and (not scenarios or job.scenario in scenarios)
        and (not languages or job.language in languages)
    ]
    if not kept:
        raise RunError("parameters/runs.yaml holds no such run; see `forecast schedule`")
    return kept


def _refuse_unknown(scenarios: Sequence[str], known: Iterable[str]) -> None:
    for scenario in scenarios:
        if scenario not in set(known):
            raise RunError(f"unknown scenario '{scenario}'{nearest(scenario, known)}")


def _names(catalogue: Catalogue, plan: str) -> list[str]:
    """What is run of a plan: its scenarios, then their comparison where there are several."""
    found = [name for name in scenario_ids(catalogue, plan) if name != COMPARISON]
    return [*found, COMPARISON] if len(found) > 1 else found


def _expand(catalogue: Catalogue, entry: Entry) -> Iterator[Job]:
    for plan in catalogue.plan_ids if entry.plans == "all" else entry.plans:
        for scenario in _names(catalogue, plan):
            if entry.scenarios == "all" or scenario in entry.scenarios:
                for language in entry.languages:
                    yield Job(plan, scenario, language)
