"""One result type for every official method: its class in the method's own words, and what the class rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from forecast.assessment.evidence import Evidence, Point
from forecast.schema.language import N_, Language, Text

#: What a method judges. Only those of the pace say "on track", and only they are counted for and against.
Question = Literal["pace", "level", "change", "result", "process"]
NOT_APPLICABLE = "not_applicable"
#: A ratio that lacks no more to a limit is on it: 0.95 computed in binary may come out a hair below.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Label:
    """A class in the words of the method.

    Attributes
    ----------
    fr, en : str
        Words of the class in each language.
    symbol : str
        Sign of the class, so that colour is never needed.
    favourable : bool or None
        Whether it means met or on track; None where the class says neither.
    ours : tuple of {'fr', 'en'}
        Languages in which the method publishes no label, so that the words are our translation.
    """

    fr: str
    en: str
    symbol: str
    favourable: bool | None = None
    ours: tuple[Language, ...] = ()


@dataclass(frozen=True)
class Traits:
    """How a method of the pace looks, so that it can be said why two of them differ.

    Attributes
    ----------
    growth : {'compound', 'linear'}
        Whether it thinks in percent or in units a year.
    estimate : {'two points', 'line', 'weighted line'}
        Whether the observed pace joins two values or is fitted to all of them.
    needed : {'from base', 'from today'}
        Where the required pace starts.
    compared : {'rates', 'projection'}
        Whether rates are compared, or the projected value with the target.
    enough : float
        Share of what is required from which it says on track.
    """

    growth: Literal["compound", "linear"]
    estimate: Literal["two points", "line", "weighted line"]
    needed: Literal["from base", "from today"]
    compared: Literal["rates", "projection"]
    enough: float


@dataclass(frozen=True)
class Verdict:
    """What one method says of one target.

    Attributes
    ----------
    key : str
        Class, a key of the method's labels, or `not_applicable`.
    rule : str
        Rule that decided, edge rules included, in English; reports translate it.
    ratio : float or None
        What is compared with the limits of the classes, such as observed over required pace.
    distance : float or None
        What `ratio` lacks to the next better class; None in the best one, and where no ratio decided.
    base, latest : Point or None
        Values that the method compares.
    since : Point or None
        Where the window of the observed pace begins, when that is not the base.
    chosen : str or None
        How the base was chosen, in English.
    reason : str or None
        Why the method does not apply.
    """

    key: str
    rule: str
    ratio: float | None = None
    distance: float | None = None
    base: Point | None = None
    latest: Point | None = None
    since: Point | None = None
    chosen: str | None = None
    reason: str | None = None

    @property
    def crossed(self) -> str | None:
        """Period of a declared break between the values compared, which are then measured otherwise; None without."""
        first = self.since or self.base
        if first is None or self.latest is None or first.break_from == self.latest.break_from:
            return None
        return self.latest.break_from

    @property
    def applies(self) -> bool:
        """Whether the method says anything of this target."""
        return self.key != NOT_APPLICABLE


@dataclass(frozen=True)
class Method:
    """An official method: its name, its classes, its source, and the function that judges.

    Attributes
    ----------
    id : str
        As in column `method`.
    name : Text
        As a heading; short, in both languages.
    question : str
        What it judges.
    labels : mapping
        Classes from best to worst.
    source : str
        Document that defines it.
    judge : callable
        Evidence in, verdict out.
    traits : Traits or None
        Of the methods that judge the pace.
    """

    id: str
    name: Text
    question: Question
    labels: Mapping[str, Label]
    source: str
    judge: Callable[[Evidence], Verdict] = field(repr=False)
    traits: Traits | None = None

    def label(self, verdict: Verdict) -> Label:
        """Give the words of a verdict."""
        return self.labels.get(verdict.key, NO_LABEL)

    def row(self, evidence: Evidence, verdict: Verdict) -> dict[str, Any]:
        """Lay a verdict out as a row of the table *assessment*, plan and scenario left to the caller."""
        label, base, latest = self.label(verdict), verdict.base, verdict.latest
        return {
            "indicator": evidence.name,
            "due": evidence.target.due,
            "target": evidence.target.value if evidence.target.numeric else None,
            "method": self.id,
            "class": verdict.key,
            "label_fr": label.fr,
            "label_en": label.en,
            "symbol": label.symbol,
            "ratio": verdict.ratio,
            "distance": verdict.distance,
            "base_period": base.period.text if base else None,
            "base": base.value if base else None,
            "latest_period": latest.period.text if latest else None,
            "latest": latest.value if latest else None,
            "rule": verdict.rule,
            "reason": verdict.reason,
            "source": self.source,
            "question": self.question,
            "favourable": None if label.favourable is None else ("yes" if label.favourable else "no"),
            "translated": ",".join(label.ours) or None,
            "chosen": verdict.chosen,
            "since_period": verdict.since.period.text if verdict.since else None,
            "since": verdict.since.value if verdict.since else None,
            "assumed": any(point.assumed for point in (base, latest, verdict.since) if point),
            "break_from": verdict.crossed,
        }


NO_LABEL = Label("sans objet", "does not apply", "·")


def no_verdict(reason: str, evidence: Evidence | None = None) -> Verdict:
    """Say that a method does not apply, and why."""
    latest = evidence.judged[-1] if evidence is not None and evidence.judged else None
    return Verdict(NOT_APPLICABLE, N_("does not apply"), latest=latest, reason=reason)


def why_no_pace(evidence: Evidence, fewest: int = 2) -> str | None:
    """Say why no method of the pace can judge a target; None where it can."""
    target = evidence.target
    if not target.numeric:
        return N_("a target in words or a date has no pace; it is followed as a state")
    if evidence.direction == 0:
        return N_("a range or an exact value has no direction in which to progress")
    if target.period is None:
        return N_("the target has no due date")
    if not evidence.judged:
        return N_("no value is known")
    if len(evidence.judged) < fewest:
        return N_("only one value is known; a pace needs two")
    return None


def place(ratio: float, limits: Mapping[str, float], worst: str) -> tuple[str, float | None]:
    """Place a ratio among classes with lower limits, best first; its class and what it lacks to the next better one."""
    better: float | None = None
    for key, limit in limits.items():
        if ratio >= limit - ROUNDING:
            return key, None if better is None else better - ratio
        better = limit
    return worst, None if better is None else better - ratio
