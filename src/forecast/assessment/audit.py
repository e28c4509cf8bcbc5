"""A plan looked over: what its targets lack, and the Québec quality mark as far as its parts are published.

The mark is that of the performance dashboard of the Secrétariat du Conseil du trésor (performance.gouv.qc.ca,
methodology): plan produced 20 %, yearly targets 10 %, share of result indicators 30 %, quality of indicators and of
targets 30 %. These listed parts sum to 90 %. Only the first two can be recomputed from a plan file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import Any, Literal

import numpy as np

from forecast.assessment.bases import search
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.paces import aim
from forecast.plans.model import Indicator, Plan
from forecast.reference.achieved import Achieved, Share
from forecast.schema.language import N_
from forecast.schema.periods import PER_YEAR, Period
from forecast.schema.scales import Scale

Kind = Literal["no_target", "no_yearly_target", "met_at_start", "never_achieved", "rarely_achieved", "too_noisy"]

#: Share of similar indicators below which a change counts as rarely achieved; ours.
RARELY = 0.01
#: Yearly values from which their ordinary variation is measured; ours.
FEWEST = 4
#: Mean of the range of two values of a normal distribution, in standard deviations (d2 of control charts).
RANGE_OF_TWO = 1.128
#: Normal score of one-sided 0.05.
ONE_SIDED = 1.645
#: Share of the indicators with a target from which a part of the mark is full, and the highest of the lower marks.
FULL_FROM, LOWER = 0.95, 60.0


@dataclass(frozen=True)
class Finding:
    """One thing that a reader of the plan should know.

    Attributes
    ----------
    kind : str
        ``no_target``: the indicator has none · ``no_yearly_target``: years of the plan without one · ``met_at_start``:
        the value of the base year meets the target · ``never_achieved``, ``rarely_achieved``: no similar public
        indicator, or fewer than 1 % of their stretches, ever made that change in that time · ``too_noisy``: the planned
        change is smaller than what can be told from ordinary variation.
    indicator, due : str or None
        Which target it is about.
    figures : mapping
        What it rests on, by name; in the unit of the indicator, years, numbers, and shares from 0 to 1.
    periods : tuple of str
        Years without a target.
    """

    kind: Kind
    indicator: str | None
    due: str | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    periods: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """Lay it out as plain values."""
        named = {"finding": self.kind, "indicator": self.indicator, "due": self.due, "periods": list(self.periods)}
        return named | dict(self.figures)


@dataclass(frozen=True)
class Part:
    """One part of the quality mark.

    Attributes
    ----------
    id : str
        Which part.
    weight : float
        Its weight in the mark, in %.
    share : float or None
        Share of the plan's indicators that have what it asks for; None where the part is not recomputed.
    low, high : float
        Between which its mark, 0 to 100, lies; equal where it is known.
    reason : str or None
        Why it is not known, in English; reports translate it.
    """

    id: str
    weight: float
    share: float | None
    low: float
    high: float
    reason: str | None = None


@dataclass(frozen=True)
class Quality:
    """The quality mark of a plan, as far as it is published: half of the overall mark, green above 70."""

    parts: tuple[Part, ...]

    @property
    def recomputed(self) -> float:
        """Weight of the parts that are recomputed, in %."""
        return sum(part.weight for part in self.parts if part.share is not None)

    @property
    def low(self) -> float:
        """Lowest mark, 0 to 100, that the known parts allow."""
        return sum(part.weight * part.low / 100 for part in self.parts)

    @property
    def high(self) -> float:
        """Highest mark, 0 to 100, that the known parts allow."""
        return sum(part.weight * part.high / 100 for part in self.parts)


@dataclass(frozen=True)
class Audit:
    """What was found in a plan, in the order of its indicators, and its quality mark."""

    findings: tuple[Finding, ...]
    quality: Quality

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """Give the findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def record(self) -> dict[str, Any]:
        """Lay it out as plain values."""
        quality = self.quality
        return {
            "findings": [finding.record() for finding in self.findings],
            "quality": {
                "recomputed": quality.recomputed,
                "low": quality.low,
                "high": quality.high,
                "parts": [dict(vars(part)) for part in quality.parts],
            },
        }


