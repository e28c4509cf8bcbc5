"""A small catalogue, and valid parts of scenario files and formulas on it, made by a given generator."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from forecast.plans.formulas import FUNCTIONS
from forecast.scenarios.recipes.registry import RECIPES

Make = Callable[[random.Random], Any]

HEAD = """\
title: {fr: Plan de la clinique, en: Clinic plan}
publisher: {fr: Clinique, en: Clinic}
source: S001
source_language: fr
start: "2024"
end: "2027"
orientations: {"1": {name: {fr: Accès, en: Access}, objectives: {"1.1": {fr: Délais, en: Delays}}}}
"""
PLAN = (
    HEAD
    + """\
indicators:
  seen_on_time:
    number: "1"
    under: "1.1"
    name: {fr: Patients vus à temps, en: Patients seen on time}
    unit: "%"
    bounds: [0, 100]
    better: up
    formula: 100 * seen / visits
    targets: [{words: "80 %", due: "2027", value: 80, operator: ">="}]
  waiting:
    number: "2"
    name: {fr: Personnes en attente, en: People waiting}
    unit: persons
    measure: stock
    bounds: [0, null]
    better: down
    targets: [{words: "1 000", due: "2026-2027", value: 1000, operator: "<="}]
  surplus:
    number: "3"
    name: {fr: Surplus, en: Surplus}
    unit: $
    better: up
    formula: 2 * balance + grant
    targets: [{words: 100 $, due: "2027", value: 100, operator: ">="}]
  opening:
    number: "4"
    name: {fr: Ouverture, en: Opening}
    measure: date
    targets: [{words: hiver 2026, due: "2026-winter", kind: date, reading: end of season}]
drivers:
  visits: {name: {fr: Visites, en: Visits}, unit: persons, bounds: [0, null], of: seen_on_time}
  seen: {name: {fr: Vus, en: Seen}, unit: persons, bounds: [0, null], of: seen_on_time}
  balance: {name: {fr: Solde, en: Balance}, unit: $, of: seen_on_time}
  grant:
    name: {fr: Subvention, en: Grant}
    unit: $
    of: surplus
    assumed: {value: {low: 5, high: 40, likely: 10}, period: "2024", reason: {fr: Essai, en: Trial}}
levers:
  more_seen: {on: seen, change: growth, unit: "%/year", bounds: [-50, 50]}
  fewer_visits: {on: visits, change: multiply, bounds: [0.1, 8]}
