"""A chart that moves: a specification compiled once, and what changes in it while a reader moves something.

The structure of a Vega-Lite specification (marks, words that stand still, looks) is compiled to Vega; its rows and the
span and ticks of its axes are exchanged in the live view. Two specifications of one structure share one compiled chart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from forecast.reporting.drawing import VEGA_LITE
from forecast.reporting.figures import Spec


@dataclass(frozen=True)
class LiveChart:
    """A chart for a live view.

    Attributes
    ----------
    id : str
        Names its structure.
    structure : str
        The Vega-Lite specification without what moves, as JSON text.
    data : mapping of str to list of dict
        Rows of each layer.
    signals : mapping of str to list of float
        Span and ticks of each axis of numbers: `x_domain`, `x_ticks`, `y_domain`, `y_ticks`.
    """

    id: str
    structure: str
    data: Mapping[str, list[Spec]]
    signals: Mapping[str, list[float]]

    def compiled(self) -> Spec:
        """The chart in Vega, with its first rows in it."""
        return compile_chart(self.structure)


def make_live(spec: Spec) -> LiveChart:
    """Take what moves out of a layered specification, of which every layer holds its own rows."""
    data: dict[str, list[Spec]] = {}
    signals: dict[str, list[float]] = {}
    layers = [_without_rows(i, layer, data) for i, layer in enumerate(spec["layer"])]
    layers = [{**layer, "encoding": _without_axes(layer["encoding"], signals)} for layer in layers]
    given = [{"name": name, "value": value} for name, value in signals.items()]
    # the first values are no part of the structure: they come with the rows
    blank = [{**one, "value": [0, 1]} for one in given]
    structure = json.dumps({**spec, "params": blank, "layer": layers}, ensure_ascii=False, sort_keys=True)
    return LiveChart(sha256(structure.encode()).hexdigest()[:16], structure, data, signals)


def _without_rows(place: int, layer: Spec, data: dict[str, list[Spec]]) -> Spec:
    """Name the rows of a layer instead of holding them."""
    name = f"rows_{place}"
    data[name] = layer["data"]["values"]
    return {**layer, "data": {"name": name}}


def _without_axes(encoding: Mapping[str, Any], signals: dict[str, list[float]]) -> Spec:
    """Let axes of numbers take their span and ticks from signals."""
    moved = dict(encoding)
    for channel in {"x", "y"} & encoding.keys():
        given = encoding[channel]
        if "scale" not in given:
            continue
        signals.setdefault(f"{channel}_domain", given["scale"]["domain"])
        scale = {**given["scale"], "domain": [{"expr": f"{channel}_domain[0]"}, {"expr": f"{channel}_domain[1]"}]}
        moved[channel] = {**given, "scale": scale}
        if "axis" in given:
            signals.setdefault(f"{channel}_ticks", given["axis"]["values"])
            moved[channel]["axis"] = {**given["axis"], "values": {"expr": f"{channel}_ticks"}}
    return moved


@lru_cache(maxsize=64)
def compile_chart(structure: str) -> Spec:
    """Compile a Vega-Lite specification, as JSON text, to Vega."""
    import vl_convert

    compiled: Spec = vl_convert.vegalite_to_vega(json.loads(structure), vl_version=VEGA_LITE)
    return compiled


def make_still(spec: Spec) -> LiveChart:
    """Take a specification as it is: nothing moves in it."""
    structure = json.dumps(spec, ensure_ascii=False, sort_keys=True)
    return LiveChart(sha256(structure.encode()).hexdigest()[:16], structure, {}, {})
