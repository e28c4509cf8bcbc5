"""The question of what it would take, from the scenario to the answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import count

from forecast.errors import ScenarioError
from forecast.plans.model import Target
from forecast.scenarios import Scenario
from forecast.scenarios.model import Change
from forecast.schema.draws import SAME_TIME, Path
from forecast.schema.periods import PER_YEAR, Period
from forecast.seek.answer import Answer, Delay, Refusal
from forecast.seek.levers import begin, leave_out, make_changes, move, postpone, put_off, size_up
from forecast.seek.solve import Goal, Solution, solve
from forecast.study import Bench

#: Later starts of which the cost is told unless another number is asked for.
DELAYS = 3


def seek(
    bench: Bench,
    scenario: str | Scenario,
    indicator: str,
    probability: float = 0.8,
    *,
    lever: str | None = None,
    levers: Mapping[str, float] | None = None,
    by: Period | None = None,
    delays: int = DELAYS,
) -> Answer:
    """Find the least that gives a probability of meeting an indicator's last target at its due date.

    Effort counts from a lever's neutral magnitude: 0 of `add` and `close_gap`, 1 of `multiply`. A growth and a level
    have none: there it counts from what the forecast does by itself, its pace up to the due date or its median at the
    start; for a cap, from the highest draw. A forecast that reaches the probability by itself takes no effort; of a
    growth and a level the answer is then how little would still be enough.

    Parameters
    ----------
    bench : Bench
        Plan as known on a date.
    scenario : str or Scenario
        What else is changed; where it moves a lever that is sought, only the dates and the profile of that count.
    probability : float
        Above 0 and below 1.
    lever : str, optional
        Lever to move. Without any: the pace of the indicator from the first period forecast on, in its unit a year, in
        place of any growth, level or hold that the scenario gives it.
    levers : mapping of str to float, optional
        Several levers, and the weight of each: twice the weight moves half as far.
    by : Period, optional
        Another due date, in place of the bench's own.
    delays : int
        Later starts of which the cost is told, a year apart.

    Raises
    ------
    ForecastError
        If the indicator, the scenario or a lever is unknown, or what is asked makes no sense. A question without an
        answer raises nothing: see `Answer.refusal`.
    """
    weights = _weigh(probability, lever, levers)
    bench = bench if by is None or by == bench.by else replace(bench, by=by, forecasts={})
    bench.plan.only(indicator)  # refuses an unknown one
    wanted = bench.scenario(scenario) if isinstance(scenario, str) else scenario
    changes = make_changes(wanted, bench.plan, indicator, tuple(weights))
    unmoved = leave_out(wanted, indicator, tuple(weights))
    trial = bench.trial(unmoved, indicator)
    paths, target = trial.run(unmoved).paths, trial.target
    answer = Answer(bench.plan.id, wanted.id, bench.as_of, indicator, target, probability, unmoved, tuple(weights))
    if reason := _refuse(target, paths.get(indicator), bench):
        return replace(answer, refusal=reason, following=find_next_due(target, paths.get(indicator), bench))
    assert target is not None
    path = paths[indicator]
    goal = Goal(trial, target, unmoved, paths, count_needed(probability, path.draws.shape[0]))
    answer = replace(answer, before=goal.now.probability, assumed=path.assumed, observations=path.observations)
    return _complete(answer, goal, changes, weights, delays)


def _weigh(probability: float, lever: str | None, levers: Mapping[str, float] | None) -> dict[str, float]:
    """Weights of the levers sought; none for the pace."""
    if not 0 < probability < 1:
        raise ScenarioError(f"a probability of {probability:g} cannot be sought; write a share such as 0.8 for 80%")
    if lever and levers:
        raise ScenarioError("name one lever, or several with their weights, not both")
    weights = {lever: 1.0} if lever else dict(levers or {})
    for name, weight in weights.items():
        if not (weight > 0 and math.isfinite(weight)):
            raise ScenarioError(f"the weight of lever '{name}' is {weight:g}; write a number above 0")
    return weights


def count_needed(probability: float, draws: int) -> int:
    """Count the draws that make a probability; 0.8 of 4,000 are 3,200, whatever the product's last digit."""
    return math.ceil(probability * draws - 1e-9)


def _refuse(target: Target | None, path: Path | None, bench: Bench) -> Refusal | None:
    """Say why a question has no answer whatever is moved; None when it may have one."""
    if target is None:
        return "no_target"
    if target.past(bench.as_of):
        return "past"
    if path is None:
        return "no_forecast"
    assert target.period is not None
    return "observed" if path.at(target.period) is None else None


def find_next_due(target: Target | None, path: Path | None, bench: Bench) -> Period | None:
    """Find the first due date to ask about that has neither passed nor been observed; None without a target."""
    if target is None or target.period is None:
        return None
    period = target.period
    observed = path.origin.time(path.measure) + SAME_TIME if path else -math.inf
    while period.end <= bench.as_of or (path is not None and period.time(path.measure) <= observed):
        period = _following(period)
    return period


def _following(period: Period) -> Period:
    """The next period of its kind; the same day a year later, or the year after a span."""
    if period.kind in PER_YEAR:
        return period + 1
    return put_off(period, 1) if period.kind == "date" else Period.parse(str(period.end.year + 1))


def _complete(
    answer: Answer, goal: Goal, changes: Sequence[Change], weights: Mapping[str, float], later: int
) -> Answer:
    """Look for the answer, and for what delay costs."""
    solution = _solve(goal, changes, weights)
    if solution is None:
        return replace(answer, refusal="no_effect", reached=answer.before)
    delays: tuple[Delay, ...] = ()
    if solution.enough and not answer.already:
        delays = tuple(_delay(goal, changes, weights, solution, as_of=answer.as_of, later=later))
    settings = solution.settings
    sought = [one.change for one in solution.route.sought]
    return replace(
        answer,
        settings=settings,
        reached=solution.shot.probability,
        refusal=None if solution.enough else "out_of_reach",
        delays=delays,
        rising=solution.rising,
        moved=move(goal.unmoved, sought, [setting.magnitude for setting in settings]),
    )


def _solve(
    goal: Goal, changes: Sequence[Change], weights: Mapping[str, float], like: Solution | None = None
) -> Solution | None:
    """Size up what is sought on the paths with nothing moved, and find the least effort."""
    assert goal.target.period is not None
    due = goal.target.period.time(goal.paths[goal.trial.indicator].measure)
    levers = goal.trial.plan.levers
    sized = [
        size_up(
            change, goal.paths[change.on], due, levers.get(change.lever or ""), weights.get(change.lever or "", 1.0)
        )
        for change in changes
        if change.on in goal.paths
    ]
    sought = [one for one in sized if one is not None]
    return solve(goal, sought, like) if sought else None


def _delay(
    goal: Goal, changes: Sequence[Change], weights: Mapping[str, float], now: Solution, *, as_of: date, later: int
) -> Iterator[Delay]:
    """Ask again with later starts that have not passed, up to the first that is too late."""
    known = [change for change in changes if change.on in goal.paths]
    first = min(begin(change, goal.paths[change.on]) for change in known)
    gone = next(years for years in count() if put_off(first, years).end > as_of)
    for years in range(max(1, gone), max(1, gone) + later):
        put_later = [postpone(change, goal.paths[change.on], years) for change in known]
        solution = _solve(goal, put_later, weights, now)
        if solution is None or not solution.enough:
            yield Delay(years, put_off(first, years).text)
            return
        yield Delay(years, put_off(first, years).text, solution.settings, solution.shot.probability)
