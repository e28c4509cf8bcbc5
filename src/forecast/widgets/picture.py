"""The fast answer to a change: chart, probability, sentence and fields, painted together."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from forecast.reporting.cases import cases
from forecast.reporting.exploring import describe_chart, explored_sentence, projected_sentence, standing
from forecast.reporting.figures import Spec, draw_case
from forecast.reporting.live import LiveChart, make_live, make_still
from forecast.reporting.timeline import draw_timeline, timeline_alt
from forecast.reporting.voice import Voice
from forecast.schema.language import check_language
from forecast.study import Bench
from forecast.widgets.choices import make_scenario
from forecast.widgets.form import Look, moving_fields
from forecast.widgets.state import State
from forecast.widgets.workshop import Desk

Message = dict[str, Any]


def look_at(state: State, desk: Desk) -> tuple[Look, Bench]:
    """Run the study that a state stands for.

    Raises
    ------
    ForecastError
        If the scenario cannot be applied.
    """
    bench = desk.bench(state.plan, state.indicator, state.model, state.as_of)
    study = bench.run(make_scenario(state, desk), verdicts=False)
    seen = desk.workshop.see(study.observed)
    voice = Voice(check_language(state.language), desk.catalogue.units, study.plan.source_language, seen.counts)
    case = next(one for one in cases(study, seen.values) if one.name == state.indicator)
    return Look(state, study, case, voice, desk, seen), bench


def paint(look: Look, known: set[str]) -> Message:
    """Make the picture of a state.

    Parameters
    ----------
    known : set of str
        Ids of the compiled charts that the page has; that of this one is added.
    """
    case, study, voice = look.case, look.study, look.voice
    sentence = explored_sentence(case, case.leading, study, voice)
    projected = projected_sentence(case, case.leading, look.state.interval, voice)
    told = " ".join(part for part in (sentence, projected) if part)
    return {
        "kind": "picture",
        "state": look.state.text(),
        "fields": moving_fields(look),
        "chart": _chart(look, told, known),
        "chance": _chance(look),
        "sentence": told,
        "notes": list(standing(case, voice)),
    }


def draw(look: Look) -> Spec | None:
    """Draw the indicator: a fan where it is measured in numbers, else a timeline of its targets."""
    return _fan(look) or draw_timeline(look.case, look.study, look.voice)


def _fan(look: Look) -> Spec | None:
    return draw_case(look.case, look.study, look.voice, widest=look.state.interval / 100)


def _chart(look: Look, sentence: str, known: set[str]) -> Message | None:
    fan = _fan(look)
    if fan is not None:
        return tell_chart(make_live(fan), describe_chart(fan, sentence), known)
    timeline = draw_timeline(look.case, look.study, look.voice)
    if timeline is None:
        return None
    return tell_chart(make_still(timeline), timeline_alt(look.case, look.study, look.voice), known)


def tell_chart(live: LiveChart, alt: str, known: set[str]) -> Message:
    """Tell a chart to the page: its specification only the first time."""
    width, height = _size(live.structure)
    told = {"id": live.id, "data": live.data, "signals": live.signals, "alt": alt, "width": width, "height": height}
    if live.id in known:
        return told
    known.add(live.id)
    return told | {"spec": live.compiled()}


@lru_cache(maxsize=256)
def _size(structure: str) -> tuple[float, float]:
    """Width and height of a chart with the space around it, in pixels."""
    spec = json.loads(structure)
    sides = spec.get("padding", {})
    return (
        float(spec.get("width", 0)) + sides.get("left", 0) + sides.get("right", 0),
        float(spec.get("height", 0)) + sides.get("top", 0) + sides.get("bottom", 0),
    )


def _chance(look: Look) -> Message | None:
    """The probability of the leading target in percent and in words; None without one."""
    item, voice = look.case.leading, look.voice
    _ = voice.translate
    if item is None or item.probability is None:
        return None
    said = _("Probability of {target}, due {due}")
    target = voice.level(item.target, look.case.indicator.unit, assumed=look.case.supposed)
    return {
        "share": item.probability,
        "shown": voice.probability(item.probability),
        "words": voice.likelihood_of(item.probability),
        "label": said.format(target=target, due=voice.due(item.target)),
    }
