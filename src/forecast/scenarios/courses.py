"""A recipe on a path: its new central path, onto which the draws are moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from forecast.plans.model import Plan
from forecast.scenarios.changes import find_start, keep_inside, move_center
from forecast.scenarios.model import Course
from forecast.scenarios.recipes.context import Context, Point, Series
from forecast.scenarios.recipes.registry import central_path, compares
from forecast.scenarios.recipes.similar import Peers, find_peers, find_similar
from forecast.schema.draws import Path

if TYPE_CHECKING:
    import pandas as pd


def follow_recipe(
    path: Path, course: Course, plan: Plan, observed: pd.DataFrame, collection: Callable[[], pd.DataFrame | None]
) -> Path:
    """Move the draws of a path onto the central path of a recipe; each keeps its distance to the median.

    Raises
    ------
    ScenarioError
        If the recipe starts after the last period forecast, or cannot be computed.
    """
    first, _ = find_start(path, course.start, f"the recipe on '{course.on}'")
    medians = np.median(path.draws, axis=0)
    context = make_context(path, first, medians, course, plan, observed, collection)
    center = np.concatenate([medians[:first], central_path(course.recipe, course.parameters, context)])
    acts = (np.arange(medians.size) >= first) & (center != medians)
    moved = keep_inside(move_center(path, center), path.bounds)
    return path.changed(np.where(acts, moved, path.draws), assumed=course.assumed)


def make_context(
    path: Path,
    first: int,
    medians: np.ndarray[tuple[int], np.dtype[np.float64]],
    course: Course,
    plan: Plan,
    observed: pd.DataFrame,
    collection: Callable[[], pd.DataFrame | None],
) -> Context:
    """Show a recipe what it may look at: the path, its history, its target, and what similar indicators did."""
    name = course.on
    item, times = plan.item(name), path.times
    rows = observed[(observed["indicator"] == name) & observed["used"]]
    history = Series(rows["time"].to_numpy(dtype=float), rows["value"].to_numpy(dtype=float))
    origin = (
        Point(times[first - 1], medians[first - 1])
        if first
        else Point(path.origin.time(path.measure), path.origin_value)
    )
    indicator = plan.indicators.get(name)
    targets = [target for target in indicator.targets if target.numeric and target.period] if indicator else []
    goal = None
    if targets and targets[-1].value is not None and targets[-1].period is not None:
        goal = Point(targets[-1].period.time(path.measure), targets[-1].value)
    known = collection() if compares(course.recipe, course.parameters) else None
    peers, similar = Peers({}, {}), None
    if known is not None:
        about = (str(item.unit), item.bounds, history.values, known)
        peers = find_peers(*about, at=origin.time, start=origin.value)
        similar = find_similar(*about, start=origin.value)
    return Context(
        times=times[first:],
        origin=origin,
        median=medians[first:],
        history=history,
        direction=-1 if indicator is not None and indicator.better == "down" else 1,
        bounds=path.bounds,
        target=goal,
        measure=path.measure,
        similar=similar,
        peers=peers.series,
        groups=peers.groups,
    )
