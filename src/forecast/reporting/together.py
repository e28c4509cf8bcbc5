"""The plan as a whole: its targets together, and what a reader of the plan should know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forecast.assessment.audit import Finding, Part
from forecast.assessment.portfolio import Joint, Portfolio
from forecast.assessment.statcan import LABELS as STATCAN_LABELS
from forecast.reporting.boards import words_of
from forecast.reporting.cases import cases
from forecast.reporting.markup import Html, bullets, element, paragraphs, part
from forecast.reporting.voice import Voice
from forecast.schema.language import format_number
from forecast.study import Study


def together(study: Study, language: str) -> Html:
    """All targets of a plan together, and the plan looked over."""
    voice = Voice.of(study, language)
    _ = voice.translate
    said = portfolio_sentences(study, voice)
    content = [element("h2", _("The plan as a whole")), paragraphs(said)]
    content += [element("h3", _("What a reader of the plan should know")), bullets(list(audit_sentences(study, voice)))]
    return part("section", content, language)


def portfolio_sentences(study: Study, voice: Voice) -> list[str]:
    """Say how many targets are expected to be met, what they rest on, and how likely it is that all are."""
    _ = voice.translate
    portfolio = study.assessment.portfolio
    said = list(_joint(portfolio, portfolio.last, voice)) if portfolio.last else []
    said[1:1] = _resting(study, voice)
    if portfolio.reason:
        said.append(_("Nothing to count: {reason}.").format(reason=_(portfolio.reason)))
    if portfolio.status is not None and portfolio.score is not None:
        aggregate = voice.counted(
            "Aggregated as Statistics Canada does: {label}, mean score {score} (from −5 to 5) over {n} target.",
            "Aggregated as Statistics Canada does: {label}, mean score {score} (from −5 to 5) over {n} targets.",
            portfolio.scored,
            label=words_of(STATCAN_LABELS[portfolio.status], voice),
            score=voice.signed(portfolio.score, 1),
        )
        said.append(aggregate)
    return said


def _joint(portfolio: Portfolio, joint: Joint, voice: Voice) -> Iterator[str]:
    _ = voice.translate
    if joint.targets == 1:
        yield _("Only one target has a forecast: there is nothing to add up.")
        return
    low, high = (int(np.searchsorted(np.cumsum(joint.dependent.pmf), level)) for level in (0.1, 0.9))
    yield voice.counted(
        "Of {targets} targets with a forecast, the last one of each indicator, {expected} is expected to be met"
        " (80% interval: {low} to {high}).",
        "Of {targets} targets with a forecast, the last one of each indicator, {expected} are expected to be met"
        " (80% interval: {low} to {high}).",
        round(joint.dependent.expected, 1),
        targets=joint.targets,
        expected=format_number(joint.dependent.expected, voice.language, 1),
        low=low,
        high=high,
    )
    yield _("That all are met is {all}; that at least half are, {half}.").format(
        all=voice.chance(joint.dependent.all_met), half=voice.chance(joint.dependent.half_met)
    )
    yield _(
        "Indicators share their luck: their outcomes are correlated by {rho}, as measured on public indicators of one"
        " source; that a shock moves all of them to the same side is our assumption. Were they independent, these"
        " probabilities would be {all} and {half}."
    ).format(
        rho=format_number(portfolio.dependence.rho, voice.language, 2),
        all=voice.share(joint.independent.all_met),
        half=voice.share(joint.independent.half_met),
    )


def _resting(study: Study, voice: Voice) -> Iterator[str]:
    """Say how many of the counted targets rest on what is assumed or proposed."""
    counted = {one.indicator for one in study.assessment.portfolio.counted}
    found = [case for case in cases(study) if case.name in counted]
    if resting := sum(case.identified or any(item.assumed for item in case.commitments) for case in found):
        yield voice.counted(
            "{n} of these forecasts rests on an assumption or a proposed identification.",
            "{n} of these forecasts rest on an assumption or a proposed identification.",
            resting,
        )


def audit_sentences(study: Study, voice: Voice) -> Iterator[str]:
    """Say what the plan lacks, which targets are met at the start, out of reach or lost in the noise, and its mark."""
    _ = voice.translate
    audit = study.assessment.audit
    yield from _missing_years(audit.of("no_yearly_target"), study, voice)
    yield from (finding_sentence(one, study, voice) for one in audit.findings if one.kind != "no_yearly_target")
    if audit.of("never_achieved") or audit.of("rarely_achieved"):
        yield _("No similar public indicator follows a deployment, which may go faster than what they measure.")
    quality = audit.quality
    said = _(
        "Quality mark of the plan on Québec’s performance dashboard: between {low} and {high} of 100, as only {share}"
        " of it can be recomputed."
    ).format(
        low=format_number(quality.low, voice.language, 0),
        high=format_number(quality.high, voice.language, 0),
        share=voice.probability(quality.recomputed / 100),
    )
    yield " ".join([said, *(part_sentence(one, voice) for one in quality.parts)])


def _missing_years(findings: Sequence[Finding], study: Study, voice: Voice) -> Iterator[str]:
    """Say which years have no target, once for all indicators that lack the same."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for one in findings:
        groups.setdefault(one.periods, []).append(study.plan.indicators[str(one.indicator)].number)
    for years, numbers in groups.items():
        yield voice.counted(
            "No target for {years}: indicator {numbers}.",
            "No target for {years}: indicators {numbers}.",
            len(numbers),
            years=", ".join(voice.period(year) for year in years),
            numbers=", ".join(numbers),
        )


