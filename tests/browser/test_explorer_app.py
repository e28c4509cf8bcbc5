"""A reader at `forecast app`: the real server, its real sessions and a real browser."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from tests.browser.explorer_servers import AS_OF, Site, app, launch, read_tree
from tests.browser.explorer_steps import Explorer, Watched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]
PLASMA = "plan=hema_quebec_2021_2025&indicator=plasma_self_sufficiency&scenario=two_centres_demand_8"
DEMAND = "lever.demand_growth"
Open = Callable[..., Explorer]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with app(tmp_path_factory.mktemp("app")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_context(site: Site, browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Readers who know nothing of each other; whatever they do, the plans on disk stay as they are."""
    before, watched, opened = read_tree(site.home), Watched(), []

    def make() -> BrowserContext:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        watched.watch(context)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    watched.check()
    assert read_tree(site.home) == before


@pytest.fixture
def open_page(
    site: Site, new_context: Callable[[], BrowserContext], request: pytest.FixtureRequest
) -> Callable[..., Explorer]:
    """Open a page at a state, in a window of its own or beside another page of the same reader."""

    def show(state: str = PLASMA, *, language: str = "fr", beside: Explorer | None = None) -> Explorer:
        page = (beside.page.context if beside else new_context()).new_page()
        page.goto(f"{site.address}&{state}&language={language}&as_of={AS_OF}")
        return Explorer(page, request.node.originalname).wait()

    return show


def test_a_reader_opens_chooses_drags_types_and_comes_back(open_page: Open, site: Site) -> None:
    explorer = open_page("plan=msss_2023_2027")
    page = explorer.page
    assert "token" not in page.url
    explorer.choose("plan", "hema_quebec_2021_2025")
    explorer.choose("indicator", "erp_deployment")
    explorer.choose("indicator", "plasma_self_sufficiency")
    explorer.choose("scenario", "two_centres_demand_8")
    explorer.shoot("1_chosen")

    before = explorer.share()
    with explorer.another_picture():
        explorer.drag(DEMAND, 0.2)
    moved = float(explorer.field(DEMAND).input_value())
    assert moved < 0
    expect(explorer.shown(DEMAND)).to_contain_text("−")
    assert explorer.share() > before
    explorer.shoot("2_dragged")
    for key, step in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        with explorer.another_picture():
            explorer.field(DEMAND).press(key)
        size = float(explorer.field(DEMAND).get_attribute("step") or "nan")
        assert float(explorer.field(DEMAND).input_value()) == pytest.approx(moved + step * size)

    before = explorer.share()
    with explorer.another_picture():
        explorer.fill("value", "38,5")
    assert explorer.share() > before
    expect(explorer.sentence).to_contain_text("38,5\u00a0%")
    with explorer.another_picture():
        explorer.fill("due", "2029")
    expect(explorer.meter).to_have_attribute("aria-label", "Probabilité de ≥\u00a038,5\u00a0%, échéance 2029")
    explorer.shoot("3_typed")

    expect(page).to_have_url(re.compile("due=2029"))
    state, seen = page.url, explorer.picture()
    page.reload()
    explorer.wait()
    expect(explorer.field("due")).to_have_value("2029")
    assert (page.url, explorer.picture()[:2]) == (state, seen[:2])


def test_steps_are_undone_and_done_again(open_page: Open) -> None:
    explorer = open_page()
    first = explorer.sentence.inner_text()
    with explorer.another_picture():
        explorer.drag(DEMAND, 0.9)
    second = explorer.sentence.inner_text()
    with explorer.another_picture():
        explorer.fill("value", "35")
    explorer.button("undo").click()
    expect(explorer.sentence).to_have_text(second)
    explorer.field(DEMAND).press("Control+z")
    expect(explorer.sentence).to_have_text(first)
    explorer.button("redo").click()
    expect(explorer.sentence).to_have_text(second)
    explorer.button("reset").click()
    expect(explorer.sentence).to_have_text(first)
    expect(explorer.button("reset")).to_have_attribute("aria-disabled", "true")


