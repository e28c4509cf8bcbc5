"""A commented plan to start from, and the JSON Schema that editors check it with."""

from __future__ import annotations

import json
from pathlib import Path

from forecast.errors import PlanError
from forecast.plans.catalogue import Catalogue
from forecast.plans.model import PlanFile
from forecast.plans.series import SeriesFile
from forecast.schema.names import check_name

PLAN = """\
# yaml-language-server: $schema=../schema/plan.schema.json
# A plan as its source publishes it. `forecast check` says what is wrong; data/README.md explains every key.
title: {{fr: "Titre du plan", en: "Title of the plan"}}
publisher: {{fr: "Organisme", en: "Organisation"}}
source: {source}               # id of the plan's document in data/sources.yaml: add it there, then name it here
source_language: fr        # texts in the other language are shown as our translation
start: "2025"              # first and last period of the plan
end: "2028"

orientations:
  "1":                     # the source's own number
    name: {{fr: "Première orientation", en: "First orientation"}}
    objectives:
      "1.1": {{fr: "Premier objectif", en: "First objective"}}

indicators:
  first_indicator:         # English snake_case, says what is measured
    number: "1"
    under: "1.1"           # objective or orientation it stands under
    name: {{fr: "Nom imprimé de l'indicateur", en: "Our translation of its name"}}
    unit: "%"              # an id of data/units.yaml
    measure: flow          # flow: over a period; stock: on a date; date or text: followed as a state
    bounds: [0, 100]       # a percentage; counts and durations: [0, null]
    better: up             # up or down
    # baseline: {{words: "27,9 %"}}   # as printed; the value itself goes to data/observations/<publisher>.csv
    targets:
      - words: "au moins 80 %"       # the source's own words
        translation: "at least 80%"
        due: "2027-2028"             # falls due on 31 March 2028
        reading: [fiscal year]
        kind: level                  # level, change, range, standard, date, text or none
        value: 80
        operator: ">="
"""

BASELINE = """\
# yaml-language-server: $schema=../../data/schema/scenario.schema.json
# The forecast itself: no lever moved, nothing assumed.
title: {fr: "Référence", en: "Baseline"}
description:
  fr: "La prévision telle quelle : rien n'est modifié ni supposé."
  en: "The forecast as it is: nothing is changed or assumed."
"""


def write_plan(catalogue: Catalogue, name: str) -> list[Path]:
    """Write the skeleton of a plan and its baseline; raise `PlanError` rather than replace a file."""
    check_name(name, "plan")
    contents = {
        catalogue.root / "data" / "plans" / f"{name}.yaml": PLAN.format(source=min(catalogue.sources)),
        catalogue.root / "parameters" / name / "baseline.yaml": BASELINE,
    }
    write_new(contents, catalogue)
    return list(contents)


def write_new(contents: dict[Path, str], catalogue: Catalogue) -> None:
    """Write files that do not exist yet, all or none."""
    for path in contents:
        if path.exists():
            raise PlanError(f"{catalogue.shown(path)} exists already; choose another name or edit it")
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def json_schema() -> str:
    """JSON Schema of a plan file, for editors."""
    return json.dumps(PlanFile.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


def series_schema() -> str:
    """JSON Schema of `data/series.yaml`, for editors."""
    return json.dumps(SeriesFile.model_json_schema(by_alias=True), ensure_ascii=False, indent=1) + "\n"
