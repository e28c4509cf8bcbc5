"""The assessment of a plan: the outlook of each target, what every official method says, and how far they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forecast.assessment.agreement import Agreement, weigh
from forecast.assessment.audit import Audit, audit
from forecast.assessment.chances import describe, why_extreme
from forecast.assessment.dates import Dates, spread_chances
from forecast.assessment.evidence import Evidence, Points, gather
from forecast.assessment.methods import METHODS
from forecast.assessment.outlook import outlook_row
from forecast.assessment.paces import Paces, paces
from forecast.assessment.portfolio import Portfolio, combine
from forecast.assessment.statcan import score
from forecast.assessment.verdict import Method, Verdict
from forecast.plans.model import Plan
from forecast.reference.achieved import Achieved, Share
from forecast.schema.draws import Trajectories
from forecast.schema.language import check_language
from forecast.schema.streams import Streams
from forecast.schema.tables import make_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Board:
    """One target and all that is said of it.

    Attributes
    ----------
    evidence : Evidence
        What is known of it.
    outlook : dict
        Its row of the table *outlook*.
    verdicts : tuple of (Method, Verdict)
        In the order of `METHODS`.
    agreement : Agreement
        How far the methods of the pace agree, and why some differ.
    paces : Paces or None
        Paces required and recent; None without a number to reach or a value to start from.
    share : Share or None
        How many similar public indicators ever achieved what is required.
    dates : Dates or None
        Probability by date; None without a forecast.
    before : Board or None
        The same of the target as it was before it was changed, so that both verdicts are seen.
    """

    evidence: Evidence
    outlook: dict[str, Any]
    verdicts: tuple[tuple[Method, Verdict], ...]
    agreement: Agreement
    paces: Paces | None
    share: Share | None
    dates: Dates | None
    before: Board | None = None


@dataclass(frozen=True)
class Assessment:
    """How the targets of a plan stand.

    Attributes
    ----------
    plan : Plan
        With its targets as they were assessed.
    boards : tuple of Board
        One per target, in the plan's order.
    """

    plan: Plan
    scenario: str
    as_of: date
    boards: tuple[Board, ...]
    rng: Streams
    achieved: Callable[[], Achieved | None]

    @cached_property
    def outlook(self) -> pd.DataFrame:
        """One row per target: probability, projected value, gap, paces, status."""
        head = {"plan": self.plan.id, "scenario": self.scenario, "as_of": self.as_of.isoformat()}
        return make_table("outlook", [head | board.outlook for board in self.boards])

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Table *assessment*, one row per target and official method."""
        head = {"plan": self.plan.id, "scenario": self.scenario}
        rows = [
            head | method.row(one.evidence, verdict) | {"version": version}
            for board in self.boards
            for version, one in versions(board)
            for method, verdict in one.verdicts
        ]
        return make_table("assessment", rows)

    def side_by_side(self, language: str = "en") -> pd.DataFrame:
        """Lay out the board: one row per target, one column per method with its class in the method's own words."""
        import pandas as pd

        kept = [
            "indicator",
            "due",
            "words",
            "status",
            "probability",
            "likelihood",
            "methods_on_track",
            "methods_counted",
        ]
        labels = [
            {method.id: vars(method.label(verdict))[check_language(language)] for method, verdict in board.verdicts}
            for board in self.boards
        ]
        return self.outlook[kept].join(pd.DataFrame(labels, columns=[method.id for method in METHODS], dtype="str"))

    @cached_property
    def chances(self) -> pd.DataFrame:
        """One row per target and forecast period: probability of meeting it then, and of having met it by then."""
        head = {"plan": self.plan.id, "scenario": self.scenario}
        rows = [
            head | {"indicator": board.evidence.name, "due": board.evidence.target.due} | row
            for board in self.boards
            if board.dates is not None
            for row in date_rows(board.dates)
        ]
        return make_table("chances", rows)

    @cached_property
    def portfolio(self) -> Portfolio:
        """All targets together."""
        evidence = [board.evidence for board in self.boards]
        return combine(evidence, self.rng, scores=[score(one) for one in evidence])

    @cached_property
    def audit(self) -> Audit:
        """The plan itself, looked over."""
        return audit(self.plan, [board.evidence for board in self.boards], self.achieved())


