"""What a scenario does beside its changes: recipes, judgment beside the unadjusted forecast, and driver trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from forecast.plans.magnitudes import Range, middle
from forecast.reporting.markup import Html, element
from forecast.reporting.voice import Voice
from forecast.scenarios.model import Course, Judgment
from forecast.scenarios.recipes.registry import RECIPES
from forecast.schema.draws import Path, Tree
from forecast.schema.language import format_exact, format_number
from forecast.schema.scales import Scale
from forecast.study import Study

#: Share of the moves of similar indicators below which an adjusted path is called unusually far.
SELDOM = 0.05
Founded = tuple[str, str, tuple[str, ...], str]


def course_sentence(course: Course, study: Study, voice: Voice) -> Founded:
    """Say which recipe an indicator follows, with its parameters."""
    _ = voice.translate
    recipe = RECIPES[course.recipe]
    titles = {one.name: voice.text(one.about) for one in recipe.parameters}
    given = "; ".join(f"{titles.get(name, name)}{voice.colon} {value}" for name, value in course.parameters.items())
    said = _("{name}: {recipe}").format(name=_name(course.on, study, voice), recipe=voice.text(recipe.title))
    text = f"{said} ({given})" if given else said
    reason = " ".join((voice.text(recipe.does), voice.text(course.reason)))
    return text, reason, course.source, _("assumption") if course.assumed else _("size from:")


def judgment_sentence(judgment: Judgment, study: Study, voice: Voice) -> Founded:
    """Say how an analyst adjusted an indicator, and what the forecast says without it."""
    _ = voice.translate
    item = study.plan.item(judgment.on)
    size = _("{low} to {high}") if isinstance(judgment.value, Range) else "{low}"
    ends = (judgment.value.low, judgment.value.high) if isinstance(judgment.value, Range) else (judgment.value,) * 2
    low, high = (f"{'+' if end > 0 else '−' if end < 0 else ''}{voice.difference(end, item.unit)}" for end in ends)
    said = _("{name}: adjusted by judgment, {size}, until {end}").format(
        name=_name(judgment.on, study, voice), size=size.format(low=low, high=high), end=voice.period(judgment.expires)
    )
    reason = " ".join([voice.text(judgment.reason), *_beside(judgment, study, voice)])
    return said, reason, judgment.source, _("judgment of an analyst")


def _beside(judgment: Judgment, study: Study, voice: Voice) -> Iterator[str]:
    """The forecast without judgment, and whether the adjusted path is beyond what similar indicators ever did."""
    _ = voice.translate
    plain = study.unadjusted.paths.get(judgment.on) if study.unadjusted else None
    adjusted = study.trajectories.paths.get(judgment.on)
    indicator = study.plan.indicators.get(judgment.on)
    targets = [target for target in indicator.targets if target.numeric and target.period] if indicator else []
    if plain is None or adjusted is None or not targets or targets[-1].period is None:
        return
    before, after = plain.at(targets[-1].period), adjusted.at(targets[-1].period)
    if before is None or after is None:
        return
    yield _("Without it, the target due {due} would be met with a probability of {before}; with it, {after}.").format(
        due=voice.due(targets[-1]),
        before=voice.probability(float(targets[-1].met_by(before).mean())),
        after=voice.probability(float(targets[-1].met_by(after).mean())),
    )
    years = targets[-1].period.time(plain.measure) - plain.origin.time(plain.measure)
    share = _share_as_far(judgment.on, plain, float(np.median(after)), years, study)
    if share is not None and share < SELDOM:
        said = _("Few moves were ever so large: {share} of those of similar public indicators in so many years.")
        yield said.format(share=voice.share(share))


def _share_as_far(name: str, path: Path, value: float, years: float, study: Study) -> float | None:
    """Share of the moves of similar indicators, 0 to 1, that went from here as far as a value in so many years."""
    known, item = study.assessment.achieved(), study.plan.item(name)
    if known is None:
        return None
    rows = study.observed[(study.observed["indicator"] == name) & study.observed["used"]]
    values = rows["value"].tolist()
    if not values:
        return None
    here, there = Scale.of(np.array([*values, value]), *item.bounds).forward(np.array([path.origin_value, value]))
    share = known.share_of(item, values, float(there - here), years, start=path.origin_value)
    return None if share is None else share.share


def tree_items(study: Study, voice: Voice) -> Iterator[Html]:
    """Say of each formula how it meets what was observed, and on which assumptions it rests."""
    for name, tree in study.trajectories.trees.items():
        if name in study.plan.indicators or tree.observed is not None:
            yield _tree_item(name, tree, study, voice)


def _tree_item(name: str, tree: Tree, study: Study, voice: Voice) -> Html:
    _ = voice.translate
    unit = study.plan.item(name).unit
    said = [_("Formula: {formula}.").format(formula=tree.formula)]
    if tree.missing:
        names = ", ".join(_name(one, study, voice) for one in tree.missing)
        said.append(_("It cannot be computed: nothing is known or assumed of {names}.").format(names=names))
    elif tree.factor is not None and tree.computed is not None and tree.observed is not None:
        reconciled = _(
            "At the last known value it gives {computed}, where {observed} was observed: it is multiplied by {factor}."
        )
        said.append(
            reconciled.format(
                computed=voice.quantity(tree.computed, unit),
                observed=voice.quantity(tree.observed, unit, exact=True),
                factor=format_number(tree.factor, voice.language, 2),
            )
        )
    elif tree.observed is not None:
        said.append(_("At the last known value it has none, or zero: it could not be compared with what was observed."))
    else:
        said.append(_("No value is known to reconcile it with: the formula itself is the forecast."))
    if tree.undefined:
        share = voice.probability(tree.undefined)
        said.append(_("In {share} of the draws it has no value; they keep their own forecast.").format(share=share))
    assumed = [_assumed_sentence(one, study, voice) for one in _assumed_drivers(name, study)]
    head = element("strong", _name(name, study, voice)).text
    return Html("<br>".join([f"{head} {' '.join(said)}", *assumed]))


def _assumed_drivers(name: str, study: Study) -> list[str]:
    """Drivers below a formula whose value is assumed by the plan."""
    paths = study.trajectories.paths
    return sorted(one for one in study.plan.named_by(name) if one in paths and "assumed" in paths[one].notes)


def _assumed_sentence(name: str, study: Study, voice: Voice) -> str:
    _ = voice.translate
    side = study.plan.drivers[name]
    assert side.assumed is not None
    value: Any = side.assumed.value
    shown = voice.quantity(middle(value), side.unit)
    if isinstance(value, Range):
        shown = _("{low} to {high}").format(
            low=format_exact(value.low, voice.language), high=voice.quantity(value.high, side.unit, exact=True)
        )
    said = _("Assumed: {name}, {value}.").format(name=voice.text(side.name), value=shown)
    return element("span", f"{said} {voice.text(side.assumed.reason)}", class_="note").text


def _name(name: str, study: Study, voice: Voice) -> str:
    known = {**study.plan.indicators, **study.plan.drivers}
    return voice.text(known[name].name) if name in known else name
