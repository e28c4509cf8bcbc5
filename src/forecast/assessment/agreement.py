"""How far the methods of the pace agree on a target, and why each that differs does.

The reason is found by trial: one trait of the differing method after another is exchanged for that of a method of the
other side, and the first exchange that turns its verdict is the reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from forecast.assessment.escap import rising_weights
from forecast.assessment.evidence import Evidence, Point
from forecast.assessment.rates import fit_line
from forecast.assessment.verdict import Method, Traits, Verdict
from forecast.schema.language import N_

#: Traits in the order in which they are tried.
TRIED = ("base", "since", "needed", "estimate", "growth", "compared", "enough")
#: What a differing trait is told as, by its value in the method that differs.
REASONS = {
    ("base", ""): N_("it counts from another base"),
    ("since", ""): N_("it looks at another window of years"),
    ("needed", "from today"): N_("it takes the required pace from the last value, others from the base"),
    ("needed", "from base"): N_("it takes the required pace from the base, others from the last value"),
    ("estimate", "two points"): N_("it joins two values, others fit a line to all"),
    ("estimate", "line"): N_("it fits a line to all values alike, others do not"),
    ("estimate", "weighted line"): N_("it fits a line in which recent values weigh more, others do not"),
    ("growth", "compound"): N_("it counts in percent a year, others in units"),
    ("growth", "linear"): N_("it counts in units a year, others in percent"),
    ("compared", "projection"): N_("it projects the value to the due date, others compare rates"),
    ("compared", "rates"): N_("it compares rates, others project the value to the due date"),
    ("enough", "more"): N_("its limit for on track is stricter"),
    ("enough", "less"): N_("its limit for on track is less strict"),
}
OWN_RULE = N_("a rule of its own decides")
SEVERAL = N_("several differences together")


@dataclass(frozen=True)
class Agreement:
    """Methods of the pace for and against a target.

    Attributes
    ----------
    favourable, unfavourable : tuple of str
        Ids of the methods that call it met or on track, and of those that do not.
    silent : tuple of str
        Ids of the methods of the pace that do not apply, or only repeat another window of the same method.
    reasons : mapping
        Method of the smaller side → why it differs, in English; with equal sides those that call it on track differ.
    """

    favourable: tuple[str, ...]
    unfavourable: tuple[str, ...]
    silent: tuple[str, ...]
    reasons: Mapping[str, str]

    @property
    def counted(self) -> int:
        """Methods that judge."""
        return len(self.favourable) + len(self.unfavourable)

    @property
    def majority(self) -> bool:
        """Whether more than half of the methods call it met or on track."""
        return len(self.favourable) > len(self.unfavourable)


@dataclass(frozen=True)
class Setting:
    """All that a verdict on the pace depends on, edge rules apart: traits, the base, and where the window begins."""

    traits: Traits
    base: Point
    since: Point


def weigh(evidence: Evidence, verdicts: Sequence[tuple[Method, Verdict]]) -> Agreement:
    """Count the methods of the pace for and against a target, and say why the smaller side differs."""
    found = [(method, verdict, _counts(method, verdict, verdicts)) for method, verdict in verdicts if method.traits]
    sides = {side: [(m, v) for m, v, good in found if good is side] for side in (True, False)}
    smaller = len(sides[True]) > len(sides[False])
    few, many = sides[not smaller], sides[smaller]
    return Agreement(
        favourable=tuple(method.id for method, _ in sides[True]),
        unfavourable=tuple(method.id for method, _ in sides[False]),
        silent=tuple(method.id for method, _, good in found if good is None),
        reasons={method.id: explain(evidence, method, verdict, many) for method, verdict in few} if many else {},
    )


def explain(evidence: Evidence, method: Method, verdict: Verdict, others: Sequence[tuple[Method, Verdict]]) -> str:
    """Say which trait makes a method differ from the others: the first whose exchange turns its verdict."""
    own = setting_of(method, verdict)
    good = method.label(verdict).favourable
    if own is None or says_on_track(own, evidence) is not good:
        return OWN_RULE
    settings = [other for other in (setting_of(*pair) for pair in others) if other is not None]
    settings = [other for other in settings if says_on_track(other, evidence) is (not good)]
    for other in sorted(settings, key=lambda other: len(list_differences(own, other))):
        for name in list_differences(own, other):
            if says_on_track(exchange(own, other, name), evidence) is (not good):
                return tell(name, own.traits, other.traits)
    return SEVERAL if settings else OWN_RULE


def _counts(method: Method, verdict: Verdict, verdicts: Sequence[tuple[Method, Verdict]]) -> bool | None:
    """Whether a verdict counts for or against; None where it does not apply, or repeats the one before it.

    Two windows of one method that begin at one value, as in a short history, are one voice.
    """
    for other, before in verdicts:
        if other is method:
            break
        if other.source == method.source and before.base == verdict.base and before.latest == verdict.latest:
            return None
    return method.label(verdict).favourable


def list_differences(own: Setting, other: Setting) -> list[str]:
    """List the traits in which two settings differ, in the order in which they are tried."""
    return [name for name in TRIED if exchange(own, other, name) != own]


def tell(name: str, own: Traits, other: Traits) -> str:
    """Tell in which way a trait differs."""
    if name in ("base", "since"):
        return REASONS[name, ""]
    if name == "enough":
        return REASONS[name, "more" if own.enough > other.enough else "less"]
    return REASONS[name, getattr(own, name)]


def setting_of(method: Method, verdict: Verdict) -> Setting | None:
    """Give the setting of a verdict; None where it has no base."""
    if method.traits is None or verdict.base is None:
        return None
    return Setting(method.traits, verdict.base, verdict.since or verdict.base)


def exchange(own: Setting, other: Setting, name: str) -> Setting:
    """Take one trait from another setting; a window that began at the base moves with it."""
    if name == "base":
        return replace(own, base=other.base, since=other.base if own.since == own.base else own.since)
    if name == "since":
        return replace(own, since=other.since)
    return replace(own, traits=replace(own.traits, **{name: getattr(other.traits, name)}))


def says_on_track(setting: Setting, evidence: Evidence) -> bool | None:
    """Say whether a target is on track under a setting, edge rules apart; None where it cannot be computed."""
    traits, target, due = setting.traits, evidence.target.value, evidence.due_time
    if target is None or due is None or not evidence.judged:
        return None
    latest = evidence.judged[-1]
    values = (setting.base.value, setting.since.value, latest.value, target)
    if traits.growth == "compound" and max(values) < 0:
        turned = replace(setting, base=setting.base.mirrored(), since=setting.since.mirrored())
        return says_on_track(turned, evidence.mirrored())
    if traits.growth == "compound" and min(values) <= 0:
        return None
    path = _observed(setting, evidence, latest)
    if path is None:
        return None
    if traits.compared == "projection":
        return _projects_enough(setting, evidence, path[1] + path[0] * due)
    return _keeps_pace(setting, evidence, path[0])


def _projects_enough(setting: Setting, evidence: Evidence, at_due: float) -> bool | None:
    """Whether the value projected to the due date, on the scale of the growth, makes enough of the way."""
    base, target = setting.base.value, cast(float, evidence.target.value)
    projected = math.exp(at_due) if setting.traits.growth == "compound" else at_due
    if evidence.direction * (projected - target) >= 0:
        return True
    return None if target == base else _reaches((projected - base) / (target - base), setting.traits.enough)


def _keeps_pace(setting: Setting, evidence: Evidence, observed: float) -> bool | None:
    """Whether the observed change a year, on the scale of the growth, is enough of the needed one."""
    traits, target, due = setting.traits, cast(float, evidence.target.value), cast(float, evidence.due_time)
    start = setting.base if traits.needed == "from base" else evidence.judged[-1]
    if due <= start.time:
        return None
    scaled = math.log if traits.growth == "compound" else float
    needed = (scaled(target) - scaled(start.value)) / (due - start.time)
    if traits.growth == "compound":
        observed, needed = math.expm1(observed), math.expm1(needed)
    if needed * evidence.direction <= 0:  # nothing is left to do from there
        return None
    return _reaches(observed / needed, traits.enough)


def _reaches(share: float, enough: float) -> bool:
    """Whether a share reaches a limit, to the digits that a fitted line keeps."""
    return round(share, 9) >= enough


def _observed(setting: Setting, evidence: Evidence, latest: Point) -> tuple[float, float] | None:
    """Observed path on the scale of the growth, as a line: its slope a year, and where it stands at time 0."""
    scaled = math.log if setting.traits.growth == "compound" else float
    if setting.traits.estimate == "two points":
        years = latest.time - setting.since.time
        if years <= 0:
            return None
        slope = (scaled(latest.value) - scaled(setting.since.value)) / years
        return slope, scaled(latest.value) - slope * latest.time
    points = evidence.judged
    if setting.traits.growth == "compound" and min(point.value for point in points) <= 0:
        return None
    weights = rising_weights(points) if setting.traits.estimate == "weighted line" else None
    return fit_line([point.time for point in points], [scaled(point.value) for point in points], weights)
