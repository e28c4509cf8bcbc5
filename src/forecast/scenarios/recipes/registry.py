"""Every recipe by name, and the path that one gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from forecast.errors import ScenarioError, nearest
from forecast.scenarios.recipes.combine import Maximise, choose_best
from forecast.scenarios.recipes.context import Context
from forecast.scenarios.recipes.limits import take_better, trim
from forecast.scenarios.recipes.parameters import Parameter, read_parameters
from forecast.scenarios.recipes.ready import READY
from forecast.scenarios.recipes.recipe import KEEP_BETTER, Recipe
from forecast.scenarios.recipes.who import WHO
from forecast.schema.draws import SAME_TIME, FloatArray
from forecast.schema.language import Text
from forecast.schema.periods import Period


def central_path(recipe: str, params: Mapping[str, Any], context: Context) -> FloatArray:
    """Make the new central path of a recipe, inside the bounds.

    As WHO GPW13 has it, a series of which no value is reported or estimated follows business as usual.

    Parameters
    ----------
    recipe : str
        Name in `RECIPES`.
    params : mapping
        Its parameters as a file or a program gives them; periods and numbers may be text.
    context : Context
        The indicator, its baseline and what to compare it with.

    Returns
    -------
    array (periods,)
        In the unit of the source, at `context.times`. The caller moves the draws onto it.

    Raises
    ------
    ScenarioError
        If the recipe or a parameter is unknown, missing or wrong, or nothing can be computed.
    """
    found, values = _read(recipe, params)
    if context.history.times.size and not context.history.observed.times.size:
        return trim(context.median, context.bounds)
    keep_better = values.pop(KEEP_BETTER.name)
    try:
        with np.errstate(all="ignore"):  # what overflows is not finite, and refused below
            path = found.function(context, **values)
            path = take_better(path, context.median, context.direction) if keep_better else path
    except ScenarioError as error:
        raise ScenarioError(_prefix(recipe, str(error))) from None
    if not np.isfinite(path).all():
        raise ScenarioError(
            _prefix(recipe, "no finite value can be computed; write smaller numbers, or look at the values observed")
        )
    return trim(path, context.bounds)


def check_recipe(recipe: str, params: Mapping[str, Any]) -> None:
    """Check a recipe as a file writes it, without an indicator; raise `ScenarioError` with every fault, one a line."""
    _read(recipe, params)


def compares(recipe: str, params: Mapping[str, Any]) -> bool:
    """Tell whether a recipe, or one that it is the best of, may look at similar indicators or peers."""
    found, values = _read(recipe, params)
    return found.compares or any(compares(*nested) for nested in values.get("recipes", ()))


def _read(recipe: str, params: Mapping[str, Any]) -> tuple[Recipe, dict[str, Any]]:
    found = RECIPES.get(recipe)
    if found is None:
        raise ScenarioError(f"unknown recipe '{recipe}'{nearest(recipe, RECIPES)}")
    try:
        values = read_parameters((*found.parameters, KEEP_BETTER), params)
        for name, nested in values.get("recipes", ()):
            _read(name, nested)
    except ScenarioError as error:
        raise ScenarioError(_prefix(recipe, str(error))) from None
    return found, values


def _prefix(recipe: str, faults: str) -> str:
    return "\n".join(f"recipe '{recipe}': {fault}" for fault in faults.splitlines())


def _follow_best_of(
    context: Context, *, recipes: Iterable[tuple[str, Mapping[str, Any]]], maximise: Maximise, at: Period | None
) -> FloatArray:
    """Take the best of several recipes."""
    paths = [central_path(name, params, context) for name, params in recipes]
    seen = context.times <= (np.inf if at is None else context.place(at) + SAME_TIME)
    if not seen.any():
        raise ScenarioError(f"{at} lies before the first period forecast; write a later at")
    return paths[choose_best([path[seen] for path in paths], context.direction, maximise)]


BEST_OF = Recipe(
    "best_of",
    Text(fr="Meilleure de plusieurs", en="Best of several"),
    Text(
        fr="Prend la recette dont la fin est la meilleure; à égalité, celle dont tout le parcours l’est.",
        en="Takes the recipe with the best end; among equals the one with the best path.",
    ),
    _follow_best_of,
    (
        Parameter("recipes", "recipes", Text(fr="Recettes comparées", en="Recipes compared"), required=True),
        Parameter(
            "maximise",
            "choice",
            Text(fr="Ce qui départage", en="What decides"),
            default="path",
            choices=("path", "end_year"),
        ),
        Parameter(
            "at",
            "period",
            Text(fr="Fin comparée; par défaut, la dernière période", en="End compared; by default the last period"),
        ),
    ),
    who="best_of",
)

#: By name, those for a plan first.
RECIPES: Mapping[str, Recipe] = {recipe.name: recipe for recipe in (*READY, *WHO, BEST_OF)}
