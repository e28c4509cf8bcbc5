"""Words for a probability, on one published scale, and the reason of an extreme one.

The scale is the calibrated language of the IPCC: Mastrandrea et al. 2010, *Guidance note for lead authors of the IPCC
Fifth Assessment Report on consistent treatment of uncertainties*, table 1; its seven classes without the additional
ones. French words as in the French editions of the summaries for policymakers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from forecast.assessment.evidence import Evidence
from forecast.assessment.paces import Paces, paces
from forecast.errors import DataError
from forecast.plans.model import Target
from forecast.schema.draws import FloatArray, take_quantiles
from forecast.schema.language import N_, Text

#: Probabilities outside which a reason is given.
EXTREME_LOW, EXTREME_HIGH = 0.05, 0.95
#: Share of similar indicators below which few, and above which nearly all, kept a pace.
FEW, NEARLY_ALL = 0.05, 0.95
#: Multiple of the recent pace that is called several times it.
SEVERAL = 3.0
#: Years from the last value to the due date that are called little time; a little more than one, for leap years.
SOON = 1.01


@dataclass(frozen=True)
class Likelihood:
    """A class of the scale.

    Attributes
    ----------
    key : str
        English words with underscores.
    low, high : float
        Published limits, probabilities 0 to 1, both inside; the classes nest.
    label : Text
        Words in both languages; the French ones follow "il est".
    """

    key: str
    low: float
    high: float
    label: Text


SCALE = (
    Likelihood("virtually_certain", 0.99, 1.0, Text(fr="pratiquement certain", en="virtually certain")),
    Likelihood("very_likely", 0.90, 1.0, Text(fr="très probable", en="very likely")),
    Likelihood("likely", 0.66, 1.0, Text(fr="probable", en="likely")),
    Likelihood(
        "about_as_likely_as_not",
        0.33,
        0.66,
        Text(fr="à peu près aussi probable qu’improbable", en="about as likely as not"),
    ),
    Likelihood("unlikely", 0.0, 0.33, Text(fr="improbable", en="unlikely")),
    Likelihood("very_unlikely", 0.0, 0.10, Text(fr="très improbable", en="very unlikely")),
    Likelihood(
        "exceptionally_unlikely", 0.0, 0.01, Text(fr="exceptionnellement improbable", en="exceptionally unlikely")
    ),
)


def describe(probability: float) -> Likelihood:
    """Put a probability in words: the narrowest class of the published scale that holds it.

    The classes nest (likely is 66-100 %, very likely 90-100 %, virtually certain 99-100 %) and share their limits. So
    0.01, 0.10, 0.90 and 0.99 belong to the class nearer to certainty, 0.33 and 0.66 to the middle one: exceptionally
    unlikely up to 0.01, very unlikely up to 0.10, unlikely below 0.33, about as likely as not from 0.33 to 0.66,
    likely above 0.66, very likely from 0.90, virtually certain from 0.99. Limits are compared as they are printed:
    they are not quite symmetric, as 0.33 and 0.66 stand for thirds. So is the probability, in whole percent, so that
    words and figures never clash.

    Raises
    ------
    DataError
        If it is not a probability.
    """
    if not 0 <= probability <= 1:
        raise DataError(f"{probability:g} is not a probability; write a share from 0 to 1, such as 0.8 for 80%")
    printed = round(100 * probability) / 100
    holding = [likelihood for likelihood in SCALE if likelihood.low <= printed <= likelihood.high]
    # 0.33 lies in two classes of one width: the first of them, in the order of the scale, is the middle one
    return min(holding, key=lambda likelihood: likelihood.high - likelihood.low)


@dataclass(frozen=True)
class _Figures:
    """What an extreme probability is explained by; not a number where unknown.

    Attributes
    ----------
    achieved : float
        Share, 0 to 1, of similar indicators that ever kept the required pace.
    multiple : float
        Required pace over recent pace.
    years : float
        From the last value to the due date; 0 where that value is as late.
    met : bool
        Whether the last value meets the target.
    wide : bool
        Whether the last value lies farther beyond the target than the worse end of the 95 % interval at the due date
        lies from its median; never inside a range, which may be left on two sides.
    best, nearly_best, median, nearly_worst : float
        What the draws at the due date lack to the target, in the unit of the source, negative beyond it: quantiles
        0.025, 0.05, 0.5 and 0.95.
    """

    achieved: float
    multiple: float
    years: float
    met: bool
    wide: bool
    best: float
    nearly_best: float
    median: float
    nearly_worst: float


def why_extreme(probability: float, evidence: Evidence, achieved: float | None = None) -> str | None:
    """Give the main reason of a probability below 0.05 or above 0.95, as the figures show it.

    Parameters
    ----------
    probability : float
        Of meeting the target at its due date, 0 to 1.
    evidence : Evidence
        What is known of the target, with its path.
    achieved : float or None
        Share, 0 to 1, of similar public indicators that ever changed by as much as required in as many years.

    Returns
    -------
    str or None
        One English line of a fixed set, which reports translate. None for other probabilities, once the due date has
        passed, without draws at it, and where no figure explains the probability.
    """
    target, path = evidence.target, evidence.path
    if EXTREME_LOW <= probability <= EXTREME_HIGH or path is None or evidence.past or target.period is None:
        return None
    draws, found = path.at(target.period), paces(evidence)
    if draws is None or found is None:
        return None
    figures = _measure(evidence, found, draws, achieved)
    return _why_low(figures, evidence, draws) if probability < EXTREME_LOW else _why_high(figures)


def _measure(evidence: Evidence, found: Paces, draws: FloatArray, achieved: float | None) -> _Figures:
    today, latest = found.from_latest, evidence.judged[-1].value
    multiple = today.multiple if today else None
    met = bool(evidence.target.met_by(latest))
    lacks = take_quantiles(_lack(draws, evidence), (0.025, 0.05, 0.5, 0.95, 0.975))
    best, nearly_best, median, nearly_worst, worst = lacks.tolist()
    return _Figures(
        achieved=math.nan if achieved is None or met else achieved,  # a target that is met requires no pace
        multiple=math.nan if multiple is None else multiple,
        years=today.years if today else 0.0,
        met=met,
        wide=evidence.direction != 0 and float(-_lack(np.array(latest), evidence)) > worst - median,
        best=best,
        nearly_best=nearly_best,
        median=median,
        nearly_worst=nearly_worst,
    )


def _ends(target: Target) -> tuple[float, float]:
    """Lower and upper end of a range; both the same for another target."""
    assert target.value is not None
    return target.value, target.value if target.high is None else target.high


def _lack(values: FloatArray, evidence: Evidence) -> FloatArray:
    """Measure what values lack to the target, same shape, in their unit; negative beyond it or inside a range."""
    low, high = _ends(evidence.target)
    if evidence.direction == 0:
        return np.maximum(low - values, values - high)
    return low - values if evidence.direction > 0 else values - high


def _why_low(figures: _Figures, evidence: Evidence, draws: FloatArray) -> str | None:
    # where the recent pace is enough, time is not what is missing
    short = figures.years <= SOON and not figures.multiple <= 1
    reasons = (
        (_is_narrow(evidence, draws), N_("the value or range wanted is narrow beside the spread of what may come")),
        (figures.met, N_("the last value meets the target, but the forecast falls back from it")),
        (figures.achieved <= 0, N_("the required pace is beyond what similar public indicators ever did")),
        (figures.achieved < FEW, N_("similar public indicators seldom kept the required pace")),
        (figures.multiple < 0, N_("the values of the last five years move away from the target")),
        (figures.multiple >= SEVERAL, N_("the required pace is several times the recent one")),
        (_is_limit(evidence), N_("the target is the very limit of what is possible")),
        (short, N_("little time lies between the last value and the due date")),
        (figures.best > figures.median - figures.best, N_("the target lies far outside the interval of 95%")),
        (figures.nearly_best > 0, N_("the target lies outside the interval of 90%")),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _is_narrow(evidence: Evidence, draws: FloatArray) -> bool:
    """Whether draws miss a range or an exact value on both sides, more than one in twenty on each."""
    if evidence.direction != 0:
        return False
    low, high = _ends(evidence.target)
    return bool((draws < low).mean() > EXTREME_LOW and (draws > high).mean() > EXTREME_LOW)


def _is_limit(evidence: Evidence) -> bool:
    """Whether the target asks for the end of what the indicator can be, such as 100 %."""
    low, high = evidence.indicator.bounds
    return evidence.direction != 0 and evidence.target.value == (high if evidence.direction > 0 else low)


def _why_high(figures: _Figures) -> str | None:
    soon = figures.years <= SOON
    reasons = (
        (figures.met and figures.wide, N_("the last value already meets the target with a wide margin")),
        (figures.met and soon, N_("the last value already meets the target and little time lies before the due date")),
        (figures.met, N_("the last value already meets the target")),
        (figures.achieved > NEARLY_ALL, N_("similar public indicators nearly always kept the required pace")),
        (0 < figures.multiple <= 1, N_("the recent pace, kept until the due date, meets the target")),
        (figures.nearly_worst <= 0, N_("the whole interval of 90% meets the target")),
    )
    return next((reason for holds, reason in reasons if holds), None)