def audit(plan: Plan, evidence: Sequence[Evidence], achieved: Achieved | None) -> Audit:
    """Look a plan over.

    Parameters
    ----------
    plan : Plan
        With its targets as they are to be judged.
    evidence : sequence of Evidence
        One per target of the plan.
    achieved : Achieved or None
        What similar public indicators ever achieved; None leaves this out.
    """
    years = plan_years(plan)
    known: dict[str, list[Evidence]] = {name: [] for name in plan.indicators}
    for one in evidence:
        known[one.name].append(one)
    findings = [
        finding
        for name, indicator in plan.indicators.items()
        for finding in _look_over(name, indicator, known[name], years, achieved)
    ]
    return Audit(tuple(findings), mark_quality(plan))


def plan_years(plan: Plan) -> tuple[Period, ...]:
    """List the years of a plan: fiscal years if it runs from a 1 April to a 31 March, else calendar years."""
    start, end = plan.first.start, plan.last.end
    if (start.month, start.day) == (4, 1) and (end.month, end.day) == (3, 31):
        return tuple(Period.parse(f"{year}-{year + 1}") for year in range(start.year, end.year))
    return tuple(Period.parse(f"{year}") for year in range(start.year, end.year + 1))


def _look_over(
    name: str, indicator: Indicator, known: Sequence[Evidence], years: Sequence[Period], achieved: Achieved | None
) -> Iterator[Finding]:
    if not has_target(indicator):
        yield Finding("no_target", name)
        return
    if missing := find_missing_years(indicator, years):
        figures = {"missing": len(missing), "years": len(years)}
        yield Finding("no_yearly_target", name, None, figures, tuple(year.text for year in missing))
    numeric = [(one, find_base(one)) for one in known if one.target.numeric]
    started = [(one, base) for one, base in numeric if base is not None]
    for one, base in started:
        yield from _check_ambition(one, base, achieved)
    if started and (finding := _check_noise(*started[-1])):
        yield finding


def has_target(indicator: Indicator) -> bool:
    """Say whether an indicator has a target of any kind."""
    return any(target.kind != "none" for target in indicator.targets)


def find_missing_years(indicator: Indicator, years: Sequence[Period]) -> list[Period]:
    """Find the years of a plan in which no target of any kind falls due; a standard holds in every year."""
    if any(target.kind == "standard" for target in indicator.targets):
        return []
    dues = [target.due_date for target in indicator.targets if target.kind != "none"]
    return [year for year in years if not any(_holds(year, due) for due in dues)]


def _holds(year: Period, due: date | None) -> bool:
    return due is not None and year.start <= due <= year.end


def find_base(evidence: Evidence) -> Point | None:
    """Find the value of the year from which the plan counts; never an assumed one."""
    return search([point for point in evidence.points if not point.assumed], evidence.base_year, (0,))


def _check_ambition(evidence: Evidence, base: Point, achieved: Achieved | None) -> Iterator[Finding]:
    """Check whether a target is met at the start, or asks for what hardly any similar indicator ever achieved."""
    target, due = evidence.target, evidence.due_time
    wanted = aim(target, base.value)
    figures = {"base": base.value, "target": wanted}
    if target.met_by(base.value):
        yield Finding("met_at_start", evidence.name, target.due, figures)
        return
    share = None if achieved is None or due is None else _share(evidence, base, wanted, due, achieved)
    if share is not None and share.share < RARELY:
        counts = {"stretches": share.stretches, "series": share.series, "indicators": share.indicators}
        figures |= {"share": share.share, "years": share.years, **counts}
        yield Finding("rarely_achieved" if share.share > 0 else "never_achieved", evidence.name, target.due, figures)


def _share(evidence: Evidence, base: Point, wanted: float, due: float, achieved: Achieved) -> Share | None:
    """Share of similar indicators that changed as much as the plan asks for between its base year and the due date."""
    low, high = evidence.indicator.bounds
    if (low is not None and wanted < low) or (high is not None and wanted > high):
        return None
    values = [point.value for point in evidence.points if not point.assumed]
    here, there = Scale.of(np.array([*values, wanted]), low, high).forward(np.array([base.value, wanted]))
    return achieved.share_of(evidence.indicator, values, float(there - here), due - base.time, start=base.value)


