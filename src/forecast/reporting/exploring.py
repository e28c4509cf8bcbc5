"""What the explorer says while a lever is moved: one plain sentence, the probability in words, the chart in words."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.plans.magnitudes import middle
from forecast.plans.model import Plan
from forecast.reporting.cases import Case, Commitment
from forecast.reporting.changes import lever_amount, lever_name
from forecast.reporting.figures import Spec
from forecast.reporting.text import moved_label, target_sentence
from forecast.reporting.voice import Voice
from forecast.scenarios.model import LeverMove, Scenario
from forecast.study import Study

#: Ends of the intervals that can be shown, by their width in percent.
ENDS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}


def explored_sentence(case: Case, item: Commitment | None, study: Study, voice: Voice) -> str:
    """Say with which levers a target is reached, and with what probability; without a forecast how it stands."""
    _ = voice.translate
    if item is None:
        return _("The plan gives no target for this indicator.")
    if item.probability is None:
        said = target_sentence(item, case, voice)
        later = item.status == "no_value" and case.path is not None and item.target.numeric
        return f"{said} {_('A later due date can be asked about.')}" if later else said
    said = _("{condition}, the target {target}, due {due}, is reached with a probability of {probability}.")
    told = said.format(
        condition=_condition(case, study, voice),
        target=voice.level(item.target, case.indicator.unit, assumed=case.supposed),
        due=voice.due(item.target),
        probability=voice.share(item.probability),
    )
    if not item.assumed:
        return told
    return _("Under an assumption: {sentence}").format(sentence=f"{told[0].lower()}{told[1:]}")


def _condition(case: Case, study: Study, voice: Voice) -> str:
    """Say what is moved; what else the scenario changes goes by its name."""
    _ = voice.translate
    scenario, plan = study.scenario, study.plan
    moved = [lever_words(name, move, plan, voice) for name, move in acting(scenario, case.name, plan).items()]
    if moved:
        return _("With {levers}").format(levers=voice.joined(moved))
    if scenario.is_baseline or not case.forced:
        return _("As things stand")
    return _("Under the scenario {title}").format(title=voice.quoted(voice.text(scenario.title)))


def acting(scenario: Scenario, indicator: str, plan: Plan) -> dict[str, LeverMove]:
    """Levers that a scenario moves and that act on an indicator, or on a driver that it is computed from."""
    near = {indicator, *plan.named_by(indicator)}
    return {
        name: move for name, move in scenario.levers.items() if name in plan.levers and plan.levers[name].on in near
    }


def lever_words(name: str, move: LeverMove, plan: Plan, voice: Voice) -> str:
    """Say where a lever is put, and from when on."""
    _ = voice.translate
    told = {
        "lever": voice.quoted(lever_name(name, plan, voice)),
        "amount": lever_amount(middle(move.value or 0.0), plan.levers[name], plan, voice),
    }
    if move.start is None:
        return _("{lever} at {amount}").format(**told)
    return _("{lever} at {amount} from {start} on").format(start=voice.period(move.start), **told)


def projected_sentence(case: Case, item: Commitment | None, interval: int, voice: Voice) -> str:
    """Give the projected value with an interval of so many percent; empty without a forecast at the due date."""
    _ = voice.translate
    if item is None or item.probability is None or case.path is None or item.target.period is None:
        return ""
    low, high = (float(end) for end in case.path.quantiles(ENDS[interval])[:, _place(case, item)])
    said = _("Projected value: {median} ({interval} interval: {range}).")
    return said.format(
        median=voice.quantity(item.outlook["median"], case.indicator.unit),
        interval=voice.counted("{n}%", "{n}%", interval),
        range=voice.range(low, high, case.indicator.unit),
    )


def _place(case: Case, item: Commitment) -> int:
    """Position of the due period among those forecast."""
    assert case.path is not None
    assert item.target.period is not None
    due = item.target.period.time(case.path.measure)
    return int(abs(case.path.times - due).argmin())


def describe_chart(spec: Spec, sentence: str) -> str:
    """Say what a chart shows, for those who do not see it; the sentence says how its target stands."""
    said = [" ".join(spec["title"]["text"]) + ".", " ".join(spec["title"]["subtitle"]) + "."]
    return " ".join([*said, sentence])


def standing(case: Case, voice: Voice) -> Iterator[str]:
    """What a reader must know before reading the chart."""
    _ = voice.translate
    if case.assumed:
        yield _("It rests on an assumption.")
    if case.single:
        yield _("The forecast rests on one observation.")
    if case.identified:
        yield _("The forecast rests on a proposed identification.")
    for label in dict.fromkeys(moved_label(item.target, voice) for item in case.commitments):
        if label:
            yield f"{label[0].upper()}{label[1:]}."