NONSENSE = {
    f"{DEMAND}.text": ("beaucoup", "n’est pas un nombre", "is not a number"),
    "from.demand_growth": ("bientôt", "n’est pas une période", "is not a period"),
    "value": ("101", "hors limites; écrire entre 0 et 100", "out of bounds; write between 0 and 100"),
    "due": ("2028-03", "La mesure porte sur une année", "It is measured over a year"),
    "assume.recovered_plasma": ("-5", "hors limites", "out of bounds"),
    "as_of": ("hier", "n’est pas un jour", "is not a day"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nonsense_is_refused_beside_its_field_and_the_picture_stays(open_page: Open, language: str) -> None:
    explorer = open_page(language=language)
    for field, (typed, *said) in NONSENSE.items():
        with explorer.same_picture():
            explorer.fill(field, typed)
            expect(explorer.error(field)).to_contain_text(said[language == "en"])
        expect(explorer.field(field)).to_have_attribute("aria-invalid", "true")
        expect(explorer.field(field)).to_have_value(typed)
    with explorer.same_picture():
        explorer.button("save").click()
        expect(explorer.error("name")).to_contain_text("Écrire un nom" if language == "fr" else "Write a name")
    explorer.shoot(language)
    with explorer.another_picture():
        explorer.fill("value", "40")
    expect(explorer.error("value")).to_be_hidden()


def test_five_states_are_pinned_and_compared(open_page: Open) -> None:
    explorer = open_page()
    sentences = []
    for number in range(1, 6):
        with explorer.another_picture():
            explorer.fill(f"{DEMAND}.text", str(number))
        sentences.append(explorer.sentence.inner_text())
        explorer.button("pin").click()
        expect(explorer.part("pins").locator("[data-action=restore]")).to_have_count(number)
        expect(explorer.status).to_contain_text(f"Épinglé sous le numéro {number}.")
    with explorer.another_picture():
        explorer.fill(f"{DEMAND}.text", "6")
    expect(explorer.status).to_be_hidden()
    expect(explorer.button("pin")).to_have_attribute("aria-disabled", "true")
    expect(explorer.part("pins").locator("svg").first).to_be_visible()
    explorer.part("pins").scroll_into_view_if_needed()
    explorer.shoot("pinned")
    explorer.part("pins").locator('[data-action=restore][data-pin="2"]').click()
    expect(explorer.sentence).to_have_text(sentences[1])
    explorer.part("pins").locator('[data-action=unpin][data-pin="4"]').click()
    expect(explorer.part("pins").locator("[data-action=restore]")).to_have_count(4)


def test_a_scenario_is_downloaded_and_loaded_into_another_page(open_page: Open, tmp_path: Path) -> None:
    explorer = open_page()
    with explorer.another_picture():
        explorer.fill(f"{DEMAND}.text", "2,4")
    explorer.fill("name", "Demande à 2,4 %")
    with explorer.page.expect_download() as downloading:
        explorer.button("save").click()
    assert downloading.value.suggested_filename == "demande_a_2_4.yaml"
    file = tmp_path / "demande_a_2_4.yaml"
    downloading.value.save_as(file)
    assert "demand_growth:" in file.read_text("utf-8")

    other = open_page("plan=hema_quebec_2021_2025")
    with other.page.expect_file_chooser() as choosing, other.another_picture():
        other.button("load").click()
        choosing.value.set_files(file)
    expect(other.field("scenario")).to_have_value("demande_a_2_4")
    expect(other.field(DEMAND)).to_have_value("2.4")
    assert other.share() == explorer.share()


def test_a_link_shows_the_same_elsewhere(open_page: Open, site: Site) -> None:
    explorer = open_page()
    with explorer.another_picture():
        explorer.drag(DEMAND, 0.3)
    explorer.button("copy").click()
    link = explorer.status.get_by_role("textbox").input_value()
    assert link.startswith(f"{site.origin}/?plan=")
    assert "token" not in link
    other = open_page(beside=explorer)
    other.page.goto(link)
    expect(other.sentence).to_have_text(explorer.sentence.inner_text())
    assert other.picture()[:2] == explorer.picture()[:2]
    assert parse_qs(urlsplit(link).query)[DEMAND] == [explorer.field(DEMAND).input_value()]


def test_two_readers_never_see_each_other(open_page: Open) -> None:
    first, second = open_page(), open_page()
    seen = second.picture()
    with first.another_picture():
        first.drag(DEMAND, 0.1)
    first.button("pin").click()
    expect(first.part("pins")).to_be_visible()
    assert second.picture() == seen
    expect(second.part("pins")).to_be_hidden()
    with second.another_picture():
        second.drag(DEMAND, 0.9)
    assert second.share() < first.share()
    second.settle()
    expect(second.part("pins")).to_be_hidden()


def test_the_report_is_made_and_opened(open_page: Open) -> None:
    explorer = open_page()
    with explorer.another_picture():
        explorer.fill(f"{DEMAND}.text", "3")
    explorer.button("report").click()
    expect(explorer.status.get_by_role("progressbar")).to_be_visible()
    explorer.shoot("1_at_work")
    link = explorer.status.get_by_role("link")
    expect(link).to_have_text("Ouvrir hema_quebec_2021_2025_explored_fr.html", timeout=120_000)
    explorer.shoot("2_offered")
    with explorer.page.expect_popup() as opening:
        link.click()
    report = opening.value
    report.wait_for_load_state()
    expect(report.locator("html")).to_have_attribute("lang", "fr")
    expect(report.get_by_role("heading", level=1)).to_contain_text("Plan stratégique")
    expect(report.locator("svg[role=img]").first).to_be_visible()
    report.screenshot(path=explorer.pictures / "3_report.png")


def test_chart_and_table_are_exported(open_page: Open, tmp_path: Path) -> None:
    explorer = open_page()
    starts = {"png": b"\x89PNG\r\n", "svg": b"<svg", "csv": b"\xef\xbb\xbf", "xlsx": b"PK\x03\x04"}
    for form, start in starts.items():
        with explorer.page.expect_download() as downloading:
            explorer.button("export", form=form).click()
        assert downloading.value.suggested_filename == f"plasma_self_sufficiency_two_centres_demand_8.{form}"
        downloading.value.save_as(tmp_path / form)
        content = (tmp_path / form).read_bytes()
        assert content.startswith(start)
        assert len(content) > 1000


@pytest.mark.parametrize(
    ("indicator", "due", "later"),
    [("monthly", "mars 2027 (31 mars 2027)", "2027-06"), ("quarterly", "T4 de 2026-2027", "2027-2028Q1")],
)
def test_what_is_measured_often_has_a_fan(open_page: Open, indicator: str, due: str, later: str) -> None:
    explorer = open_page(f"plan=often&indicator={indicator}")
    expect(explorer.chart).to_have_attribute("aria-label", re.compile(f"Prévision médiane.*échéance {re.escape(due)}"))
    expect(explorer.chart.locator("svg")).to_be_visible()
    with explorer.another_picture():
        explorer.fill("due", later)
    explorer.settle()
    explorer.shoot(indicator)


def test_dates_have_a_timeline(open_page: Open) -> None:
    explorer = open_page("plan=office_des_professions_2019_2023&indicator=oversight_policy_adopted")
    expect(explorer.chart).to_have_attribute("aria-label", re.compile("automne 2021"))
    expect(explorer.meter).to_be_hidden()
    expect(explorer.field("value")).to_have_count(0)
    explorer.shoot("date")
    explorer.choose("indicator", "feedback_to_professional_orders")
    expect(explorer.chart.locator("svg")).to_be_visible()
    explorer.shoot("text")


def test_a_start_that_is_assumed_gives_a_picture_that_says_so(open_page: Open) -> None:
    explorer = open_page("plan=ptn_ssss_2023_2027&indicator=staff_trained_in_digital_skills")
    expect(explorer.meter).to_be_hidden()
    explorer.shoot("1_nothing_known")
    with explorer.another_picture():
        explorer.fill("assume.staff_trained_in_digital_skills", "20")
    expect(explorer.sentence).to_contain_text("Sous hypothèse")
    expect(explorer.root.locator(".notes")).to_contain_text("Cela repose sur une hypothèse.")
    expect(explorer.chart.locator("svg")).to_contain_text("repose sur une hypothèse")
    explorer.settle()
    explorer.shoot("2_assumed")


@pytest.mark.parametrize("size", [(1280, 900), (640, 450), (850, 720)], ids=["wide", "zoomed", "narrow"])
def test_answer_and_chart_stay_in_sight_and_nothing_scrolls_sideways(open_page: Open, size: tuple[int, int]) -> None:
    explorer = open_page()
    explorer.page.set_viewport_size({"width": size[0], "height": size[1]})
    explorer.settle()
    explorer.check_width()
    for id in ("lever.new_centres", DEMAND, "lever.better_yield"):
        explorer.field(id).focus()
        explorer.field(id).press("ArrowRight")
        explorer.check_in_window(explorer.field(id), explorer.meter, explorer.sentence)
        if size != (640, 450):  # too low for both
            explorer.check_in_window(explorer.chart)
    explorer.shoot(str(size[0]))
    explorer.shoot(f"{size[0]}_whole", whole=True)


def test_screen_readers_and_the_keyboard_reach_everything(open_page: Open) -> None:
    explorer = open_page()
    explorer.button("pin").click()
    expect(explorer.part("pins")).to_be_visible()
    explorer.button("seek").click()
    expect(explorer.part("take")).to_be_visible()
    explorer.check_accessible()
    places = explorer.check_tab_order()
    assert places.index("skip") < places.index("do.undo.{}") < places.index("language.fr") < places.index("plan")
    assert places.index("plan") < places.index(DEMAND) < places.index("value") < places.index("do.save.{}")
    explorer.speak("en")
    expect(explorer.page).to_have_title("What if?")
    expect(explorer.sentence).to_contain_text("probability of")
    explorer.check_accessible()
    explorer.shoot("english", whole=True)