"""
)
BASELINE = "title: {fr: Base, en: Baseline}\ndescription: {fr: Rien ne change., en: Nothing changes.}\n"
ROWS = {
    "seen_on_time": {"2021": 55, "2022": 58, "2023": 60, "2024": 62.5},
    "waiting": {"2023-03-31": 1700, "2024-03-31": 1500, "2025-03-31": 1200},
    "visits": {"2022": 8800, "2023": 9000, "2024": 9500},
    "seen": {"2022": 5100, "2023": 5400, "2024": 5900},
    "balance": {"2022": -300, "2023": 20, "2024": 0},
}
UNITS = {"seen_on_time": "%", "balance": "$", "grant": "$"} | dict.fromkeys(("waiting", "visits", "seen"), "persons")
CATALOGUE = {
    "data/plans/clinic.yaml": PLAN,
    "data/units.yaml": "".join(
        f'"{unit}": {{fr: {{one: "{unit}", other: "{unit}"}}, en: {{one: "{unit}", other: "{unit}"}}}}\n'
        for unit in ("%", "persons", "$")
    ),
    "data/sources.yaml": 'S001: {title: Plan, publisher: Clinique, date: "2024", licence: {fr: libre, en: free},'
    ' accessed: "2025"}\n',
    "data/observations/clinic.csv": "series,period,value,unit,source,published,status,note,note_fr\n"
    + "".join(
        f"{series},{period},{value},{UNITS[series]},S001,,exact,,\n"
        for series, values in ROWS.items()
        for period, value in values.items()
    ),
    "parameters/clinic/baseline.yaml": BASELINE,
    "parameters/clinic/circle.yaml": BASELINE + "extends: fuzz\n",
    "parameters/clinic/other.yaml": BASELINE
    + "extends: baseline\nlevers: {more_seen: {value: 3, reason: {fr: Essai, en: Trial}}}\n",
}

PERIODS = ("2025", "2026", "2027", "2028", "2030", "2026-2027", "2027-2028", "2026-07", "2026-2027Q2", "2026-12-08")
SHAPES = ("uniform", "pert", "triangular", "normal", "lognormal")
PROFILES: tuple[Make, ...] = (
    lambda rng: "step",
    lambda rng: {"shape": rng.choice(["ramp", "s_curve"]), "over": rng.choice([0.5, 2, 30])},
    lambda rng: {"shape": "pulse", "for": rng.choice([0.5, 1, 3])},
    lambda rng: {"shape": "pulse_train", "for": rng.choice([0.5, 1]), "every": rng.choice([1.5, 3])},
    lambda rng: {"shape": "delay", "by": rng.choice([1, 2.5]), "then": rng.choice(["step", "ramp", "s_curve"])},
    lambda rng: {"shape": "shock", "recovery": rng.choice([0.5, 2])},
)
#: By kind of change: unit on a path of a unit, and usual sizes.
CHANGES: dict[str, tuple[Callable[[str], str | None], tuple[float, ...]]] = {
    "growth": (lambda unit: "points/year" if unit == "%" else "%/year", (-90, -5, 0, 3, 40)),
    "set": (lambda unit: unit, (0, 1, 50, 90)),
    "add": (lambda unit: "points" if unit == "%" else unit, (-60, -1, 0, 0.5, 30)),
    "multiply": (lambda unit: None, (0, 0.5, 1, 1.2, 4)),
    "close_gap": (lambda unit: "%", (0, 20, 90)),
    "cap": (lambda unit: unit, (0, 40, 90)),
    "hold": (lambda unit: None, ()),
}


def pick_scenario(rng: random.Random) -> dict[str, Any]:
    """Make what a scenario file may hold, each part in half of them."""
    parts: dict[str, Make] = {
        "extends": lambda rng: rng.choice(["baseline", "other"]),
        "levers": lambda rng: {
            name: {"value": pick_size(rng, sizes), **pick_span(rng), **pick_reason(rng)}
            for name, sizes in (("more_seen", (-20, 0, 10)), ("fewer_visits", (0.5, 1, 1.5)))
            if rng.random() < 0.6
        },
        "changes": lambda rng: [pick_change(rng) for _ in range(rng.randint(1, 3))],
        "recipes": lambda rng: [pick_recipe(rng) for _ in range(rng.randint(1, 2))],
        "judgments": lambda rng: [pick_judgment(rng)],
        "targets": lambda rng: {
            "seen_on_time": {
                "due": rng.choice(("2026", "2028", "2028-2029")),
                "value": rng.choice((42, 90)),
                "reason": pick_text(rng),
            }
        },
        "assumptions": lambda rng: {
            rng.choice(["visits", "seen"]): {
                "value": pick_size(rng, (1_000, 7_000)),
                "unit": "persons",
                "period": "2025",
                "reason": pick_text(rng),
            }
        },
        "weight": lambda rng: rng.choice([0.2, 1, 3]),
    }
    chosen = {name: make(rng) for name, make in parts.items() if rng.random() < 0.5}
    return {"title": pick_text(rng), "description": pick_text(rng), **chosen}


def pick_text(rng: random.Random) -> dict[str, str]:
    """Make a text in both languages."""
    return {"fr": rng.choice(["Essai", "Hausse d’un point : 1 %"]), "en": rng.choice(["Trial", "# one point: 1%"])}


def pick_reason(rng: random.Random) -> dict[str, Any]:
    """Make a reason, with a source or as an assumption."""
    return {"reason": pick_text(rng), **rng.choice([{}, {"source": "S001"}, {"assumed": True}])}


def pick_size(rng: random.Random, sizes: tuple[float, ...]) -> Any:
    """Make a number or a range."""
    low = rng.choice(sizes)
    if rng.random() < 0.5:
        return low
    width, shape = rng.choice((0.01, 1, 5)), rng.choice(SHAPES if low > 0 else SHAPES[:-1])
    size = {"low": low, "high": low + width, "shape": shape}
    size |= {"likely": low + width / 3} if shape in ("pert", "triangular") else {}
    return size | ({"sure": rng.choice([0.5, 0.8, 0.95])} if rng.random() < 0.5 else {})


def pick_span(rng: random.Random) -> dict[str, Any]:
    """Make a start, an end and a profile."""
    span: dict[str, Any] = {"from": rng.choice(("2026", "2027"))} if rng.random() < 0.8 else {}
    if rng.random() < 0.3:  # until ends some profiles and completes others
        return span | ({"until": "2028", "profile": rng.choice(("step", "ramp", "s_curve", "pulse"))} if span else {})
    return span | ({"profile": rng.choice(PROFILES)(rng)} if rng.random() < 0.6 else {})


def pick_change(rng: random.Random) -> dict[str, Any]:
    """Make a change of an indicator or driver."""
    on, kind = rng.choice(tuple(UNITS)), rng.choice(tuple(CHANGES))
    unit, sizes = CHANGES[kind]
    change = {"on": on, "change": kind, **pick_span(rng), **pick_reason(rng)}
    change |= {"unit": unit(UNITS[on])} if unit(UNITS[on]) else {}
    return change | ({"value": pick_size(rng, sizes)} if sizes else {})


def pick_judgment(rng: random.Random) -> dict[str, Any]:
    """Make an analyst's adjustment."""
    on, unit = rng.choice((("seen_on_time", "points"), ("waiting", "persons")))
    fade = {"half_life": rng.choice((0.5, 2))} if rng.random() < 0.5 else {}
    return {"on": on, "value": pick_size(rng, (-5, 0, 2)), "unit": unit, "expires": "2028", **fade, **pick_reason(rng)}


