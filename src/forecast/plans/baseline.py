"""Starting values that a plan prints, and the levels that changes of them lead to."""

from __future__ import annotations

from functools import lru_cache

from forecast.plans.grammar import parse_target
from forecast.plans.model import Indicator, Plan, Target


def baseline_value(plan: Plan, indicator: Indicator) -> float | None:
    """Number that the plan prints as its start value, if it is one."""
    if indicator.baseline is None:
        return None
    return _read(indicator.baseline.words, plan.source_language)


@lru_cache(maxsize=1024)
def _read(words: str, language: str) -> float | None:
    return parse_target(words, language).value


def changed_value(target: Target, start: float | None) -> float | None:
    """Level that a change of a known start value leads to: relative in percent, or in points."""
    if target.kind != "change" or target.change is None or start is None:
        return None
    return start + target.change if "points" in target.reading else start * (1 + target.change / 100)
