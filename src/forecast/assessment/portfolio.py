"""The targets of a plan together: how many are met, all of them, half of them, when indicators share their luck.

Dependence between indicators is one common shock in a Gaussian copula: each follows sqrt(rho) F + sqrt(1 - rho) e, with
the common F and its own e standard normal, so that any two are correlated by rho. Draws are only reordered (Iman and
Conover 1982, *A distribution-free approach to inducing rank correlation among input variables*): the rank of the value
at the due date, the good side up, follows the rank of the shock. Every path stays what it is, and so do the
probabilities of single targets and those of several targets of one indicator. An order that the draws of a driver or a
lever shared before is given up.

The size of rho is measured on public indicators by `benchmarks/dependence.py` (root mean square correlation of
different indicators of one source and place, as which way is good is not known there). Its sign is our assumption: a
common shock moves all indicators of a plan to the good or to the bad side together. This makes extremes likelier, none
met as well as all met, and is the cautious side for how far the number met may lie from the expected one. As "all are
met" is likelier so, the same under independence stands beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.assessment.evidence import Evidence
from forecast.assessment.statcan import aggregate
from forecast.errors import DataError
from forecast.schema.draws import FloatArray
from forecast.schema.language import N_
from forecast.schema.streams import Streams

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Dependence:
    """How strongly the outcomes of different indicators go together, as `benchmarks/dependence.py` measured it.

    Attributes
    ----------
    rho : float
        Correlation of their normal scores, 0 to 1.
    error : float
        Its standard error.
    pairs : int
        Pairs of indicators that it was measured on.
    measured : str
        Day of the measurement.
    about : str
        What was measured.
    """

    rho: float
    error: float
    pairs: int
    measured: str
    about: str


@lru_cache(maxsize=1)
def read_dependence() -> Dependence:
    """Read the measured dependence between indicators."""
    text = files("forecast.assessment").joinpath("dependence.json").read_text(encoding="utf-8")
    return Dependence(**json.loads(text))


@dataclass(frozen=True, eq=False)
class Tally:
    """How many of some targets are met.

    Attributes
    ----------
    expected : float
        Sum of their probabilities.
    pmf : array (targets + 1,)
        Probability, 0 to 1, of each number met from 0 on. With dependence it is a share of the draws: 0 means less than
        one in as many as there are draws.
    """

    expected: float
    pmf: FloatArray

    @property
    def all_met(self) -> float:
        """Probability that all are met."""
        return float(self.pmf[-1])

    @property
    def half_met(self) -> float:
        """Probability that at least half of them are met."""
        return float(self.pmf[self.pmf.size // 2 :].sum())

    def record(self) -> dict[str, Any]:
        """Lay it out as plain values."""
        return {
            "expected": self.expected,
            "all_met": self.all_met,
            "half_met": self.half_met,
            "distribution": self.pmf.tolist(),
        }


@dataclass(frozen=True, eq=False)
class Joint:
    """The same targets with the dependence, and as if indicators were independent.

    Attributes
    ----------
    targets : int
        Their number.
    """

    targets: int
    dependent: Tally
    independent: Tally

    def record(self) -> dict[str, Any]:
        """Lay it out as plain values."""
        tallies = {"dependent": self.dependent.record(), "independent": self.independent.record()}
        return {"targets": self.targets} | tallies


@dataclass(frozen=True)
class Counted:
    """A target that is counted, with the probability, 0 to 1, of meeting it at its due date."""

    indicator: str
    due: str | None
    probability: float


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The targets of a plan together.

    Attributes
    ----------
    counted : tuple of Counted
        Open targets in numbers with a forecast at their due date, in the plan's order.
    every : Joint or None
        All of them; None where there is none, as for `last`.
    last : Joint or None
        The last one of each indicator: the plan's targets at its end. Several targets of one indicator would count it
        several times.
    dependence : Dependence
        Between indicators.
    status : str or None
        Class in which Statistics Canada's aggregation puts the last numeric target of each indicator, past or open.
    score : float or None
        Mean of their scores, -5 to 5.
    scored : int
        How many of them have a score.
    reason : str or None
        Why nothing is counted, in English; reports translate it.
    """

    counted: tuple[Counted, ...]
    every: Joint | None
    last: Joint | None
    dependence: Dependence
    status: str | None = None
    score: float | None = None
    scored: int = 0
    reason: str | None = None

    def record(self) -> dict[str, Any]:
        """Lay it out as plain values."""
        return {
            "counted": [asdict(one) for one in self.counted],
            "every": self.every.record() if self.every else None,
            "last": self.last.record() if self.last else None,
            "dependence": asdict(self.dependence),
            "statcan": {"status": self.status, "score": self.score, "scored": self.scored},
            "reason": self.reason,
        }


