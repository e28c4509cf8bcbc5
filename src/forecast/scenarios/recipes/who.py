"""Recipes that stand for the scenario functions of WHO GPW13, under the usual terms of the field."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from forecast.scenarios.recipes import follow
from forecast.scenarios.recipes.parameters import Parameter
from forecast.scenarios.recipes.recipe import (
    BASELINE,
    CAP,
    DIP,
    DUE,
    GROUP,
    OVER,
    PER_YEAR,
    PERCENT,
    PROGRESSIVE,
    RECOVERY,
    TARGET,
    Recipe,
)
from forecast.schema.language import Text

RATES = (
    Recipe(
        "rate_of_change",
        Text(fr="Taux de changement", en="Rate of change"),
        Text(
            fr="Change à taux composé : le dernier, celui qui atteint la cible, ou celui d’un changement en %.",
            en="Changes at a compound rate: the latest, the one that reaches the target, or that of a change in %.",
        ),
        follow.follow_rate,
        (
            Parameter(
                "rate",
                "choice",
                Text(fr="D’où vient le taux", en="Where the rate comes from"),
                required=True,
                choices=("latest", "target", "percent_change"),
            ),
            TARGET,
            DUE,
            PERCENT,
            replace(BASELINE, name="rate_from"),
            Parameter(
                "limit_sign",
                "choice",
                Text(fr="Côté où le taux est limité", en="Side on which the rate is limited"),
                choices=("positive", "negative"),
            ),
            Parameter(
                "limit",
                "number",
                Text(fr="Limite du taux, en part par année", en="Limit of the rate, a share per year"),
            ),
        ),
        who="aroc",
    ),
    Recipe(
        "compound_change",
        Text(fr="Taux annuel composé", en="Compound yearly rate"),
        Text(fr="Change du même pourcentage chaque année.", en="Changes by the same percentage every year."),
        follow.follow_compound,
        (
            Parameter(
                "percent_per_year",
                "number",
                Text(fr="Taux annuel, en %", en="Yearly rate, in %"),
                required=True,
            ),
        ),
    ),
)

TARGETS = (
    Recipe(
        "fixed_target",
        Text(fr="Cible fixe", en="Fixed target"),
        Text(
            fr="Va en ligne droite à une cible, puis s’y tient; une valeur déjà meilleure demeure.",
            en="Goes straight to a target and stays there; a value already better stays.",
        ),
        follow.follow_target,
        (TARGET, DUE),
        who="fixed_target",
    ),
    Recipe(
        "percent_of_baseline",
        Text(fr="Pourcentage de la valeur de départ", en="Percentage of the baseline"),
        Text(
            fr="Va à la valeur de départ changée d’un pourcentage, au rythme compté depuis sa période.",
            en="Goes to the baseline changed by a percentage, paced from the period of the baseline.",
        ),
        follow.follow_percent,
        (replace(PERCENT, required=True), BASELINE, DUE),
        who="percent_baseline",
    ),
    Recipe(
        "halt_rise",
        Text(fr="Arrêt de la hausse", en="Halt the rise"),
        Text(
            fr="Revient en ligne droite à la valeur d’une période passée, sans jamais empirer.",
            en="Goes straight back to the value of a past period, and never gets worse.",
        ),
        follow.follow_halt,
        (replace(BASELINE, required=True), DUE),
        who="halt_rise",
    ),
    Recipe(
        "linear_change",
        Text(fr="Changement linéaire", en="Linear change"),
        Text(fr="Change d’autant chaque année, jusqu’au plafond.", en="Changes by so much every year, up to the cap."),
        follow.follow_line,
        (PER_YEAR, CAP),
        who="linear_change",
    ),
    Recipe(
        "accelerate_to_target",
        Text(fr="Accélération vers une cible", en="Acceleration to a target"),
        Text(
            fr="Prend le meilleur d’une ligne droite vers la cible et de la référence.",
            en="Takes the better of a straight way to the target and the baseline.",
        ),
        follow.accelerate_to,
        (TARGET, DUE),
        who="accelerate_*, accelerate_target_*, sdg_*",
    ),
    Recipe(
        "accelerate_by",
        Text(fr="Accélération d’autant par année", en="Acceleration by so much a year"),
        Text(
            fr="Prend le meilleur d’un changement linéaire plafonné et de la référence.",
            en="Takes the better of a linear change with a cap and the baseline.",
        ),
        follow.accelerate_by,
        (PER_YEAR, CAP),
        who="accelerate_*",
    ),
)

PEERS = (
    Recipe(
        "top_n",
        Text(fr="Moyenne des meilleurs pairs", en="Mean of the best peers"),
        Text(
            fr="Change chaque année autant que la moyenne des meilleurs pairs, de tous ou d’un groupe.",
            en="Changes every year by the mean change of the best peers, of all or of a group.",
        ),
        follow.follow_best,
        (
            Parameter("n", "whole", Text(fr="Nombre de pairs", en="Number of peers"), default=10),
            Parameter("share", "share", Text(fr="Part des pairs, au lieu de n", en="Share of the peers, instead of n")),
            OVER,
            replace(GROUP, about=Text(fr="Groupe de pairs; par défaut, tous", en="Group of peers; by default all")),
        ),
        who="top_n_iso3",
        compares=True,
    ),
    Recipe(
        "best_in_region",
        Text(fr="Meilleur de la région", en="Best in the region"),
        Text(
            fr="Change chaque année autant que le meilleur pair du groupe.",
            en="Changes every year as much as the best peer of the group.",
        ),
        follow.follow_best_in_group,
        (OVER, GROUP),
        who="best_in_region",
        compares=True,
    ),
    Recipe(
        "quantile_of_peers",
        Text(fr="Quantile des pairs", en="Quantile of peers"),
        Text(
            fr="Change chaque année autant que la moyenne des pairs qui étaient dans le même quantile.",
            en="Changes every year by the mean change of the peers that stood in the same quantile.",
        ),
        follow.follow_quantile,
        (Parameter("quantiles", "whole", Text(fr="Nombre de quantiles", en="Number of quantiles"), default=5), OVER),
        who="quantile",
        compares=True,
    ),
    Recipe(
        "benchmarking",
        Text(fr="Étalonnage", en="Benchmarking"),
        Text(
            fr="Change chaque année autant que la moyenne du meilleur cinquième des pairs, de tous ou du groupe.",
            en="Changes every year by the mean change of the best fifth of the peers, of all or of the group.",
        ),
        follow.follow_benchmark,
        (
            Parameter("share", "share", Text(fr="Part des pairs", en="Share of the peers"), default=0.2),
            OVER,
            Parameter(
                "scope",
                "choice",
                Text(fr="Tous les pairs ou le groupe", en="All peers or the group"),
                default="all",
                choices=("all", "group"),
            ),
            GROUP,
        ),
        who="benchmarking",
        compares=True,
    ),
)

COMBINED = (
    Recipe(
        "business_as_usual",
        Text(fr="Statu quo", en="Business as usual"),
        Text(
            fr="Suit la médiane de la référence, sur demande sans jamais empirer.",
            en="Follows the median of the baseline, where asked without getting worse.",
        ),
        follow.follow_usual,
        (
            Parameter(
                "never_worsen",
                "flag",
                Text(fr="Ne jamais être pire qu’à l’origine", en="Never be worse than at the origin"),
                default=False,
            ),
        ),
        who="bau",
    ),
    Recipe(
        "with_values",
        Text(fr="Valeurs choisies", en="Own values"),
        Text(
            fr="Suit des valeurs données, en ligne droite de l’une à l’autre.",
            en="Follows values given, straight from one to the next.",
        ),
        follow.follow_values,
        (
            Parameter(
                "values",
                "path",
                Text(fr="Valeurs par période", en="Values by period"),
                required=True,
            ),
        ),
        who="with_values",
    ),
)


def _pandemic(name: str, title: Text, does: Text, who: str, *, after: float, progressive: bool = False) -> Recipe:
    function = partial(follow.follow_pandemic, after=after, progressive=progressive)
    return Recipe(name, title, does, function, (DIP,), who)


SHOCKS = (
    Recipe(
        "dip_recover",
        Text(fr="Creux, puis reprise", en="Dip, then recovery"),
        Text(
            fr="Reste à la dernière valeur, puis croît en ligne droite au rythme d’avant le choc.",
            en="Stays at the last value, then grows in a straight line at the pace from before the shock.",
        ),
        follow.follow_recovery,
        (
            DIP,
            RECOVERY,
            Parameter(
                "rate",
                "choice",
                Text(
                    fr="Le dernier taux avant le choc, ou une moyenne",
                    en="The last rate before the shock, or an average",
                ),
                default="latest_year",
                choices=("latest_year", "average_of_years"),
            ),
            Parameter(
                "rate_from",
                "period",
                Text(fr="Première période de la moyenne des taux", en="First period of the average of rates"),
            ),
            PROGRESSIVE,
        ),
        who="dip_recover",
    ),
    _pandemic(
        "rapid_return",
        Text(fr="Retour rapide", en="Rapid return"),
        Text(fr="Reprise deux ans après le choc.", en="Recovers two years after the shock."),
        "covid_rapid",
        after=2,
    ),
    _pandemic(
        "delayed_return",
        Text(fr="Retour tardif", en="Delayed return"),
        Text(fr="Reprise trois ans après le choc.", en="Recovers three years after the shock."),
        "covid_delayed",
        after=3,
    ),
    _pandemic(
        "never_return",
        Text(fr="Sans retour", en="No return"),
        Text(fr="Reste à la dernière valeur après le choc.", en="Stays at the last value after the shock."),
        "covid_never",
        after=40,
    ),
    _pandemic(
        "sustained_disruption",
        Text(fr="Perturbation durable", en="Sustained disruption"),
        Text(
            fr="Reprise par quarts à partir de deux ans après le choc.",
            en="Recovers by quarters from two years after the shock.",
        ),
        "covid_sustained",
        after=2,
        progressive=True,
    ),
    Recipe(
        "return_to_trajectory",
        Text(fr="Retour à la trajectoire", en="Return to trajectory"),
        Text(
            fr="Reste à la dernière valeur, puis retrouve la trajectoire d’avant le choc.",
            en="Stays at the last value, then is back on the trajectory from before the shock.",
        ),
        follow.follow_return,
        (
            RECOVERY,
            replace(DIP, default=None),
            Parameter(
                "path",
                "path",
                Text(
                    fr="Trajectoire d’avant; par défaut, la droite par les cinq valeurs d’avant le choc",
                    en="Earlier trajectory; by default the line through the five values before the shock",
                ),
            ),
            PROGRESSIVE,
        ),
        who="return_previous_trajectory",
    ),
)

WHO = (*RATES, *TARGETS, *PEERS, *COMBINED, *SHOCKS)
