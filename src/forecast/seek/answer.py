"""The answer to what it would take, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forecast.plans.model import ChangeKind, Target
from forecast.scenarios import Scenario
from forecast.schema.periods import Period

Refusal = Literal["no_target", "past", "no_forecast", "observed", "no_effect", "out_of_reach"]


@dataclass(frozen=True)
class Setting:
    """Where a lever is put.

    Attributes
    ----------
    lever : str or None
        Its id; None is the pace of the indicator itself.
    on : str
        Indicator or driver that it changes.
    change : str
        Kind of change.
    magnitude, rest : float
        Where it is put, and where it would mean no effort, in `unit`.
    unit : str or None
        None for a factor and a share of the gap.
    start : str
        First period that it acts on.
    bounds : (low, high)
        Within which it may be put.
    upward : bool
        Whether a little more, rather than a little less, keeps the probability.
    """

    lever: str | None
    on: str
    change: ChangeKind
    magnitude: float
    rest: float
    unit: str | None
    start: str
    bounds: tuple[float, float]
    upward: bool

    def record(self) -> dict[str, Any]:
        """One row for files."""
        return {"lever": self.lever, "magnitude": self.magnitude, "unit": self.unit, "start": self.start}


@dataclass(frozen=True)
class Delay:
    """What it takes when the start is put off by so many years; no settings when it is then too late."""

    years: int
    start: str
    settings: tuple[Setting, ...] = ()
    reached: float | None = None


@dataclass(frozen=True)
class Answer:
    """What it takes, or why there is no answer.

    Attributes
    ----------
    target : Target or None
        Target asked about, due as it was asked.
    probability : float
        Asked for.
    moved : Scenario
        The scenario with the settings put back; with nothing moved where there are none.
    levers : tuple of str
        Levers sought; none for the pace of the indicator.
    settings : tuple of Setting
        Where the levers are put: the answer or, when it is out of reach, what gives the most.
    reached : float or None
        Probability with these settings put into the scenario.
    before : float or None
        Probability with the levers not moved.
    refusal : str or None
        Why there is no answer.
    following : Period or None
        The next due date to ask about, when the target's cannot be.
    delays : tuple of Delay
        What it takes when it starts later.
    rising : bool
        Whether the probability never falls on the way from no effort to the bound, as far as was sampled.
    assumed : bool
        Whether the forecast rests on an assumption before any lever is moved.
    observations : int
        How many observations the forecast rests on.
    """

    plan: str
    scenario: str
    as_of: date
    indicator: str
    target: Target | None
    probability: float
    moved: Scenario
    levers: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    reached: float | None = None
    before: float | None = None
    refusal: Refusal | None = None
    following: Period | None = None
    delays: tuple[Delay, ...] = ()
    rising: bool = True
    assumed: bool = False
    observations: int = 0

    @property
    def already(self) -> bool:
        """Whether the probability is reached with the levers not moved."""
        return self.before is not None and self.before >= self.probability

    @property
    def magnitude(self) -> float | None:
        """The answer of one lever or of the pace; None without an answer, or with several levers."""
        return self.settings[0].magnitude if self.refusal is None and len(self.settings) == 1 else None

    def record(self) -> dict[str, Any]:
        """One JSON object; one lever or the pace stands at the top, several stand in `levers`."""
        alone = self.settings[0] if len(self.settings) == 1 else None
        return {
            "plan": self.plan,
            "indicator": self.indicator,
            "lever": self.levers[0] if len(self.levers) == 1 else None,
            "magnitude": self.magnitude,
            "unit": alone.unit if alone else None,
            "by": self.target.due if self.target else None,
            "probability": self.probability,
            "reached": self.reached,
            "scenario": self.scenario,
            "as_of": self.as_of.isoformat(),
            "before": self.before,
            "refusal": self.refusal,
            "next": self.following.text if self.following else None,
            "best": alone.magnitude if alone and self.refusal else None,
            "rising": self.rising,
            "assumed": self.assumed,
            "observations": self.observations,
            "levers": [setting.record() for setting in self.settings],
            "delays": [
                {
                    "years": delay.years,
                    "start": delay.start,
                    "reached": delay.reached,
                    "levers": [setting.record() for setting in delay.settings],
                }
                for delay in self.delays
            ],
        }

    def rows(self) -> list[dict[str, Any]]:
        """One row per lever and year by which the start is put off; magnitude is null without an answer."""
        context = {key: self.record()[key] for key in ("plan", "scenario", "as_of", "indicator", "by", "probability")}
        now = [(0, self.reached, setting) for setting in (*self.settings, *(() if self.settings else (None,)))]
        later = [(delay.years, delay.reached, one) for delay in self.delays for one in (delay.settings or (None,))]
        return [
            {
                **context,
                "delay": years,
                "lever": setting.lever if setting else None,
                "magnitude": setting.magnitude if setting and not (self.refusal and years == 0) else None,
                "unit": setting.unit if setting else None,
                "start": setting.start if setting else None,
                "reached": reached,
                "refusal": self.refusal,
            }
            for years, reached, setting in (*now, *later)
        ]
