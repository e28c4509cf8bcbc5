"""The headline of a report: how the targets stand, what their forecasts rest on, what the scenario changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from forecast.assessment.chances import describe
from forecast.assessment.evidence import gather
from forecast.assessment.outlook import outlook_row
from forecast.reporting.cases import Case, Commitment, cases
from forecast.reporting.text import moved_label
from forecast.reporting.voice import Voice
from forecast.study import Study

#: Class of a probability that says neither likely nor unlikely.
EVEN = "about_as_likely_as_not"
#: Indicators told of in the headline of a scenario.
TOLD = 3
Followed = Sequence[tuple[Case, Commitment]]


def headline(study: Study, language: str) -> str:
    """Say in a few sentences how the targets of a study stand."""
    voice = Voice.of(study, language)
    found = cases(study)
    followed = [(case, item) for case in found for item in case.commitments]
    if followed and all(item.target.kind == "text" for _case, item in followed):
        return _intentions(len(followed), voice)
    _ = voice.translate
    stands = "; ".join(part for part in _tally(followed, voice) if part) or _("no target to follow")
    said = [stands, *_rests(followed, voice), *_assumptions(found, voice), *_changes(study, found, voice)]
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in said)


def _intentions(count: int, voice: Voice) -> str:
    return voice.counted(
        "{n} intention followed in words; the plan sets no target in numbers.",
        "{n} intentions followed in words; the plan sets no target in numbers.",
        count,
    )


def _tally(followed: Followed, voice: Voice) -> list[str]:
    status = Counter(_kind(item) for _case, item in followed)
    chances = [item.probability for _case, item in followed if item.probability is not None]
    return [*_share(chances, voice), *_past(status, voice), *_without(status, voice)]


def _past(status: Counter[str], voice: Voice) -> Iterator[str]:
    if met := status["met"]:
        yield voice.counted("{n} target met", "{n} targets met", met)
    if missed := status["missed"]:
        yield voice.counted("{n} target missed", "{n} targets missed", missed)
    if lost := status["no_value"]:
        yield voice.counted(
            "{n} target has passed, no published result found",
            "{n} targets have passed, no published result found",
            lost,
        )


def _without(status: Counter[str], voice: Voice) -> Iterator[str]:
    if count := status["no_data"]:
        yield voice.counted(
            "{n} target without the data for a forecast", "{n} targets without the data for a forecast", count
        )
    if count := status["words"]:
        yield voice.counted("{n} target followed in words or dates", "{n} targets followed in words or dates", count)


def _share(chances: Sequence[float], voice: Voice) -> Iterator[str]:
    """Say how many of the forecast targets are likely to be met, on the scale of all sentences, and how many even."""
    even = sum(describe(chance).key == EVEN for chance in chances)
    likely = sum(chance > 0.5 and describe(chance).key != EVEN for chance in chances)
    if len(chances) == 1:
        yield _only(likely, even, voice)
    elif chances:
        yield _likely(likely, len(chances), voice)
        if even:
            yield voice.counted(
                "{n} is about as likely as not to be met", "{n} are about as likely as not to be met", even
            )


def _only(likely: int, even: int, voice: Voice) -> str:
    _ = voice.translate
    if even:
        return _("the one forecast target is about as likely as not to be met")
    if likely:
        return _("the one forecast target is likely to be met")
    return _("the one forecast target is unlikely to be met")


def _likely(likely: int, total: int, voice: Voice) -> str:
    _ = voice.translate
    if likely == 0:
        return _("none of the {total} forecast targets is likely to be met").format(total=total)
    return voice.counted(
        "{n} of {total} forecast targets is likely to be met",
        "{n} of {total} forecast targets are likely to be met",
        likely,
        total=total,
    )


def _kind(item: Commitment) -> str:
    """Where a target counts in the headline."""
    if item.status in ("met", "missed", "no_value"):
        return item.status
    if item.target.kind in ("date", "text"):
        return "words"
    return "forecast" if item.probability is not None else "no_data"


def _rests(followed: Followed, voice: Voice) -> Iterator[str]:
    """Say how many forecasts rest on little: one observation, an assumption, a proposed identification."""
    _ = voice.translate
    open_ = [(case, item) for case, item in followed if item.probability is not None]
    counts = (
        (_("one observation: {n}"), sum(case.single for case, _item in open_)),
        (_("an assumption: {n}"), sum(item.assumed for _case, item in open_)),
        (_("a proposed identification: {n}"), sum(case.identified for case, _item in open_)),
    )
    parts = [said.format(n=count) for said, count in counts if count]
    if parts:
        yield _("forecasts that rest on {parts}").format(parts=_("; on ").join(parts))


def _assumptions(found: Sequence[Case], voice: Voice) -> Iterator[str]:
    if count := sum(case.values_assumed for case in found):
        yield voice.counted(
            "{n} indicator rests on an assumed starting value",
            "{n} indicators rest on an assumed starting value",
            count,
        )


def _changes(study: Study, found: Sequence[Case], voice: Voice) -> Iterator[str]:
    """Compare the chances of what the scenario changes with those of the baseline."""
    scenario = study.scenario
    named = [*(change.on for change in scenario.changes), *scenario.targets, *scenario.assumptions]
    touched = [case for name in dict.fromkeys(named) for case in found if case.name == name]
    if not touched:
        return
    before = baseline_chances(study)
    said = [_compared(case, case.leading, before, voice) for case in touched if case.leading]
    if parts := [part for part in said if part][:TOLD]:
        _ = voice.translate
        yield _("under this scenario: {parts}").format(parts="; ".join(parts))


def baseline_chances(study: Study) -> dict[tuple[str, str | None], float | None]:
    """Probabilities of the scenario's own targets on the paths of the baseline, by indicator and due date."""
    found = gather(study.plan, study.observed, study.baseline, study.as_of)
    return {(one.name, one.target.due): outlook_row(one, None).get("probability") for one in found}


def _compared(
    case: Case, item: Commitment, before: dict[tuple[str, str | None], float | None], voice: Voice
) -> str | None:
    """`name: 24% (baseline: 19%)`; only a target moved leaves the baseline's chance as it is."""
    if item.probability is None:
        return None
    _ = voice.translate
    reference = before.get((case.name, item.target.due))
    known = any(value.status != "assumed" for value in case.used)
    shown = voice.probability(reference) if reference is not None and known else _("no forecast")
    told = {"name": voice.text(case.indicator.name), "chance": voice.probability(item.probability)}
    said = _("{name}: {chance}").format(**told)
    if case.forced or not known:
        said = _("{name}: {chance} (baseline: {reference})").format(**told, reference=shown)
    return ", ".join(part for part in (said, moved_label(item.target, voice)) if part)