def assess(
    plan: Plan,
    observed: pd.DataFrame,
    trajectories: Trajectories,
    *,
    as_of: date,
    rng: Streams,
    achieved: Callable[[], Achieved | None] = lambda: None,
    methods: Sequence[Method] = METHODS,
    verdicts: bool = True,
    points: Points | None = None,
) -> Assessment:
    """Assess every target of a plan on what was observed and on the draws of a scenario.

    Parameters
    ----------
    plan : Plan
        With its targets as the scenario has them.
    observed : DataFrame
        Table *observations*.
    trajectories : Trajectories
        Draws of the indicators under the scenario.
    as_of : date
        Day on which it is looked at.
    rng : Streams
        Makes the shocks that the plan's indicators share.
    achieved : callable
        Gives what similar public indicators ever achieved, when it is first asked for; None where it is not at hand.
    methods : sequence of Method
        Official methods that judge.
    verdicts : bool
        Whether they do; without, only the outlook is known: status, probability, projected value, gap and paces.
    points : mapping, optional
        What `used_points` gives of the observations, where it is at hand.
    """
    found = gather(plan, observed, trajectories, as_of, points)
    boards = [make_board(evidence, achieved, methods) if verdicts else glance(evidence) for evidence in found]
    return Assessment(plan, trajectories.scenario, as_of, tuple(boards), rng, achieved)


def make_board(
    evidence: Evidence, achieved: Callable[[], Achieved | None] = lambda: None, methods: Sequence[Method] = METHODS
) -> Board:
    """Bring together what is said of one target."""
    verdicts = tuple((method, method.judge(evidence)) for method in methods)
    agreement, pace = weigh(evidence, verdicts), paces(evidence)
    share = find_share(evidence, pace, achieved)
    dates = spread_chances(evidence)
    outlook = outlook_row(evidence, dates) | pace_columns(pace, share) | agreement_columns(agreement)
    probability = outlook.get("probability")
    if probability is not None:
        outlook["likelihood"] = describe(probability).key
        outlook["extreme"] = why_extreme(probability, evidence, share.share if share else None)
    earlier = evidence.target.before
    before = make_board(replace(evidence, target=earlier), achieved, methods) if earlier is not None else None
    return Board(evidence, outlook, verdicts, agreement, pace, share, dates, before)


def glance(evidence: Evidence) -> Board:
    """Look at the outlook of one target alone."""
    return Board(evidence, outlook_row(evidence, None), (), Agreement((), (), (), {}), None, None, None)


def versions(board: Board) -> Iterator[tuple[str, Board]]:
    """Give the board of a target as it is, then of what it was before, the latest first."""
    yield "current", board
    earlier = board.before
    while earlier is not None:
        yield "before", earlier
        earlier = earlier.before


def find_share(evidence: Evidence, pace: Paces | None, achieved: Callable[[], Achieved | None]) -> Share | None:
    """Find how many similar indicators ever achieved what an open target requires."""
    if pace is None or pace.change is None or pace.from_latest is None or pace.from_latest.met:
        return None
    known = achieved()
    if known is None:
        return None
    values = [point.value for point in evidence.points]
    return known.share_of(evidence.indicator, values, pace.change, pace.from_latest.years)


def pace_columns(pace: Paces | None, share: Share | None) -> dict[str, Any]:
    """Lay out the paces that a target requires, from the base and from today, beside the recent one."""
    if pace is None:
        return {}
    base, today = pace.from_base, pace.from_latest
    return {
        "required_compound": today.compound if today else None,
        "required_logit": today.logit if today else None,
        "required_pace_base": base.linear if base else None,
        "required_compound_base": base.compound if base else None,
        "required_logit_base": base.logit if base else None,
        "pace_multiple": today.multiple if today else None,
        "pace_percentile": 1 - share.share if share else None,
        "share_done": pace.share_done,
        "share_elapsed": pace.share_elapsed,
    }


def agreement_columns(agreement: Agreement) -> dict[str, Any]:
    """Lay out how many methods of the pace call a target met or on track, and why some differ."""
    dissent = "; ".join(f"{method}: {reason}" for method, reason in agreement.reasons.items())
    return {
        "methods_on_track": len(agreement.favourable),
        "methods_counted": agreement.counted,
        "dissent": dissent or None,
    }


def date_rows(dates: Dates) -> Iterator[dict[str, Any]]:
    """Lay out probabilities by date."""
    for period, met, reached in zip(dates.periods, dates.met.tolist(), dates.reached.tolist(), strict=True):
        yield {"period": period.text, "probability": met, "probability_by": reached}
