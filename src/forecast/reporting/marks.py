"""Labels of the targets in a chart, and the key under it: kinds of points and of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.plans.model import Target
from forecast.reporting.cases import Case, Value
from forecast.reporting.layout import BOTTOM, HEIGHT, LETTER, RIGHT, ROW, SAMPLE, WIDTH, Axis, Label
from forecast.reporting.paths import committed_path, required_path
from forecast.reporting.voice import Voice
from forecast.schema.language import NO_BREAK
from forecast.schema.periods import decimal_year
from forecast.study import Study

INK, QUIET, COMMITTED, REQUIRED = "#1a1a1a", "#595959", "#8a3b00", "#1d6a4b"
SHAPES = {
    "exact": "circle",
    "rounded": "square",
    "provisional": "triangle-right",
    "approximate": "diamond",
    "inferred": "triangle-up",
    "assumed": "cross",
    "exceptional": "triangle-down",
}
DASHES = {"committed": (6, 4), "required": (1.5, 3)}


@dataclass(frozen=True)
class KeyItem:
    """One sample under the chart: a kind of point or of line, its name and its place in pixels."""

    sample: str
    name: str
    row: int
    left: float


def target_labels(case: Case, study: Study, voice: Voice, y: Axis) -> list[Label]:
    """Write the value of each target; the last one is named."""
    _ = voice.translate
    labels: list[Label] = []
    for item in case.numeric:
        if item.target.period is None or item.target.value is None:
            continue
        value, last = item.target.value, item is case.numeric[-1]
        text = _("target {value}").format(value=_short(value, voice)) if last else _short(value, voice)
        text = f"{text}{_due(item.target, case, study, voice)}"
        crowded = y.pixel(value, HEIGHT) > HEIGHT - 24
        below = crowded or (case.indicator.better == "down" and y.pixel(value, HEIGHT) > 24)
        time = item.target.period.time(case.indicator.measure)
        place = y.value(y.pixel(value, HEIGHT) + (-13 if below else 11), HEIGHT)
        labels.append(Label(text, time, place, COMMITTED, "center", last))
    return labels


def _due(target: Target, case: Case, study: Study, voice: Voice) -> str:
    """Due date of a target that is still to come though its mark stands left of the as-of: its year's middle, say."""
    if target.period is None or target.due_date is None or target.past(study.as_of):
        return ""
    left = target.period.time(case.indicator.measure) < decimal_year(study.as_of)
    return f" ({voice.date(target.due_date)})" if left else ""


def _short(value: float, voice: Voice) -> str:
    """Write a target's value without its unit, millions as `19,6 M`."""
    if abs(value) < 1e6:
        return voice.quantity(round(value, 2), "unspecified", exact=True)
    unit = f"{NO_BREAK}M" if voice.language == "fr" else "M"
    return f"{voice.quantity(value / 1e6, 'unspecified', exact=True)}{unit}"


def key(case: Case, voice: Voice) -> list[KeyItem]:
    """List what has no direct label: how exact a point is, and the dashed lines."""
    _ = voice.translate
    points = {
        "exact": _("published value"),
        "rounded": _("rounded value"),
        "provisional": _("provisional value"),
        "approximate": _("approximate value"),
        "inferred": _("inferred value"),
        "assumed": _("assumed value"),
        "exceptional": _("exceptional value"),
    }
    names = {sample: points[sample] for sample in _samples(case)}
    names |= {"committed": _("committed path")} if len(committed_path(case)) > 1 else {}
    names |= {"required": _("required pace")} if required_path(case) else {}
    items, row, left = [], 0, 0.0
    for sample, name in names.items():
        width = SAMPLE + LETTER * len(name)
        if left + width > WIDTH + RIGHT - 20:
            row, left = row + 1, 0.0
        items.append(KeyItem(sample, name, row, left))
        left += width
    return items


def sample_of(value: Value) -> str:
    """Kind of point that stands for a value: how exact it is, or that it is exceptional."""
    return "exceptional" if value.exceptional else value.status


def _samples(case: Case) -> list[str]:
    return [sample for sample in SHAPES if any(sample_of(value) == sample for value in case.used)]


def key_labels(legend: Sequence[KeyItem], x: Axis, y: Axis) -> list[Label]:
    """Names beside the samples of the key."""
    return [Label(item.name, x.value(item.left + 22, WIDTH), key_height(item, y), QUIET) for item in legend]


def key_height(item: KeyItem, y: Axis) -> float:
    """Height of a row of the key, below the axis."""
    return y.value(-(BOTTOM + 8 + ROW * item.row), HEIGHT)
