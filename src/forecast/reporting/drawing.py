"""From a Vega-Lite specification to an accessible SVG or to a PNG, without a browser."""

from __future__ import annotations

import re

from forecast.reporting.figures import Spec
from forecast.reporting.markup import Html, element

VEGA_LITE = "5.21"
#: Pixels of a PNG for each pixel of the drawing, so that it stays sharp in a document.
SCALE = 2
# Vega writes English roles and labels on its groups even when it is told not to.
_VEGA_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def render_svg(spec: Spec) -> str:
    """Draw a specification; the same one gives the same bytes."""
    import vl_convert  # 90 MB of shared library: only where a chart is drawn

    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return _VEGA_ARIA.sub("", svg)


def to_png(spec: Spec) -> bytes:
    """Draw a specification as a PNG; the same one gives the same bytes."""
    import vl_convert  # 90 MB of shared library: only where a chart is drawn

    png: bytes = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=[])
    return png


def described_svg(spec: Spec, *, id: str, title: str, description: str, language: str) -> Html:
    """Draw a specification as one image with a title and a description in the reader's language.

    Parameters
    ----------
    id : str
        Unique within the page; the names that the drawing gives to its own parts are made unique with it.
    """
    svg = render_svg(spec)
    names = {name: f"{id}-{name}" for name in re.findall(r'\bid="([^"]+)"', svg)}
    for name, unique in names.items():
        svg = svg.replace(f'id="{name}"', f'id="{unique}"').replace(f"url(#{name})", f"url(#{unique})")
    head = re.sub(r' (?:width|height)="[\d.]+"', "", svg[: svg.index(">")])
    label = element("title", title, id=f"{id}-title").text + element("desc", description, id=f"{id}-desc").text
    opened = f'{head} role="img" lang="{language}" aria-labelledby="{id}-title" aria-describedby="{id}-desc">'
    return Html(opened + label + svg[svg.index(">") + 1 :])
