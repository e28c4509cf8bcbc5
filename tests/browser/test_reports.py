"""One report of each plan, made for real and opened from the disk in headless Chromium."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from benchmarks.offline import Visit, visit

from forecast.plans.catalogue import Catalogue
from forecast.runs.index import write_index
from forecast.runs.make import Request, make_runs
from forecast.runs.matrix import Job
from forecast.schema.parameters import Parameters

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]
ROOT = Path(__file__).parents[2]
CHOSEN = {
    "alliance_sante_quebec_2021_2024": ("baseline", "en"),
    "hema_quebec_2021_2025": ("target_2028_recent_pace", "fr"),
    "msss_2023_2027": ("baseline", "en"),
    "office_des_professions_2019_2023": ("assumed_start", "fr"),
    "ptn_ssss_2023_2027": ("assumed_start", "en"),
    "sante_quebec_2025_2028": ("catch_up_continues", "fr"),
}


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    """Every page visited, by plan; the index under its own name."""
    results = tmp_path_factory.mktemp("results")
    catalogue = Catalogue(ROOT)
    parameters = Parameters.load(ROOT).with_values(draws=500)
    jobs = [Job(plan, scenario, language) for plan, (scenario, language) in CHOSEN.items()]
    outcomes = make_runs(Request(catalogue, results, parameters, date(2026, 11, 23)), jobs, at_once=2)
    logs = [path.read_text("utf-8", "replace") for path in results.rglob("log.txt")]
    assert [outcome.error for outcome in outcomes] == [None] * len(jobs), "\n".join(logs)
    index = write_index(results, catalogue, date(2026, 11, 23))
    pages = {"index": index} | {outcome.job.plan: outcome.folder / "report.html" for outcome in outcomes}
    return dict(zip(pages, visit(pages.values()), strict=True))


@pytest.mark.parametrize("name", ["index", *CHOSEN])
def test_a_page_needs_nothing_but_itself(visits: dict[str, Visit], name: str) -> None:
    assert visits[name].requests == []
    assert visits[name].errors == []
    assert visits[name].title


@pytest.mark.parametrize("name", CHOSEN)
def test_a_report_speaks_its_language_and_shows_its_charts(visits: dict[str, Visit], name: str) -> None:
    assert visits[name].language == CHOSEN[name][1]
    charts = visits[name].charts
    assert charts == 0 if name.startswith("alliance") else charts >= 4
