"""The explorer's page ahead of its engine and behind: what was foreseen is shown at once, what was lost asked again."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import Page, expect
from tests.browser.explorer_page import line, page_message, picture_message, sent, tell, wait_for_sent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        shutil.which("chromium") is None and "FORECAST_REQUIRE" not in os.environ, reason="no Chromium on this computer"
    ),
]


def foresee(page: Page, seq: int, demand: float) -> None:
    """Tell the page what one more step would show."""
    picture = picture_message(seq, demand=demand, spec=None, enabled={})
    tell(page, {"kind": "foreseen", "seq": seq, "field": "demand", "value": demand, "picture": picture})


def test_what_was_foreseen_is_shown_at_once_and_asked_for_all_the_same(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Growth of demand")
    foresee(shown, 1, 3.5)
    slider.press("ArrowRight")
    expect(shown.get_by_role("img", name="Line that ends at 28.")).to_be_visible()
    message = wait_for_sent(shown, 1)
    assert message["changes"] == {"demand": 3.5}
    shown.evaluate(
        "() => { window.touched = 0; new MutationObserver((all) => { window.touched += all.length; })"
        ".observe(document.querySelector('.seen'),"
        " { subtree: true, childList: true, attributes: true, characterData: true }); }"
    )
    tell(shown, picture_message(message["seq"], demand=3.5, spec=None, enabled={"reset": False}))
    expect(shown.get_by_role("button", name="Reset")).to_have_attribute("aria-disabled", "true")
    assert shown.evaluate("touched") == 0
    steps = shown.evaluate("performance.getEntriesByName('forecast:step').map((step) => step.detail.foreseen)")
    assert steps == [True]


def test_what_was_foreseen_gives_way_to_another_value(shown: Page) -> None:
    foresee(shown, 1, 3.5)
    shown.get_by_role("slider", name="Growth of demand").press("ArrowLeft")
    message = wait_for_sent(shown, 1)
    expect(shown.locator(".plain-sentence")).to_contain_text("+3 %")
    tell(shown, picture_message(message["seq"], demand=2.5, spec=None))
    expect(shown.locator(".plain-sentence")).to_contain_text("+2.5 %")


@pytest.mark.parametrize("meanwhile", ["another field", "an action", "a new form", "another view"])
def test_what_was_foreseen_does_not_outlive_what_it_rests_on(shown: Page, meanwhile: str) -> None:
    foresee(shown, 1, 3.5)
    if meanwhile == "another field":
        shown.get_by_role("slider", name="New centres").press("ArrowRight")
        tell(shown, picture_message(wait_for_sent(shown, 1)["seq"], spec=None))
    elif meanwhile == "an action":
        shown.get_by_role("button", name="Reset").click()
    elif meanwhile == "another view":
        tell(shown, picture_message(5, demand=3, spec=None))
    else:
        tell(shown, page_message(1))
    before = line(shown)
    shown.get_by_role("slider", name="Growth of demand").press("ArrowRight")
    wait_for_sent(shown, 2 if meanwhile == "another field" else 1)
    assert line(shown) == before


def test_what_comes_too_late_was_not_foreseen(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Growth of demand")
    slider.press("ArrowRight")
    foresee(shown, 1, 4)
    tell(shown, picture_message(wait_for_sent(shown, 1)["seq"], demand=3.5, spec=None))
    before = line(shown)
    slider.press("ArrowRight")
    wait_for_sent(shown, 2)
    assert line(shown) == before


def test_a_lost_answer_does_not_block(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Growth of demand")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert wait_for_sent(shown, 2)["changes"] == {"demand": 4}


def test_a_lost_change_is_asked_again_until_it_is_answered(shown: Page) -> None:
    shown.get_by_role("slider", name="Growth of demand").press("ArrowRight")
    again = wait_for_sent(shown, 2)
    assert again["changes"] == {"demand": 3.5}
    tell(shown, picture_message(again["seq"], demand=3.5, spec=None))
    shown.wait_for_timeout(3500)
    assert len(sent(shown)) == 2


def test_an_opening_that_was_lost_is_asked_again(page: Page) -> None:
    again = wait_for_sent(page, 2, "open")
    tell(page, page_message(again["seq"]))
    tell(page, picture_message(again["seq"]))
    expect(page.locator(".chart svg")).to_be_visible()
    page.wait_for_timeout(3500)
    assert len(sent(page, "open")) == 2