def _check_noise(evidence: Evidence, base: Point) -> Finding | None:
    """Check whether the change that is planned up to the last target can be told from ordinary variation."""
    target, values = evidence.target, yearly_values(evidence)
    deviation = measure_deviation(values)
    if deviation is None or target.met_by(base.value):
        return None
    planned, detectable = abs(aim(target, base.value) - base.value), detectable_change(deviation)
    if planned >= detectable:
        return None
    figures = {"planned": planned, "detectable": detectable, "deviation": deviation, "values": len(values)}
    return Finding("too_noisy", evidence.name, target.due, figures)


def yearly_values(evidence: Evidence) -> list[float]:
    """List one value a year since the last declared break, assumed ones left out.

    Yearly values where there are enough of them. Else the last value of each year of a stock, and the mean of each
    year of a flow that is known in all its quarters, months or four-week periods.
    """
    real = [point for point in evidence.points if not point.assumed]
    real = [point for point in real if point.break_from == real[-1].break_from]
    yearly = [point for point in real if PER_YEAR.get(point.period.kind) == 1]
    by_year: dict[int, list[Point]] = {}
    for point in yearly if len(yearly) >= FEWEST else [p for p in real if p.period.kind == real[-1].period.kind]:
        by_year.setdefault(point.year, []).append(point)
    if evidence.indicator.measure == "stock":
        return [points[-1].value for points in by_year.values()]
    whole = (points for points in by_year.values() if len(points) >= PER_YEAR.get(points[-1].period.kind, 1))
    return [fmean(point.value for point in points) for points in whole]


def measure_deviation(values: Sequence[float]) -> float | None:
    """Measure ordinary variation as an XmR chart does: mean moving range / 1.128; None with fewer than 4 values."""
    if len(values) < FEWEST:
        return None
    return float(np.abs(np.diff(values)).mean()) / RANGE_OF_TWO


def detectable_change(deviation: float) -> float:
    """Give the smallest change between two values that ordinary variation seldom makes: 1.645 √2 σ.

    The difference of two values, each with standard deviation σ, exceeds it by chance once in twenty in the wanted
    direction. Formula of the minimal detectable change; to take it with one-sided 0.05 and σ of a control chart is our
    choice: no official method has one. A steady trend counts as variation, so σ is rather too large than too small.
    """
    return ONE_SIDED * math.sqrt(2) * deviation


def mark_quality(plan: Plan) -> Quality:
    """Mark the quality of a plan as the Québec dashboard does, as far as its rules are published."""
    years, indicators = plan_years(plan), list(plan.indicators.values())
    targeted = [has_target(indicator) for indicator in indicators]
    yearly = [not find_missing_years(indicator, years) for indicator in indicators]
    return Quality(
        (
            _mark("plan_produced", 20.0, targeted),
            _mark("yearly_targets", 10.0, yearly),
            Part("result_indicators", 30.0, None, 0.0, 100.0, N_("plans do not say which indicators are of results")),
            Part("indicator_quality", 30.0, None, 0.0, 100.0, N_("its criteria are not published")),
            Part("not_listed", 10.0, None, 0.0, 100.0, N_("the published parts sum to 90%")),
        )
    )


def _mark(id: str, weight: float, have: Sequence[bool]) -> Part:
    """Mark a part 100 from 95 % of the indicators; below, it is 60 or 0, and the limit between them is not published.

    The limit of 95 % is published for the plan; for yearly targets, which have the same marks, it is taken over.
    """
    if not have:
        return Part(id, weight, None, 0.0, 100.0, N_("the plan has no indicator"))
    share = sum(have) / len(have)
    if share >= FULL_FROM:
        return Part(id, weight, share, 100.0, 100.0)
    return Part(id, weight, share, 0.0, LOWER, N_("the limit between the marks 60 and 0 is not published"))
