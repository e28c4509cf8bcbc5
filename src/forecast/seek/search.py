"""The search along one way: the first effort at which enough draws meet the target.

Draws are the same for every effort, so the number of draws that meet the target is a step function of it. Where it
rises from one stop to the next, the step is found by Brent's method on the margin that the needed number of draws has:
it is continuous where the count jumps, and zero at the step. The end of the step that reaches the number is kept.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from forecast.plans.model import Target
from forecast.schema.draws import FloatArray

#: Shares of the way that are tried: close together near no effort, where a wide range hides the answer.
STOPS = (0.0, *(2.0**-i for i in range(12, 3, -1)), *(i / 8 for i in range(1, 9)))
#: Share of the way within which a step is found.
PRECISION = 1e-12
#: Efforts tried around a peak, and how often again in its narrower surroundings.
TRIES, ROUNDS = 17, 3


@dataclass(frozen=True)
class Shot:
    """What one effort gives at the due date.

    Attributes
    ----------
    margins : array (draws,)
        Distance of each draw from the edge of the target, ascending; 0 or more where it is met.
    met : int
        How many draws meet the target.
    """

    margins: FloatArray
    met: int

    @classmethod
    def at(cls, draws: FloatArray, target: Target) -> Shot:
        """Compare draws (draws,) with a target."""
        return cls(np.sort(measure_margins(draws, target)), int(np.count_nonzero(target.met_by(draws))))

    def score(self, needed: int) -> float:
        """Margin that `needed` draws have at least."""
        return float(self.margins[-needed])

    @property
    def probability(self) -> float:
        """Share of the draws that meet the target."""
        return self.met / self.margins.size


def measure_margins(draws: FloatArray, target: Target) -> FloatArray:
    """Measure how far inside its target each draw lies, in the unit of the indicator; below 0 outside."""
    assert target.value is not None
    if target.high is not None:
        return np.minimum(draws - target.value, target.high - draws)
    if target.operator in (">=", ">"):
        return draws - target.value
    if target.operator in ("<=", "<"):
        return target.value - draws
    return 1e-9 * max(1.0, abs(target.value)) - np.abs(draws - target.value)


@dataclass(frozen=True)
class Way:
    """A way from no effort (0) to the farthest (`length`).

    Attributes
    ----------
    fire : callable
        Gives the shot of an effort.
    shots : dict
        Shots made, by effort.
    """

    fire: Callable[[float], Shot]
    length: float = 1.0
    shots: dict[float, Shot] = field(default_factory=dict)

    @property
    def stops(self) -> tuple[float, ...]:
        """Efforts that are tried, ascending."""
        return tuple(self.length * stop for stop in STOPS)

    def shoot(self, effort: float) -> Shot:
        """Try an effort, each one once."""
        if effort not in self.shots:
            self.shots[effort] = self.fire(effort)
        return self.shots[effort]

    @property
    def rising(self) -> bool:
        """Whether the count never falls along the way, at the stops and wherever else was tried."""
        for stop in self.stops:
            self.shoot(stop)
        return all(self.shots[one].met <= self.shots[other].met for one, other in pairwise(sorted(self.shots)))

    def first(self, needed: int, *, rising: bool = False) -> float | None:
        """Find the least effort at which `needed` draws meet the target; None where there is none.

        Of a count that rises and falls it is the first that what is tried shows; of one that is known to be `rising`,
        fewer stops are tried.
        """
        if self.shoot(0.0).met >= needed:
            return 0.0
        if rising:
            at = bisect_left(self.stops, True, key=lambda stop: self.shoot(stop).met >= needed)
            return self._edge(self.stops[at - 1], self.stops[at], needed) if at < len(self.stops) else None
        if all(self.shoot(stop).met < needed for stop in self.stops):
            self._explore_peak()
        tried = pairwise(sorted(self.shots))
        return next((self._edge(less, more, needed) for less, more in tried if self.shots[more].met >= needed), None)

    def last(self, needed: int) -> float | None:
        """Find the effort up to which `needed` draws go on meeting the target; None where they do all the way."""
        for before, stop in pairwise(self.stops):
            if self.shoot(stop).met < needed:
                return self._edge(stop, before, needed)
        return None

    def most(self) -> float:
        """Find the largest count on the way, and the least effort that gives it."""
        self._explore_peak()
        top = max(shot.met for shot in self.shots.values())
        best = min(effort for effort, shot in self.shots.items() if shot.met == top)
        less = [effort for effort in self.shots if effort < best]
        return self._edge(max(less), best, top) if less else best

    def _edge(self, missed: float, reached: float, needed: int) -> float:
        """Find the step between an effort that misses and one that reaches; the side that reaches."""
        from scipy.optimize import brentq

        step = PRECISION * self.length
        if self.shoot(missed).score(needed) < 0:
            found = float(brentq(lambda effort: self.shoot(effort).score(needed), missed, reached, xtol=step))
        else:  # a target that must be exceeded, just touched
            found = missed
        while abs(reached - found) > step:
            if self.shoot(found).met >= needed:
                return found
            found += step if reached > found else -step
            step *= 2
        return reached

    def _explore_peak(self) -> None:
        """Try more efforts where a count that rises and falls is largest: where half of the draws lie deepest inside.

        A narrow range may lie between two stops, which its margins show and its count does not.
        """
        middle = (self.shoot(0.0).margins.size + 1) // 2
        deepest = int(np.argmax([self.shoot(stop).score(middle) for stop in self.stops]))
        if deepest in (0, len(self.stops) - 1):
            return
        low, high = self.stops[deepest - 1], self.stops[deepest + 1]
        for _ in range(ROUNDS):
            tried = np.linspace(low, high, TRIES).tolist()
            best = max(tried, key=lambda effort: (self.shoot(effort).met, self.shoot(effort).score(middle)))
            reach = (high - low) / (TRIES - 1)
            low, high = max(best - reach, 0.0), min(best + reach, self.length)