def part_sentence(one: Part, voice: Voice) -> str:
    """Say what one part of the quality mark is, or why it is not known."""
    _ = voice.translate
    names = {
        "plan_produced": _("indicators with a target"),
        "yearly_targets": _("indicators with a target for every year"),
        "result_indicators": _("share of result indicators"),
        "indicator_quality": _("quality of indicators and targets"),
        "not_listed": _("part that is not listed"),
    }
    weight = f"{format_number(one.weight, voice.language, 0)}{voice.percent_sign}"
    head = f"{names[one.id][0].upper()}{names[one.id][1:]} ({weight}){voice.colon}"
    if one.share is not None:
        share = f"{format_number(100 * one.share, voice.language, 0)}{voice.percent_sign}"
        mark = _("mark {mark}").format(mark=format_number(one.low, voice.language, 0))
        if one.low != one.high:
            mark = _("mark {low} or {high}").format(
                low=format_number(one.low, voice.language, 0), high=format_number(one.high, voice.language, 0)
            )
        why = f" ({_(one.reason)})" if one.reason else ""
        return f"{head} {share}, {mark}{why}."
    return f"{head} {_('not recomputed')} ({_(one.reason or '')})."


def finding_sentence(finding: Finding, study: Study, voice: Voice) -> str:
    """Say one thing that was found in a plan."""
    _ = voice.translate
    indicator = study.plan.indicators[str(finding.indicator)]
    name = f"{indicator.number}. {voice.text(indicator.name)}"
    due = voice.period(finding.due) if finding.due else ""
    figures = finding.figures
    match finding.kind:
        case "no_target":
            said = _("{name}: no target.")
        case "met_at_start":
            said = _("{name}: the target due {due} was already met at the start ({base}).")
        case "never_achieved":
            said = _("{name}: none of {indicators} similar public indicators ever achieved what is planned by {due}.")
        case "rarely_achieved":
            said = _(
                "{name}: in fewer than 1% of the stretches of years of {indicators} similar public indicators was what"
                " is planned by {due} achieved."
            )
        case _:
            said = _(
                "{name}: ordinary variation is so large that success by {due} could not be told from chance; planned"
                " change {planned}, smallest one that stands out {detectable}."
            )
    return said.format(
        name=name,
        due=due,
        base=_amount(figures.get("base"), indicator.unit, voice),
        indicators=format_number(figures.get("indicators", 0), voice.language),
        planned=_difference(figures.get("planned"), indicator.unit, voice),
        detectable=_difference(figures.get("detectable"), indicator.unit, voice),
    )


def _amount(value: float | None, unit: str | None, voice: Voice) -> str:
    return "" if value is None else voice.quantity(value, unit, exact=True)


def _difference(value: float | None, unit: str | None, voice: Voice) -> str:
    return "" if value is None else voice.difference(value, unit)
