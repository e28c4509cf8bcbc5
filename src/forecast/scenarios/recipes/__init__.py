"""Registered recipes: named ways to make a new central path, those of WHO GPW13 among them."""

from forecast.scenarios.recipes.context import Bounds, Context, Direction, Point, Series, SimilarChanges
from forecast.scenarios.recipes.parameters import Parameter
from forecast.scenarios.recipes.recipe import Recipe
from forecast.scenarios.recipes.registry import RECIPES, central_path, check_recipe, compares
from forecast.scenarios.recipes.similar import find_peers, find_similar

__all__ = [
    "RECIPES",
    "Bounds",
    "Context",
    "Direction",
    "Parameter",
    "Point",
    "Recipe",
    "Series",
    "SimilarChanges",
    "central_path",
    "check_recipe",
    "compares",
    "find_peers",
    "find_similar",
]
