"""The headline of a comparison: how many scenarios, and the probability that one of them changes most."""

from __future__ import annotations

from forecast.compare import MIXTURE, Comparison
from forecast.reporting.comparisons import make_voice, scenario_name

#: Smallest difference in probability told of: one point.
TOLD = 0.01


def say_comparison(comparison: Comparison, language: str) -> str:
    """Say in one sentence what a comparison shows; the mixture, which is none of the scenarios, is left aside."""
    voice = make_voice(comparison, language)
    _ = voice.translate
    count, table = len(comparison.scenarios), comparison.table
    if table.empty:
        return _("{n} scenarios compared; no target in numbers is still open.").format(n=count)
    rows = [row for row in table.to_dict("records") if abs(row["probability_difference"]) >= TOLD]
    told = [row for row in rows if row["scenario"] != MIXTURE]
    if not told:
        said = _("{n} scenarios compared; none changes the probability of meeting a target by one point or more.")
        return said.format(n=count)
    row = max(told, key=lambda row: abs(row["probability_difference"]))
    said = _(
        "{n} scenarios compared; the probability that changes most: {name}, {chance} under {scenario} (baseline:"
        " {reference})."
    )
    return said.format(
        n=count,
        name=voice.text(comparison.plan.indicators[row["indicator"]].name),
        chance=voice.probability(row["probability"]),
        scenario=voice.quoted(scenario_name(row["scenario"], comparison, voice)),
        reference=voice.probability(row["baseline_probability"]),
    )
