"""Reports: a study as text, tables and charts, in French and English."""

from forecast.reporting.changes import scenario_notes
from forecast.reporting.drawing import render_svg
from forecast.reporting.figures import figure
from forecast.reporting.headline import headline
from forecast.reporting.markup import Html
from forecast.reporting.plain import project_text
from forecast.reporting.report import (
    header,
    indicator_sections,
    method_note,
    sources,
    stylesheet,
    summary,
)
from forecast.reporting.text import title

__all__ = [
    "Html",
    "figure",
    "header",
    "headline",
    "indicator_sections",
    "method_note",
    "project_text",
    "render_svg",
    "scenario_notes",
    "sources",
    "stylesheet",
    "summary",
    "title",
]
