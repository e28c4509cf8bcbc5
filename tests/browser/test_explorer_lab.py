"""A reader in JupyterLab: a real server on a copy of the catalogue, the notebook as it is, and a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.explorer_servers import AS_OF, NOTEBOOK, ROOT, Site, lab, launch
from tests.browser.explorer_steps import PATIENCE, Explorer, Watched

from forecast import scenarios
from forecast.plans.catalogue import Catalogue
from forecast.study import open_bench

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]
PLAN, INDICATOR, DEMAND = "hema_quebec_2021_2025", "plasma_self_sufficiency", "lever.demand_growth"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with lab(tmp_path_factory.mktemp("lab")) as site:
        yield site


@pytest.fixture(scope="module")
def given_notebook(site: Site) -> bytes:
    """The notebook before anybody saves it."""
    return (site.home / NOTEBOOK).read_bytes()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def explorer(site: Site, given_notebook: bytes, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Explorer]:
    """The notebook as it is given, with its cells run, in a window of 1280 by 900."""
    (site.home / NOTEBOOK).write_bytes(given_notebook)
    watched, context = Watched(), browser.new_context(viewport={"width": 1280, "height": 900})
    watched.watch(context)
    page = context.new_page()
    page.goto(site.address)
    run_cells(page)
    yield Explorer(page, request.node.name).wait()
    context.close()
    watched.check()


def run_cells(page: Page) -> None:
    """Run every cell: click into the first one, then Shift+Enter."""
    page.get_by_text("| Idle").wait_for(timeout=2 * PATIENCE)
    cells = page.locator(".jp-CodeCell")
    cells.first.locator(".cm-content").click()
    for number in range(cells.count()):
        prompt = cells.nth(number).locator(".jp-InputPrompt")
        page.keyboard.press("Shift+Enter")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=2 * PATIENCE)


def test_a_reader_chooses_drags_and_types(explorer: Explorer) -> None:
    explorer.shoot("1_opened")
    explorer.choose("plan", "msss_2023_2027")
    explorer.choose("plan", PLAN)
    explorer.choose("indicator", "erp_deployment")
    explorer.choose("indicator", INDICATOR)
    explorer.choose("scenario", "two_centres_demand_8")
    first = explorer.sentence.inner_text()

    before = explorer.share()
    with explorer.another_picture():
        explorer.drag(DEMAND, 0.2)
    assert explorer.share() > before
    explorer.check_in_window(explorer.field(DEMAND), explorer.meter, explorer.sentence, explorer.chart)
    explorer.shoot("2_dragged")
    with explorer.another_picture():
        explorer.fill("value", "38,5")
    with explorer.another_picture():
        explorer.fill("due", "2029")
    expect(explorer.meter).to_have_attribute("aria-label", "Probabilité de ≥\u00a038,5\u00a0%, échéance 2029")
    for field, typed, said in (("value", "beaucoup", "n’est pas un nombre"), ("due", "2028-03", "La mesure porte sur")):
        with explorer.same_picture():
            explorer.fill(field, typed)
            expect(explorer.error(field)).to_contain_text(said)
    explorer.shoot("3_refused")

    explorer.speak("en")
    expect(explorer.sentence).to_contain_text("probability of")
    explorer.shoot("4_english")
    explorer.speak("fr")
    explorer.button("reset").click()
    expect(explorer.sentence).to_have_text(first)
    explorer.button("undo").click()
    expect(explorer.field("due")).to_have_value("2029")


def test_the_keyboard_alone_moves_everything(explorer: Explorer) -> None:
    page = explorer.page
    explorer.button("pin").click()
    expect(explorer.part("pins").locator("[data-action=restore]")).to_have_count(1)
    explorer.check_accessible()
    places = explorer.check_tab_order()
    assert places.index("do.undo.{}") < places.index("plan") < places.index(DEMAND) < places.index("do.save.{}")
    explorer.field(DEMAND).focus()
    expect(page.get_by_text("Mode: Command")).to_be_visible()
    size = float(explorer.field(DEMAND).get_attribute("step") or "nan")
    before = float(explorer.field(DEMAND).input_value())
    for count in (1, 2):
        with explorer.another_picture():
            page.keyboard.press("ArrowRight")
        assert float(explorer.field(DEMAND).input_value()) == pytest.approx(before + count * size)
    expect(explorer.field(DEMAND)).to_be_focused()
    explorer.check_in_window(explorer.field(DEMAND), explorer.meter, explorer.sentence, explorer.chart)
    explorer.shoot("moved_by_keys")

    page.set_viewport_size({"width": 1024, "height": 900})
    for id in ("lever.new_centres", "lever.better_yield"):
        explorer.field(id).focus()
        explorer.field(id).press("ArrowRight")
        explorer.check_in_window(explorer.field(id), explorer.meter, explorer.sentence)
    explorer.shoot("narrow")


def test_a_scenario_is_saved_reported_on_and_still_there_after_a_reload(explorer: Explorer, site: Site) -> None:
    page = explorer.page
    with explorer.another_picture():
        explorer.fill(f"{DEMAND}.text", "2,4")
    explorer.fill("name", "Demande à 2,4 %")
    explorer.button("save").click()
    expect(explorer.status).to_contain_text(f"parameters/{PLAN}/demande_a_2_4.yaml")
    explorer.check_in_window(explorer.status)
    explorer.shoot("1_saved")
    expect(explorer.field("scenario").locator("option[value=demande_a_2_4]")).to_have_count(1)
    check_saved(site.home, explorer.share())

    explorer.button("report").click()
    link = explorer.status.get_by_role("link")
    expect(link).to_contain_text(".html", timeout=4 * PATIENCE)
    expect(explorer.status).to_contain_text("results/")
    explorer.shoot("2_report_offered")
    (record,) = (site.home / "results").rglob("run.json")
    assert json.loads(record.read_text("utf-8"))["plan"] == PLAN
    assert (record.parent / "report.html").stat().st_size > 10_000
    with page.expect_popup() as opening:
        link.click()
    expect(opening.value.get_by_role("heading", level=1)).to_contain_text("Plan stratégique")
    opening.value.close()

    seen = explorer.picture()[:2]
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.locator('[data-jp-item-name="save"]').click()
    page.reload()
    explorer.wait()
    assert explorer.picture()[:2] == seen
    expect(explorer.field(f"{DEMAND}.text")).to_have_value("2,4")
    explorer.shoot("3_reloaded")


def check_saved(home: Path, share: float) -> None:
    """The saved scenario is sound, and what a run computes of it is what the page showed."""
    environment = os.environ | {"FORECAST_HOME": str(home)}
    command = [sys.executable, "-m", "forecast.cli", "check"]
    assert subprocess.run(command, env=environment, cwd=ROOT, capture_output=True).returncode == 0
    catalogue = Catalogue(home)
    scenario = scenarios.load(catalogue, catalogue.plan(PLAN), "demande_a_2_4")
    bench = open_bench(PLAN, as_of=date.fromisoformat(AS_OF), only=INDICATOR, catalogue=catalogue)
    assert bench.run(scenario).assessment.boards[-1].outlook["probability"] == pytest.approx(share, abs=1e-9)
