"""The least effort of one lever, or of several that move together.

Effort 0 leaves a lever where it means none. Of the room from there to a bound it uses the share effort / weight, at
most all of it. One lever may go both ways, and the answer nearest to no effort counts. Several go each to the bound
that helps, and the answer is the least effort they share: no other combination that reaches the probability has a
smaller largest weighted share, as long as more of each lever does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.plans.model import Target
from forecast.scenarios import Scenario
from forecast.scenarios.trials import Trial
from forecast.schema.draws import FloatArray, Path
from forecast.seek.answer import Setting
from forecast.seek.levers import PLACED, Sought, move
from forecast.seek.search import Shot, Way


@dataclass(frozen=True)
class Goal:
    """What must be reached, and from where.

    Attributes
    ----------
    unmoved : Scenario
        The scenario with nothing moved.
    paths : mapping of str to Path
        What it gives.
    needed : int
        How many draws must meet the target.
    """

    trial: Trial
    target: Target
    unmoved: Scenario
    paths: Mapping[str, Path]
    needed: int

    @cached_property
    def now(self) -> Shot:
        """What is reached with nothing moved."""
        assert self.target.period is not None
        return self._shot(self.paths[self.trial.indicator].at(self.target.period))

    def fire(self, sought: Sequence[Sought], values: Sequence[float]) -> Shot:
        """Try magnitudes."""
        return self._shot(self.trial.at_due(move(self.unmoved, [one.change for one in sought], values)))

    def _shot(self, draws: FloatArray | None) -> Shot:
        assert draws is not None
        return Shot.at(draws, self.target)


@dataclass(frozen=True)
class Route:
    """The way of levers from no effort to one bound each."""

    sought: tuple[Sought, ...]
    ends: tuple[float, ...]
    way: Way

    @classmethod
    def to(cls, goal: Goal, sought: tuple[Sought, ...], ends: tuple[float, ...]) -> Route:
        """Open the way to the bounds given; its length is the effort at which the last lever is at its bound."""
        length = max((one.weight for one in sought), default=1.0)
        return cls(sought, ends, Way(lambda effort: goal.fire(sought, places(sought, ends, effort)), length))


def places(sought: Sequence[Sought], ends: Sequence[float], effort: float) -> tuple[float, ...]:
    """Magnitudes of levers at an effort."""
    return tuple(one.at(end, effort / one.weight) for one, end in zip(sought, ends, strict=True))


@dataclass(frozen=True)
class Solution:
    """An effort on a route.

    Attributes
    ----------
    enough : bool
        Whether it gives the probability sought; otherwise it gives the most.
    back : bool
        Whether a little less effort, rather than a little more, keeps the probability.
    """

    route: Route
    effort: float
    enough: bool = True
    back: bool = False

    @property
    def shot(self) -> Shot:
        """What it gives."""
        return self.route.way.shoot(self.effort)

    @property
    def rising(self) -> bool:
        """Whether, as far as was tried, the count never falls on the way; true of a way that is not taken."""
        return self.back or self.effort == 0 or self.route.way.rising

    @property
    def distance(self) -> float:
        """How far the first lever is from no effort, in its unit."""
        return max((abs(one.magnitude - one.rest) for one in self.settings[:1]), default=0.0)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Each lever with its place."""
        sought, ends = self.route.sought, self.route.ends
        return tuple(
            Setting(
                lever=one.lever,
                on=one.change.on,
                change=one.change.change,
                magnitude=value,
                rest=one.rest,
                unit=one.change.unit,
                start=one.start.text,
                bounds=one.bounds,
                upward=(end > one.rest) != self.back,
            )
            for one, end, value in zip(sought, ends, places(sought, ends, self.effort), strict=True)
        )


def solve(goal: Goal, sought: Sequence[Sought], like: Solution | None = None) -> Solution | None:
    """Find the least effort that is enough, else what gives the most; None when no lever has an effect.

    `like` is an answer for the same levers with an earlier start: one lever then goes the same way, and no other.
    """
    routes = _ways_of_one(goal, sought[0], like) if len(sought) == 1 else _way_of_several(goal, sought)
    if not routes:
        return None
    if routes[0].way.shoot(0.0).met >= goal.needed:
        return _spare(goal, routes)
    rising = like is not None and like.rising
    efforts = [(route, route.way.first(goal.needed, rising=rising)) for route in routes]
    if found := [Solution(route, effort) for route, effort in efforts if effort is not None]:
        return min(found, key=lambda one: one.distance)
    most = [Solution(route, route.way.most(), enough=False) for route in routes]
    return max(most, key=lambda one: (one.shot.met, -one.distance))


def _spare(goal: Goal, routes: Sequence[Route]) -> Solution:
    """No effort is enough: of a growth or a level that a forecast has by itself, find how little would be."""
    sought = routes[0].sought
    if len(sought) == 1 and sought[0].change.change in PLACED:
        efforts = [(route, route.way.last(goal.needed)) for route in routes]
        if found := [Solution(route, effort, back=True) for route, effort in efforts if effort is not None]:
            return min(found, key=lambda one: one.distance)
    return Solution(routes[0], 0.0)


def _ways_of_one(goal: Goal, sought: Sought, like: Solution | None) -> list[Route]:
    """Both ways of one lever, or the one it went before; none when it has no effect."""
    known = [setting.upward for setting in like.settings] if like else [False, True]
    ends = [end for end in sought.bounds if end != sought.rest and (end > sought.rest) in known]
    routes = [Route.to(goal, (sought,), (end,)) for end in ends]
    return routes if any(_acts(goal, route.way.shoot(route.way.length)) for route in routes) else []


def _way_of_several(goal: Goal, sought: Sequence[Sought]) -> list[Route]:
    """The way of each lever to the bound that helps when the others rest; none when no lever has an effect.

    A lever without effect, or that only does harm, is not moved.
    """
    helpful, acts = [], False
    for one in sought:
        alone = [(end, goal.fire([one], [end])) for end in one.bounds if end != one.rest]
        acts = acts or any(_acts(goal, shot) for _, shot in alone)
        end, best = max(alone, key=lambda option: _worth(goal, option[1]))
        if _worth(goal, best) > _worth(goal, goal.now):
            helpful.append((one, end))
    if not acts:
        return []
    return [Route.to(goal, tuple(one for one, _ in helpful), tuple(end for _, end in helpful))]


def _worth(goal: Goal, shot: Shot) -> tuple[int, float]:
    return shot.met, shot.score(goal.needed)


def _acts(goal: Goal, shot: Shot) -> bool:
    return not np.array_equal(shot.margins, goal.now.margins)
