"""What matters most: how far each lever and each assumption moves an indicator, alone and among all.

The tornado moves one at a time from its low to its high end. The shares of variance (Sobol 1993) move all at once: a
lever evenly over its bounds, an assumption as its range has it. The first-order share is what the variance would lose
if this one alone were known; the total share is what would be left if all but this one were known. Both are estimated
by the design and the formulas of Saltelli and others (2010), with 95 % intervals from resampling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast import scenarios
from forecast.errors import ScenarioError, nearest
from forecast.plans.magnitudes import Magnitude, Range, quantile
from forecast.plans.model import Plan, Target
from forecast.scenarios import Scenario
from forecast.scenarios.trials import Trial
from forecast.schema.draws import FloatArray
from forecast.schema.periods import Period
from forecast.study import Bench

#: Points of the design, a power of two; each costs two evaluations and one more for every factor.
POINTS = 128
#: Draws behind each evaluation of the design: the median of so many is steady enough to tell what moves it.
DRAWS = 400
#: Share of the spread of the forecast that a median must vary by to be shared out.
LEAST = 0.001
#: Resamples behind the intervals of the shares.
RESAMPLES = 200


@dataclass(frozen=True)
class Factor:
    """A lever within its bounds, or a driver's assumed value within its range.

    Attributes
    ----------
    name : str
        Id of the lever or of the driver.
    size : Range
        What is assumed; of a lever, an even range over its bounds.
    unit : str or None
        Of the magnitude.
    """

    name: str
    kind: Literal["lever", "assumption"]
    size: Range
    unit: str | None

    def at(self, levels: FloatArray) -> FloatArray:
        """Magnitudes at levels of probability from 0 to 1."""
        # a level of exactly 0 or 1 would be infinite in a shape without ends
        return quantile(self.size, np.clip(levels, 1e-6, 1 - 1e-6) if self.kind == "assumption" else levels)


@dataclass(frozen=True)
class Effect:
    """What one setting gives at the due date: the median of the draws, and the share of them that meets the target."""

    value: float
    probability: float


@dataclass(frozen=True)
class Swing:
    """What one factor alone does, from its low to its high end; all others stay as the scenario has them."""

    factor: Factor
    low: Effect
    high: Effect

    @property
    def value(self) -> float:
        """How much higher the value is at the high end, in the unit of the indicator."""
        return self.high.value - self.low.value

    @property
    def probability(self) -> float:
        """How much higher the probability is at the high end."""
        return self.high.probability - self.low.probability


@dataclass(frozen=True)
class Share:
    """The part of one factor in a variance, 0 to 1, with half the width of its 95 % intervals.

    Estimates of small shares may come out below 0.
    """

    factor: Factor
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True)
class Influence:
    """What matters most for one target.

    Attributes
    ----------
    now : Effect
        With the scenario as it is.
    swings : tuple of Swing
        The largest effect on the value first.
    value_shares, probability_shares : tuple of Share
        Of the variance of the median and of the probability, the largest total first; empty when nothing moves it.
    left_out : tuple of str
        Levers that cannot be moved together with another one, and have no shares.
    evaluations : int
        Scenarios tried for the shares.
    draws : int
        Draws behind each of them.
    """

    plan: str
    scenario: str
    indicator: str
    target: Target
    unit: str | None
    now: Effect
    swings: tuple[Swing, ...]
    value_shares: tuple[Share, ...]
    probability_shares: tuple[Share, ...]
    left_out: tuple[str, ...]
    evaluations: int
    draws: int


def measure_influence(
    bench: Bench,
    scenario: str | Scenario,
    indicator: str,
    *,
    levers: Sequence[str] | None = None,
    by: Period | None = None,
    points: int = POINTS,
    draws: int = DRAWS,
) -> Influence:
    """Measure what moves an indicator at the due date of its last target: one at a time, and all at once.

    Parameters
    ----------
    bench : Bench
        Plan as known on a date.
    scenario : str or Scenario
        Where everything stands that is not moved.
    levers : sequence of str, optional
        Levers to weigh. When not given: all that act on the indicator or on a driver of it and that the scenario lets
        move; of those that cannot move together the shares are of the first. Assumed drivers that have a range and act
        on it always count.
    by : Period, optional
        Another due date, in place of the bench's own.
    points : int
        Size of the design, a power of two; (factors + 2) times as many scenarios are tried. With 0 factors are moved
        one at a time only.
    draws : int
        Draws behind each of them.

    Raises
    ------
    ForecastError
        If the indicator, the scenario or a lever is unknown, levers that are named cannot move together, the indicator
        is not forecast at the due date, or `points` is neither 0 nor a power of two.
    """
    if points and (points < 2 or points & (points - 1)):
        raise ScenarioError(f"a design of {points} points is not balanced; write a power of two, such as {POINTS}")
    bench = bench if by is None or by == bench.by else replace(bench, by=by, forecasts={})
    chosen = bench.scenario(scenario) if isinstance(scenario, str) else scenario
    trial = bench.trial(chosen, indicator)
    probe = Probe(trial, chosen, bench.plan)
    factors, together = _choose(probe, tuple(find_factors(trial, bench.plan, levers)), named=levers is not None)
    now = probe.try_out({})
    swings = [Swing(one, *(probe.try_out({one: end}) for end in (one.size.low, one.size.high))) for one in factors]
    thin = replace(probe, trial=trial.thin(draws))
    shares = share_variance(thin, together, points) if together and points else ((), ())
    return Influence(
        plan=bench.plan.id,
        scenario=chosen.id,
        indicator=indicator,
        target=probe.target,
        unit=trial.plan.indicators[indicator].unit,
        now=now,
        swings=tuple(sorted(swings, key=lambda swing: -abs(swing.value))),
        value_shares=shares[0],
        probability_shares=shares[1],
        left_out=tuple(one.name for one in factors if one not in together),
        evaluations=points * (len(together) + 2) if together else 0,
        draws=thin.trial.draws,
    )


def find_factors(trial: Trial, plan: Plan, levers: Sequence[str] | None = None) -> Iterator[Factor]:
    """Find the levers and the assumed drivers that act on the indicator of a trial; `hold` has no magnitude."""
    acting = {trial.indicator, *plan.named_by(trial.indicator)}
    for name in levers or ():
        if name not in plan.levers:
            raise ScenarioError(f"unknown lever '{name}' of plan '{plan.id}'{nearest(name, plan.levers)}")
    for name, lever in plan.levers.items():
        if lever.on in acting and lever.change != "hold" and (levers is None or name in levers):
            low, high = lever.bounds
            yield Factor(name, "lever", Range(low=low, high=high), lever.unit)
    for name, side in plan.drivers.items():
        size: Magnitude | None = side.assumed.value if side.assumed else None
        if name in acting and isinstance(size, Range) and "assumed" in trial.baseline.paths[name].used:
            yield Factor(name, "assumption", size, side.unit)


@dataclass(frozen=True)
class Probe:
    """A scenario on which factors are tried out."""

    trial: Trial
    scenario: Scenario
    plan: Plan

    @property
    def target(self) -> Target:
        """Last target in numbers of the indicator."""
        target = self.trial.target
        if target is None:
            raise ScenarioError(f"'{self.trial.indicator}' has no target in numbers: nothing can be weighed")
        return target

    def try_out(self, magnitudes: Mapping[Factor, float]) -> Effect:
        """Put factors at magnitudes, and see what the indicator does at the due date."""
        target = self.target
        assumed = {one.name: value for one, value in magnitudes.items() if one.kind == "assumption"}
        draws = self.trial.suppose(assumed).at_due(self._move(magnitudes))
        if draws is None:
            raise ScenarioError(
                f"'{self.trial.indicator}' is not forecast at its due date, {target.due}; ask about a later one"
            )
        return Effect(float(np.median(draws)), float(target.met_by(draws).mean()))

    def _move(self, magnitudes: Mapping[Factor, float]) -> Scenario:
        levers = {one.name: value for one, value in magnitudes.items() if one.kind == "lever"}
        return scenarios.with_levers(self.scenario, self.plan, levers)

    def lets(self, factors: Sequence[Factor]) -> bool:
        """Whether factors can be moved together, and beside what the scenario changes."""
        try:
            self._move({one: one.size.low for one in factors})
        except ScenarioError:
            return False
        return True


def _choose(probe: Probe, found: tuple[Factor, ...], *, named: bool) -> tuple[tuple[Factor, ...], tuple[Factor, ...]]:
    """Choose the factors to move one at a time, and those to move all at once; all that were named."""
    if named:
        return found, found
    alone = tuple(one for one in found if probe.lets([one]))
    together: tuple[Factor, ...] = ()
    for one in alone:
        together = (*together, one) if probe.lets([*together, one]) else together
    return alone, together


def share_variance(probe: Probe, factors: Sequence[Factor], points: int) -> tuple[tuple[Share, ...], tuple[Share, ...]]:
    """Share out the variance of the value and of the probability among factors that all move at once."""
    from SALib.sample import sobol

    rng = probe.trial.rng.stream("influence", probe.trial.indicator)
    problem = {"num_vars": len(factors), "names": [one.name for one in factors], "bounds": [[0, 1]] * len(factors)}
    levels = sobol.sample(problem, points, calc_second_order=False, seed=rng)
    sizes = np.column_stack([one.at(column) for one, column in zip(factors, levels.T, strict=True)])
    effects = [probe.try_out(dict(zip(factors, row, strict=True))) for row in sizes.tolist()]
    seed = int(rng.integers(1, 2**31))
    values = np.array([effect.value for effect in effects])
    probabilities = np.array([effect.probability for effect in effects])
    draws = probe.trial.at_due(probe.scenario)
    spread = 0.0 if draws is None else float(np.std(draws))
    return (
        _estimate(problem, values, factors, seed, least=LEAST * spread),
        _estimate(problem, probabilities, factors, seed, least=1 / probe.trial.draws),
    )


def _estimate(
    problem: Mapping[str, object], outcomes: FloatArray, factors: Sequence[Factor], seed: int, *, least: float
) -> tuple[Share, ...]:
    """Estimate the shares of one outcome; none when it varies by no more than `least`: what is left is of the draws."""
    from SALib.analyze import sobol

    if np.ptp(outcomes) <= max(least, 1e-12 * max(1.0, float(np.abs(outcomes).max()))):
        return ()
    found = sobol.analyze(problem, outcomes, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    columns = [np.asarray(found[key], dtype=float).tolist() for key in ("S1", "S1_conf", "ST", "ST_conf")]
    shares = [Share(factor, *row) for factor, *row in zip(factors, *columns, strict=True)]
    return tuple(sorted(shares, key=lambda share: -share.total))
