"""Reports: a study as text, tables and charts, in French and English."""

from forecast.reporting.changes import scenario_notes
from forecast.reporting.drawing import render_svg
from forecast.reporting.endings import ending
from forecast.reporting.figures import figure
from forecast.reporting.headline import headline
from forecast.reporting.markup import Html
from forecast.reporting.plain import assess_text, project_text
from forecast.reporting.report import (
    board,
    header,
    indicator_sections,
    method_note,
    sources,
    stylesheet,
    summary,
)
from forecast.reporting.text import title
from forecast.reporting.together import together

__all__ = [
    "Html",
    "assess_text",
    "board",
    "ending",
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
    "together",
]
