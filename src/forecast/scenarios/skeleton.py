"""A commented scenario to start from, and the JSON Schema that editors check it with."""

from __future__ import annotations

import json
from pathlib import Path

from forecast.errors import ScenarioError
from forecast.plans.catalogue import Catalogue, growth_units
from forecast.plans.model import Indicator, Plan
from forecast.plans.skeleton import write_new
from forecast.scenarios.library import COMPARISON, RESERVED
from forecast.scenarios.model import ScenarioFile
from forecast.schema.names import check_name

HEAD = """\
# yaml-language-server: $schema=../../data/schema/scenario.schema.json
# Says only what differs from the scenario it extends. `forecast check` says what is wrong.
title: {fr: "Titre court", en: "Short title"}
description:                 # one or two plain sentences, printed in the report
  fr: "Ce que ce scénario suppose."
  en: "What this scenario supposes."
extends: baseline
"""

BODY = """\
changes:
  - on: {name}
    change: growth           # growth: its rate from a period on; set: its level at a period
    value: 1
    unit: "{unit}"
    from: "{start}"
    reason: {{fr: "Pourquoi, en mots simples", en: "Why, in plain words"}}
    assumed: true            # the size is our assumption; or source: [S001], where it is cited
# targets:                   # another due, value or operator of an indicator's last target
#   {name}: {{due: "{due}", reason: {{fr: "…", en: "…"}}}}
# assumptions:               # a starting value that nobody published
#   {name}: {{value: 10, unit: "{own}", period: "2025", reason: {{fr: "…", en: "…"}}}}
"""


def write_scenario(catalogue: Catalogue, plan: Plan, name: str) -> Path:
    """Write the skeleton of a scenario; raise rather than replace a file."""
    check_name(name, "scenario", ScenarioError)
    if name == COMPARISON:
        raise ScenarioError(RESERVED)
    path = catalogue.root / "parameters" / plan.id / f"{name}.yaml"
    numeric = [(key, item) for key, item in plan.indicators.items() if item.numeric]
    write_new({path: HEAD + (_body(*numeric[0]) if numeric else "")}, catalogue)
    return path


def _body(name: str, indicator: Indicator) -> str:
    due = next((target.due for target in indicator.targets if target.due), "2028")
    return BODY.format(name=name, unit=growth_units(indicator.unit)[1], start=due, due=due, own=indicator.unit)


def json_schema() -> str:
    """JSON Schema of a scenario file, for editors."""
    return json.dumps(ScenarioFile.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n"
