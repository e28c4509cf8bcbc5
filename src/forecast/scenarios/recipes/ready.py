"""Recipes that are ready for a plan: they need no number, or find it in the reference collection."""

from __future__ import annotations

from functools import partial

from forecast.scenarios.recipes import follow
from forecast.scenarios.recipes.parameters import Parameter
from forecast.scenarios.recipes.recipe import Recipe
from forecast.schema.language import Text

READY = (
    Recipe(
        "continue_as_is",
        Text(fr="Poursuivre tel quel", en="Continue as is"),
        Text(fr="Suit la médiane de la référence.", en="Follows the median of the baseline."),
        follow.continue_as_is,
    ),
    Recipe(
        "flat",
        Text(fr="Stable", en="Flat"),
        Text(fr="Reste à la dernière valeur utilisée.", en="Stays at the last value used."),
        follow.stay_flat,
    ),
    Recipe(
        "as_promised",
        Text(fr="Comme promis", en="As promised"),
        Text(
            fr="Va en ligne droite à la cible, atteinte à son échéance, puis s’y tient.",
            en="Goes straight to the target, reached on its due date, and stays there.",
        ),
        follow.follow_promise,
    ),
    Recipe(
        "best_tenth",
        Text(fr="Meilleur dixième d’indicateurs semblables", en="Best tenth of similar indicators"),
        Text(
            fr="Change comme le dixième d’indicateurs semblables qui a le plus progressé, sur chaque durée.",
            en="Changes like the tenth of similar indicators that gained most, over each length of time.",
        ),
        partial(follow.follow_similar, share=0.9),
        compares=True,
    ),
    Recipe(
        "worst_tenth",
        Text(fr="Pire dixième d’indicateurs semblables", en="Worst tenth of similar indicators"),
        Text(
            fr="Change comme le dixième d’indicateurs semblables qui a le plus reculé, sur chaque durée.",
            en="Changes like the tenth of similar indicators that lost most, over each length of time.",
        ),
        partial(follow.follow_similar, share=0.1),
        compares=True,
    ),
    Recipe(
        "shock_like_2020",
        Text(fr="Choc comme en 2020, puis reprise", en="Shock like 2020, and recovery"),
        Text(
            fr="Déplace la référence d’un choc qui s’efface à pas égaux; sa taille est la vôtre, ou ce que"
            " le dixième d’indicateurs semblables le plus touché a subi de 2019 à 2020.",
            en="Shifts the baseline by a shock that wears off in equal steps; its size is your own, or what"
            " the tenth of similar indicators hit hardest went through from 2019 to 2020.",
        ),
        follow.follow_shock,
        (
            Parameter(
                "at",
                "period",
                Text(
                    fr="Période du choc; par défaut, la première prévue",
                    en="Period of the shock; by default the first",
                ),
            ),
            Parameter(
                "size",
                "number",
                Text(
                    fr="Taille du choc, dans l’unité de l’indicateur, avec son signe",
                    en="Size of the shock, in the unit of the indicator, with its sign",
                ),
            ),
            Parameter(
                "share",
                "share",
                Text(
                    fr="Part d’indicateurs semblables plus touchés que le choc choisi",
                    en="Share of similar indicators that were hit harder than the shock taken",
                ),
                default=0.1,
            ),
            Parameter(
                "recovery", "years", Text(fr="Durée de la reprise, en années", en="Years of recovery"), default=2.0
            ),
            Parameter(
                "recovered", "share", Text(fr="Part du choc qui est rattrapée", en="Share of the shock made good"), 1.0
            ),
        ),
        compares=True,
    ),
)