PARAMETERS: dict[str, Make] = {
    "number": lambda rng: rng.choice((-5, 0, 0.5, 3, 60)),
    "years": lambda rng: rng.choice((0.5, 2, 20)),
    "whole": lambda rng: rng.randint(1, 6),
    "share": lambda rng: rng.choice((0, 0.1, 1)),
    "period": lambda rng: rng.choice(PERIODS[:6]),
    "flag": lambda rng: rng.choice(("true", "false")),
    "text": lambda rng: rng.choice(("region", "canada")),
    "path": lambda rng: {"2026": 63, "2028": rng.choice((0, 70, 100))},
    "recipes": lambda rng: ["continue_as_is", {"recipe": "linear_change", "per_year": 1}],
}


def pick_recipe(rng: random.Random) -> dict[str, Any]:
    """Make a registered recipe with what it needs and some of what it takes."""
    recipe = RECIPES[rng.choice(tuple(RECIPES))]
    given = {
        one.name: rng.choice(one.choices) if one.choices else PARAMETERS[one.kind](rng)
        for one in recipe.parameters
        if one.required or rng.random() < 0.4
    }
    start = {"from": rng.choice(("2026", "2027"))} if rng.random() < 0.5 else {}
    return {"on": rng.choice(tuple(UNITS)), "recipe": recipe.name, "parameters": given, **start, **pick_reason(rng)}


def pick_formula(rng: random.Random, depth: int, names: tuple[str, ...]) -> str:
    """Make a formula of known names."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(names) if rng.random() < 0.75 else rng.choice(("0", "1", "100", "0.5", "1e-3", "12_000"))
    part = [pick_formula(rng, depth - 1, names) for _ in range(3)]
    if rng.random() < 0.3:
        function = rng.choice([name for name in FUNCTIONS if name not in ("stock", "lag")])
        return f"{function}({', '.join(part[: FUNCTIONS[function]])})"
    sign = rng.choice(["+", "-", "*", "/", "/", "-", "** 2", "** -1"])
    return f"({part[0]}) {sign}" if sign.startswith("**") else f"({part[0]} {sign} {part[1]})"


def pick_count(rng: random.Random, depth: int) -> str:
    """Make a formula that gives persons, out of those that do."""
    if depth == 0:
        return rng.choice(("seen", "visits"))
    one, other = pick_count(rng, depth - 1), rng.choice(("seen", "visits"))
    shapes = (
        "({0} + {1})",
        "max({0}, {1})",
        "mean({0}, {1})",
        "(1.5 * {0})",
        "abs({0})",
        "clip({0}, 10, 1e6)",
        "lag({1})",
    )
    return rng.choice(shapes).format(one, other)
