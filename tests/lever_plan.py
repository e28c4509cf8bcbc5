"""A small plan with levers of every kind, driver trees and targets of every sort, written where a test asks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forecast.plans.catalogue import Catalogue

AS_OF = date(2025, 6, 30)
PLAN = """
title: {fr: Plan d’essai, en: Trial plan}
publisher: {fr: Éditeur, en: Publisher}
source: S001
source_language: fr
start: "2022"
end: "2028"
orientations:
  "1": {name: {fr: Première, en: First}, objectives: {"1.1": {fr: Objectif, en: Objective}}}
indicators:
  share: {number: "1", under: "1.1", name: {fr: Part servie, en: Share served}, unit: "%", bounds: [0, 100], better: up,
    formula: 100 * served / asked, targets: [{words: "55 %", due: "2028", value: 55, operator: ">="}]}
  waiting: {number: "2", under: "1.1", name: {fr: Personnes en attente, en: People waiting}, unit: persons,
    measure: stock, bounds: [0, null], better: down,
    targets: [{words: "800", due: "2027-2028", value: 800, operator: "<="}]}
  band: {number: "3", under: "1.1", name: {fr: Taux, en: Rate}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "40 à 44 %", due: "2027", kind: range, value: 40, high: 44}]}
  staff: {number: "4", under: "1.1", name: {fr: Effectif, en: Staff}, unit: persons, bounds: [0, null], better: up,
    formula: doctors + nurses + clerks, targets: [{words: "330", due: "2027", value: 330, operator: ">="}]}
  over: {number: "5", under: "1.1", name: {fr: Échu, en: Over}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "50 %", due: "2024", value: 50, operator: ">="}]}
  unseen: {number: "6", under: "1.1", name: {fr: Jamais vu, en: Never seen}, unit: "%", bounds: [0, 100], better: up,
    targets: [{words: "60 %", due: "2027", value: 60, operator: ">="}]}
  milestone: {number: "8", under: "1.1", name: {fr: Jalon, en: Milestone}, measure: date,
    targets: [{words: hiver 2027, due: "2027-winter", reading: [end of season], kind: date}]}
drivers:
  served: {name: {fr: Personnes servies, en: People served}, unit: persons, bounds: [0, null], of: share}
  asked: {name: {fr: Demandes, en: Requests}, unit: persons, bounds: [0, null], of: share}
  doctors: {name: {fr: Médecins, en: Doctors}, unit: persons, bounds: [0, null], of: staff}
  nurses: {name: {fr: Infirmières, en: Nurses}, unit: persons, bounds: [0, null], of: staff,
    assumed: {value: {low: 100, high: 140}, period: "2024", reason: {fr: Supposé, en: Supposed}}}
  clerks: {name: {fr: Commis, en: Clerks}, unit: persons, bounds: [0, null], of: staff,
    assumed: {value: {low: 40, high: 60}, period: "2024", reason: {fr: Supposé, en: Supposed}}}
levers:
  more_served: {on: served, change: add, unit: persons, bounds: [-100, 300],
    name: {fr: Plus de places, en: More places}}
  requests: {on: asked, change: growth, unit: "%/year", bounds: [-15, 15]}
  push: {on: waiting, change: add, unit: persons, bounds: [-1200, 300]}
  times: {on: waiting, change: multiply, bounds: [0.1, 1.5]}
  closing: {on: waiting, change: close_gap, unit: "%", bounds: [0, 100]}
  level: {on: waiting, change: set, unit: persons, bounds: [0, 3000]}
  lid: {on: waiting, change: cap, unit: persons, bounds: [0, 9000]}
  pace: {on: waiting, change: growth, unit: persons/year, bounds: [-700, 300]}
  nudge: {on: band, change: add, unit: points, bounds: [-20, 50]}
  hire_doctors: {on: doctors, change: add, unit: persons, bounds: [0, 80]}
  hire_nurses: {on: nurses, change: add, unit: persons, bounds: [0, 40]}
  weak: {on: waiting, change: add, unit: persons, bounds: [-100, 0]}
"""
OBSERVATIONS = """series,period,value,unit,source,published,status,note,note_fr
share,2020,44,%,S001,,exact,,
share,2021,45,%,S001,,exact,,
share,2022,44.5,%,S001,,exact,,
share,2023,46,%,S001,,exact,,
share,2024,47,%,S001,,exact,,
served,2020,440,persons,S001,,exact,,
served,2021,455,persons,S001,,exact,,
served,2022,452,persons,S001,,exact,,
served,2023,475,persons,S001,,exact,,
served,2024,490,persons,S001,,exact,,
asked,2020,1000,persons,S001,,exact,,
asked,2021,1010,persons,S001,,exact,,
asked,2022,1015,persons,S001,,exact,,
asked,2023,1030,persons,S001,,exact,,
asked,2024,1042,persons,S001,,exact,,
waiting,2022-03-31,1300,persons,S001,,exact,,
waiting,2023-03-31,1350,persons,S001,,exact,,
waiting,2024-03-31,1280,persons,S001,,exact,,
waiting,2025-03-31,1310,persons,S001,,exact,,
band,2022,30,%,S001,,exact,,
band,2023,31,%,S001,,exact,,
band,2024,30.5,%,S001,,exact,,
doctors,2022,100,persons,S001,,exact,,
doctors,2023,101,persons,S001,,exact,,
doctors,2024,103,persons,S001,,exact,,
over,2021,40,%,S001,,exact,,
over,2022,41,%,S001,,exact,,
"""
FILES = {
    "data/plans/trial.yaml": PLAN,
    "data/observations/publisher.csv": OBSERVATIONS,
    "data/sources.yaml": "S001: {title: Document, publisher: P, date: '2025-04', licence: {fr: libre, en: free},"
    " accessed: '2026'}\n",
    "data/units.yaml": '"%": {fr: {one: "%", other: "%"}, en: {one: "%", other: "%"}}\n'
    "persons: {fr: {one: personne, other: personnes}, en: {one: person, other: people}}\n",
    "parameters/defaults.yaml": "{seed: 1, draws: 400, quantiles: [0.1, 0.5, 0.9], language: en, model: drift,"
    " time_limit: 9}\n",
    "parameters/trial/baseline.yaml": "title: {fr: Référence, en: Baseline}\ndescription: {fr: Rien., en: Nothing.}\n",
    "parameters/trial/later.yaml": """
title: {fr: Plus tard, en: Later}
description: {fr: Dès 2026., en: From 2026 on.}
extends: baseline
levers:
  more_served: {value: 20, from: "2026", reason: {fr: Essai, en: Trial}}
changes:
  - {on: waiting, change: growth, value: -50, unit: persons/year, from: "2026-2027", reason: {fr: Essai, en: Trial}}
""",
}


def write_catalogue(root: Path, files: dict[str, str] = FILES) -> Catalogue:
    """Write the files under a folder, and open it as a catalogue."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Catalogue(root)
