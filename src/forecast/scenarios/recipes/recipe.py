"""What a registered recipe is, and the parameters that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forecast.scenarios.recipes.parameters import Parameter
from forecast.schema.draws import FloatArray
from forecast.schema.language import Text
from forecast.schema.periods import Period


@dataclass(frozen=True)
class Recipe:
    """A named way to make a new central path.

    Attributes
    ----------
    name : str
        As files write it.
    title, does : Text
        What it is called, and what it does, for readers.
    function : callable
        Takes the context and the parameters, read; gives the path (periods,) in the unit of the source.
    parameters : tuple of Parameter
        Besides `KEEP_BETTER`, which every recipe has.
    who : str
        The WHO GPW13 function that it stands for; empty for ours.
    compares : bool
        Whether it looks at similar indicators or peers, which take a moment to find.
    """

    name: str
    title: Text
    does: Text
    function: Callable[..., FloatArray]
    parameters: tuple[Parameter, ...] = ()
    who: str = ""
    compares: bool = False


KEEP_BETTER = Parameter(
    "keep_better",
    "flag",
    Text(
        fr="Garder la référence là où elle est meilleure que la recette",
        en="Keep the baseline where it is better than the recipe",
    ),
    default=False,
)
TARGET = Parameter(
    "target",
    "number",
    Text(
        fr="Cible, dans l’unité de l’indicateur; par défaut, celle de l’indicateur",
        en="Target, in the unit of the indicator; by default its own",
    ),
)
DUE = Parameter(
    "due",
    "period",
    Text(
        fr="Échéance; par défaut, celle de la cible de l’indicateur, sinon la dernière période",
        en="Due date; by default that of the indicator’s target, else the last period",
    ),
)
PERCENT = Parameter("percent", "number", Text(fr="Changement total, en %", en="Total change, in %"))
BASELINE = Parameter(
    "baseline",
    "period",
    Text(
        fr="Période de la valeur de départ; par défaut, l’origine", en="Period of the baseline; by default the origin"
    ),
)
PER_YEAR = Parameter(
    "per_year",
    "number",
    Text(fr="Changement par année, dans l’unité de l’indicateur", en="Change per year, in the unit of the indicator"),
    required=True,
)
CAP = Parameter(
    "cap",
    "number",
    Text(fr="Valeur que le changement ne dépasse pas", en="Value that the change does not pass"),
)
OVER = Parameter(
    "over",
    "years",
    Text(
        fr="Années, avant l’origine, où les pairs sont mesurés",
        en="Years before the origin in which peers are measured",
    ),
    default=5.0,
)
GROUP = Parameter(
    "group",
    "text",
    Text(fr="Groupe de pairs; par défaut, celui de l’indicateur", en="Group of peers; by default the indicator’s own"),
)
DIP = Parameter("dip", "period", Text(fr="Période du choc", en="Period of the shock"), default=Period.parse("2020"))
RECOVERY = Parameter(
    "recovery", "period", Text(fr="Première période de reprise", en="First period of recovery"), required=True
)
PROGRESSIVE = Parameter(
    "progressive",
    "flag",
    Text(fr="Reprise par quarts : 0, 25, 50, 75, 100 %", en="Recovery by quarters: 0, 25, 50, 75, 100%"),
    default=False,
)