def combine(
    evidence: Sequence[Evidence],
    rng: Streams,
    *,
    scores: Sequence[tuple[str, float | None]] = (),
    dependence: Dependence | None = None,
) -> Portfolio:
    """Put the targets of a plan together.

    Parameters
    ----------
    evidence : sequence of Evidence
        One per target, in the plan's order.
    rng : Streams
        Makes the common shock and one shock per indicator: what is said of some does not depend on the others.
    scores : sequence of (status, score)
        As `statcan.score` gives them, one per target; none leaves the aggregation out.
    dependence : Dependence or None
        Between indicators; None takes what was measured.

    Raises
    ------
    DataError
        If the paths do not have the same number of draws.
    """
    dependence = dependence or read_dependence()
    status, score, scored = _aggregate(evidence, scores)
    by_indicator: dict[str, list[Evidence]] = {}
    for one in evidence:
        if is_counted(one):
            by_indicator.setdefault(one.name, []).append(one)
    if not by_indicator:
        reason = N_("no open target in numbers has a forecast at its due date")
        return Portfolio((), None, None, dependence, status, score, scored, reason)
    met = [meet(known, rng, dependence.rho) for known in by_indicator.values()]
    counted = tuple(
        Counted(one.name, one.target.due, float(share))
        for known, one_met in zip(by_indicator.values(), met, strict=True)
        for one, share in zip(known, one_met.mean(axis=0), strict=True)
    )
    return Portfolio(
        counted, count_met(met), count_met([one[:, -1:] for one in met]), dependence, status, score, scored
    )


def is_counted(evidence: Evidence) -> bool:
    """Say whether a target is open, in numbers, and has draws at its due date."""
    target, path = evidence.target, evidence.path
    if evidence.past or not target.numeric or target.period is None or path is None:
        return False
    return path.at(target.period) is not None


def meet(known: Sequence[Evidence], rng: Streams, rho: float) -> BoolArray:
    """Tell in which draws the targets of one indicator are met, its draws in the order of the shocks.

    Parameters
    ----------
    known : sequence of Evidence
        Counted targets of one indicator, the last due last.

    Returns
    -------
    array (draws, targets)
    """
    at_due = [draws_at_due(one) for one in known]
    size = at_due[-1].size
    common = rng.stream("portfolio", "common shock").standard_normal(size)
    own = rng.stream("portfolio", known[-1].name).standard_normal(size)
    shock = math.sqrt(rho) * common + math.sqrt(1 - rho) * own
    order = follow(measure_goodness(known[-1], at_due[-1]), shock)
    return np.column_stack([one.target.met_by(draws)[order] for one, draws in zip(known, at_due, strict=True)])


def draws_at_due(evidence: Evidence) -> FloatArray:
    """Give the draws of a counted target at its due date, shape (draws,)."""
    assert evidence.path is not None
    assert evidence.target.period is not None
    draws = evidence.path.at(evidence.target.period)
    assert draws is not None
    return draws


def measure_goodness(evidence: Evidence, draws: FloatArray) -> FloatArray:
    """Measure how good values are for a target, same shape: a range or an exact value is best in its middle."""
    if evidence.direction:
        return evidence.direction * draws
    target = evidence.target
    assert target.value is not None
    middle = target.value if target.high is None else (target.value + target.high) / 2
    return -np.abs(draws - middle)


def follow(values: FloatArray, shock: FloatArray) -> IntArray:
    """Find the order in which values rank as a shock does, both of shape (draws,)."""
    order = np.empty(values.size, dtype=np.intp)
    order[np.argsort(shock)] = np.argsort(values, kind="stable")
    return order


def count_met(met: Sequence[BoolArray]) -> Joint:
    """Count the targets met in each draw, one array (draws, targets) per indicator."""
    sizes = {one.shape[0] for one in met}
    if len(sizes) > 1:
        raise DataError(f"paths of one plan have {min(sizes)} to {max(sizes)} draws; forecast all with the same number")
    counts = [one.sum(axis=1) for one in met]
    targets = sum(one.shape[1] for one in met)
    expected = math.fsum(share for one in met for share in one.mean(axis=0))
    independent = np.ones(1)
    for one, own in zip(met, counts, strict=True):
        independent = np.convolve(independent, _share_out(own, one.shape[1]))
    together = _share_out(np.sum(counts, axis=0), targets)
    return Joint(targets, Tally(expected, together), Tally(expected, independent))


def _share_out(counts: IntArray, most: int) -> FloatArray:
    """Share of the draws with each count from 0 to the most."""
    return np.bincount(counts, minlength=most + 1) / counts.size


def _aggregate(
    evidence: Sequence[Evidence], scores: Sequence[tuple[str, float | None]]
) -> tuple[str | None, float | None, int]:
    """Aggregate the scores of the last numeric target of each indicator as Statistics Canada does."""
    last = {one.name: score for one, score in zip(evidence, scores, strict=bool(scores)) if one.target.numeric}
    scored = sum(score is not None for _, score in last.values())
    if not scored:
        return None, None, 0
    return *aggregate(list(last.values())), scored
